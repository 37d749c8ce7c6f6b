/**
 * What we read of every method's `result` (Deribit's OpenAPI document, `components.responses`).
 * Fields we do not read are not named here, and tolerated.
 */
import { Type } from 'typebox';
import { POSITION, SUMMARIES, SUMMARY } from './account.ts';
import { ROW } from './instruments.ts';
import { ORDER, PLACEMENT, TRADE } from './order-reply.ts';
import { BOOK_STATE, DIRECTION, oneOf, TEXT, TIMESTAMP } from './schemas.ts';

export const OK = Type.Literal('ok');
/** A number, or with `detailed` what was cancelled; we never ask for details. */
export const COUNT = Type.Integer({ minimum: 0 });
/** `private/logout`: the connection closes instead of an answer. */
export const NOTHING = Type.Unknown();
export const VERSION = Type.Object({ version: Type.String() });
/** The venue's own time, epoch ms. */
export const TIME = TIMESTAMP;
export const CHANNELS = Type.Array(Type.String());

/** `public/auth`. `expires_in` in seconds. */
export const TOKENS = Type.Object({
  access_token: TEXT,
  refresh_token: TEXT,
  token_type: oneOf('bearer'),
  expires_in: Type.Integer({ minimum: 0 }),
  scope: Type.String(),
});

/** `locked` is a word in the document and a boolean in its example; both are read. */
export const STATUS = Type.Object({
  locked: Type.Union([oneOf('true', 'false', 'partial'), Type.Boolean()]),
  locked_indices: Type.Optional(Type.Array(Type.String())),
});

export const ANNOUNCEMENTS = Type.Array(
  Type.Object({
    id: Type.Number(),
    title: Type.String(),
    body: Type.String(),
    important: Type.Boolean(),
    publication_timestamp: TIMESTAMP,
  }),
);

export const INSTRUMENT = ROW;
export const INSTRUMENTS = Type.Array(ROW);
export const CURRENCIES = Type.Array(Type.Object({ currency: TEXT }));

const LEVELS = Type.Array(Type.Array(Type.Number(), { minItems: 2, maxItems: 2 }));

/** `change_id` is in the document's example, not in its schema; without it no delta can follow. */
export const ORDER_BOOK = Type.Object({
  instrument_name: TEXT,
  timestamp: TIMESTAMP,
  change_id: Type.Integer({ minimum: 0 }),
  bids: LEVELS,
  asks: LEVELS,
});

const PRICE_OR_NONE = Type.Optional(Type.Union([Type.Number(), Type.Null()]));

/** Also the `data` of the `ticker` channel. Options have greeks, an underlying and a `mark_iv`. */
export const TICKER = Type.Object({
  instrument_name: TEXT,
  timestamp: TIMESTAMP,
  state: BOOK_STATE,
  mark_price: Type.Number(),
  index_price: PRICE_OR_NONE,
  underlying_price: Type.Optional(Type.Number()),
  last_price: PRICE_OR_NONE,
  best_bid_price: PRICE_OR_NONE,
  best_bid_amount: PRICE_OR_NONE,
  best_ask_price: PRICE_OR_NONE,
  best_ask_amount: PRICE_OR_NONE,
  open_interest: Type.Optional(Type.Number()),
  mark_iv: Type.Optional(Type.Number()),
  greeks: Type.Optional(
    Type.Object({
      delta: Type.Number(),
      gamma: Type.Optional(Type.Number()),
      vega: Type.Number(),
    }),
  ),
});

export const INDEX_PRICE = Type.Object({
  index_price: Type.Number(),
  estimated_delivery_price: Type.Number(),
});

export const BOOK_SUMMARIES = Type.Array(
  Type.Object({ instrument_name: TEXT, mark_price: Type.Number() }),
);

/** Somebody's trade: of `public/get_last_trades_*` and the `trades` channels. */
export const PUBLIC_TRADE = Type.Object({
  trade_id: TEXT,
  trade_seq: Type.Integer({ minimum: 0 }),
  instrument_name: TEXT,
  timestamp: TIMESTAMP,
  direction: DIRECTION,
  price: Type.Number(),
  amount: Type.Number(),
  index_price: Type.Optional(Type.Number()),
  mark_price: Type.Optional(Type.Number()),
  block_trade_id: Type.Optional(TEXT),
  block_rfq_id: Type.Optional(Type.Integer()),
  combo_trade_id: Type.Optional(Type.Number()),
});

export const LAST_TRADES = Type.Object({
  trades: Type.Array(PUBLIC_TRADE),
  has_more: Type.Boolean(),
});

/** Candles of DVOL: time, open, high, low, close. */
export const VOLATILITY_CANDLES = Type.Object({
  data: Type.Optional(Type.Array(Type.Array(Type.Number(), { minItems: 5, maxItems: 5 }))),
});

export const CHART = Type.Object({ status: Type.Optional(oneOf('ok', 'no_data')) });

export const CANCEL_ON_DISCONNECT = Type.Object({
  scope: Type.Optional(oneOf('connection', 'account')),
  enabled: Type.Optional(Type.Boolean()),
});

export const ORDERS = Type.Array(ORDER);
export const TRADES = Type.Object({
  trades: Type.Array(TRADE),
  has_more: Type.Optional(Type.Boolean()),
});
export const TRADE_LIST = Type.Array(TRADE);
export const POSITIONS = Type.Array(POSITION);

/** `index_price` is the settlement price of an option's underlying; `position` before settling. */
export const SETTLEMENTS = Type.Object({
  settlements: Type.Array(
    Type.Object({
      type: oneOf('settlement', 'delivery', 'bankruptcy'),
      timestamp: TIMESTAMP,
      instrument_name: TEXT,
      position: Type.Number(),
      index_price: Type.Number(),
      mark_price: Type.Optional(Type.Number()),
      profit_loss: Type.Optional(Type.Number()),
      session_profit_loss: Type.Number(),
    }),
  ),
  continuation: Type.Optional(Type.Union([Type.String(), Type.Null()])),
});

export const TRANSACTION_LOG = Type.Object({
  logs: Type.Array(
    Type.Object({
      id: Type.Integer({ minimum: 1 }),
      currency: TEXT,
      timestamp: TIMESTAMP,
      type: TEXT,
      change: Type.Number(),
      balance: Type.Number(),
      commission: Type.Optional(Type.Union([Type.Number(), Type.Null()])),
      instrument_name: Type.Optional(Type.Union([TEXT, Type.Null()])),
      trade_id: Type.Optional(Type.Union([TEXT, Type.Null()])),
      price: Type.Optional(Type.Union([Type.Number(), Type.Null()])),
      interest_pl: Type.Optional(Type.Union([Type.Number(), Type.Null()])),
      total_interest_pl: Type.Optional(Type.Union([Type.Number(), Type.Null()])),
    }),
  ),
  continuation: Type.Optional(Type.Union([Type.Integer({ minimum: 0 }), Type.Null()])),
});

/** `max_scope` is a list in the document and one text in its example; both are read. */
export const API_KEYS = Type.Array(
  Type.Object({
    id: Type.Integer(),
    client_id: TEXT,
    max_scope: Type.Union([Type.Array(Type.String()), Type.String()]),
    enabled: Type.Optional(Type.Boolean()),
  }),
);

export const WITHDRAWAL = Type.Object({
  state: oneOf('unconfirmed', 'confirmed', 'cancelled', 'completed', 'interrupted', 'rejected'),
});

export { ORDER, PLACEMENT, POSITION, SUMMARIES, SUMMARY };
