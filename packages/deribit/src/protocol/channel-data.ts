import { type TSchema, Type } from 'typebox';
import { POSITION } from './account.ts';
import type { ChannelKind } from './channels.ts';
import { ORDER, TRADE } from './order-reply.ts';
import { PUBLIC_TRADE, SUMMARY, TICKER } from './results.ts';
import { BOOK_STATE, oneOf, TEXT, TIMESTAMP } from './schemas.ts';

/** More levels a side than Deribit has ever sent in one message. */
export const LEVELS_MAX = 20_000;

const LEVELS = Type.Array(
  Type.Tuple([oneOf('new', 'change', 'delete'), Type.Number(), Type.Number()]),
  { maxItems: LEVELS_MAX },
);

/** `prev_change_id` is there in changes, not in snapshots. */
export const BOOK_DATA = Type.Object({
  type: oneOf('snapshot', 'change'),
  timestamp: TIMESTAMP,
  instrument_name: TEXT,
  change_id: Type.Integer({ minimum: 0 }),
  prev_change_id: Type.Optional(Type.Integer({ minimum: 0 })),
  bids: LEVELS,
  asks: LEVELS,
});

export const INDEX_DATA = Type.Object({
  index_name: TEXT,
  price: Type.Number(),
  timestamp: TIMESTAMP,
});

export const VOLATILITY_DATA = Type.Object({
  index_name: TEXT,
  volatility: Type.Number(),
  timestamp: TIMESTAMP,
});

/** `iv` is a fraction here, where the ticker has percent. */
export const OPTION_MARKS_DATA = Type.Array(
  Type.Object({ instrument_name: TEXT, mark_price: Type.Number(), iv: Type.Number() }),
);

/** Of the whole platform or of one price index; Deribit sends either. */
export const PLATFORM_DATA = Type.Object({
  locked: Type.Optional(Type.Boolean()),
  price_index: Type.Optional(TEXT),
  maintenance: Type.Optional(Type.Boolean()),
});

export const INSTRUMENT_STATE_DATA = Type.Object({
  instrument_name: TEXT,
  timestamp: TIMESTAMP,
  state: oneOf(
    'created',
    'started',
    'settled',
    'closed',
    'deactivated',
    'terminated',
    ...BOOK_STATE.enum,
  ),
});

export const USER_CHANGES_DATA = Type.Object({
  instrument_name: TEXT,
  orders: Type.Array(ORDER),
  trades: Type.Array(TRADE),
  positions: Type.Optional(Type.Array(POSITION)),
});

const QUOTE_DATA = Type.Object({
  instrument_name: TEXT,
  timestamp: TIMESTAMP,
  best_bid_price: Type.Union([Type.Number(), Type.Null()]),
  best_bid_amount: Type.Number(),
  best_ask_price: Type.Union([Type.Number(), Type.Null()]),
  best_ask_amount: Type.Number(),
});

/** What we read of a notification's `data`, by kind of channel. */
export const CHANNEL_SCHEMAS = {
  book: BOOK_DATA,
  ticker: TICKER,
  trades: Type.Array(PUBLIC_TRADE),
  trades_by_kind: Type.Array(PUBLIC_TRADE),
  quote: QUOTE_DATA,
  index_price: INDEX_DATA,
  volatility_index: VOLATILITY_DATA,
  option_marks: OPTION_MARKS_DATA,
  platform_state: PLATFORM_DATA,
  instrument_state: INSTRUMENT_STATE_DATA,
  user_changes: USER_CHANGES_DATA,
  // One order with `raw`, a list of them with the other intervals.
  user_orders: Type.Union([ORDER, Type.Array(ORDER)]),
  user_trades: Type.Array(TRADE),
  portfolio: SUMMARY,
} as const satisfies Readonly<Record<ChannelKind, TSchema>>;
