/** A source made of frames, and the desk that hears them; for tests of this room. */
import { encodeNotification } from '@holdfast/deribit/protocol';
import type { InstrumentName } from '@holdfast/core/values';
import { currency, E8 } from '@holdfast/core/values';
import { Exchange } from '../exchange/exchange.ts';
import { BTC, CALL, PERPETUAL, START } from '../exchange/exchange.fixture.ts';
import type { Notice } from '../exchange/notification.ts';
import { VirtualClock } from '../virtual-clock.ts';
import { type GapCause, GapLog } from './gap-log.ts';
import { MirrorDesk } from './mirror-desk.ts';
import { SourceFeed } from './source-feed.ts';

type Rows = readonly (readonly [action: string, price: number, amount: number])[];

/** Frames of a source, dated by its clock. */
export const FRAMES = {
  index: (at: number, price = 65_000): string =>
    encodeNotification('deribit_price_index.btc_usd', {
      index_name: 'btc_usd',
      price,
      timestamp: at,
    }),
  dvol: (at: number, volatility: number): string =>
    encodeNotification('deribit_volatility_index.btc_usd', {
      index_name: 'btc_usd',
      volatility,
      timestamp: at,
    }),
  snapshot: (at: number, id: number, bids: Rows, asks: Rows, name: string = CALL.name): string =>
    encodeNotification(`book.${name}.100ms`, {
      type: 'snapshot',
      timestamp: at,
      instrument_name: name,
      change_id: id,
      bids,
      asks,
    }),
  change: (at: number, prev: number, id: number, bids: Rows, asks: Rows): string =>
    encodeNotification(`book.${CALL.name}.100ms`, {
      type: 'change',
      timestamp: at,
      instrument_name: CALL.name,
      change_id: id,
      prev_change_id: prev,
      bids,
      asks,
    }),
  ticker: (at: number, mark = 0.1): string =>
    encodeNotification(`ticker.${CALL.name}.100ms`, {
      instrument_name: CALL.name,
      timestamp: at,
      state: 'open',
      mark_price: mark,
      underlying_price: 65_000,
      index_price: 65_000,
      mark_iv: 45,
      best_bid_price: 0.099,
      best_bid_amount: 1,
      best_ask_price: 0.1,
      best_ask_amount: 1,
      last_price: null,
      greeks: { delta: 0.5, gamma: 0, vega: 20, theta: 0, rho: 0 },
    }),
  trade: (at: number, seq: number, direction: string, price: number, amount: number): string =>
    encodeNotification('trades.option.BTC.100ms', [
      {
        trade_id: `BTC-${seq}`,
        trade_seq: seq,
        instrument_name: CALL.name,
        timestamp: at,
        direction,
        price,
        amount,
      },
    ]),
  locked: (locked: boolean): string =>
    encodeNotification('platform_state', { price_index: 'btc_usd', locked }),
} as const;

export const BIDS: Rows = [['new', 0.099, 2]];
export const ASKS: Rows = [['new', 0.1, 1]];

export interface Stage {
  readonly exchange: Exchange;
  readonly clock: VirtualClock;
  readonly desk: MirrorDesk;
  readonly gaps: GapLog;
  readonly notices: Notice[];
  readonly asked: InstrumentName[];
  readonly lost: GapCause[];
  hear(...frames: readonly string[]): void;
  /** Time goes on by steps of a second, and the desk looks. */
  pass(ms: number, eachSecond?: () => void): void;
  place(price: number, amount: number, more?: Record<string, unknown>): number | null;
}

/** The call and the perpetual listed, nothing heard yet. */
export function openStage(): Stage {
  const clock = new VirtualClock(START);
  const notices: Notice[] = [];
  const exchange = new Exchange({
    deposits: new Map([[currency('BTC'), 100 * E8]]),
    mirror: true,
    onNotification: (...notice) => void notices.push(notice),
  });
  const gaps = new GapLog();
  const asked: InstrumentName[] = [];
  const lost: GapCause[] = [];
  const desk = new MirrorDesk({
    exchange,
    clock,
    gaps,
    askBook: (name) => void asked.push(name),
    onLost: (cause) => void lost.push(cause),
  });
  const feed = new SourceFeed(desk, 'skip');
  desk.listed(BTC, [CALL, PERPETUAL]);
  const hear = (...frames: readonly string[]): void => {
    for (const frame of frames) feed.hear(Buffer.from(frame, 'utf8'));
  };
  return {
    exchange,
    clock,
    desk,
    gaps,
    notices,
    asked,
    lost,
    hear,
    pass(ms, eachSecond = () => undefined) {
      for (let passed = 0; passed < ms; passed += 1_000) {
        clock.runUntil(clock.now() + Math.min(1_000, ms - passed));
        eachSecond();
        desk.look();
      }
    },
    place(price, amount, more = {}) {
      const params = { instrument_name: CALL.name, amount, price, type: 'limit', ...more };
      const answer = exchange.handle('private/buy', params, clock.now());
      return answer.ok ? null : answer.error.code;
    },
  };
}

/** A stage on which the market is known: both books, a mark and the index. */
export function openLiveStage(): Stage {
  const stage = openStage();
  const at = stage.clock.now();
  stage.hear(
    FRAMES.snapshot(at, 1, BIDS, ASKS),
    FRAMES.snapshot(at, 1, [['new', 64_990, 100]], [['new', 65_010, 100]], PERPETUAL.name),
    FRAMES.ticker(at),
    FRAMES.index(at),
  );
  return stage;
}
