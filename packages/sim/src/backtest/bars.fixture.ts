import { currency, E8, instrumentName } from '@holdfast/core/values';
import type { Instrument } from '@holdfast/core/instrument';
import { inverseOption } from '../market/inverse-option.ts';
import type { Bar, BarQuote } from './bar.ts';
import type { RuntimeEvent, RuntimeResult } from './result.ts';

export const FIRST_AT = Date.UTC(2026, 2, 2, 9);
export const STEP_MS = 4_000;

export function callAt(strike: number): Instrument {
  const terms = { underlying: currency('BTC'), type: 'call', strike } as const;
  const instrument = inverseOption({ ...terms, expiryMs: Date.UTC(2026, 2, 13, 8) });
  if (instrument === null) throw new Error('no terms');
  return instrument;
}

export const CALL = callAt(66_000);
export const CALL_NAME = instrumentName('BTC-13MAR26-66000-C');

export function quoteOf(changes: Partial<BarQuote> = {}): BarQuote {
  return {
    instrument: CALL,
    bid: 0.04,
    bidAmount: 5,
    ask: 0.0405,
    askAmount: 5,
    mark: 0.04025,
    underlyingPrice: 64_100,
    iv: 0.4,
    delta: 0.4,
    ...changes,
  };
}

export function barAt(index: number, quotes: readonly BarQuote[] = [quoteOf()]): Bar {
  return {
    at: FIRST_AT + index * STEP_MS,
    coins: {
      BTC: { index: 64_000 + index, volatilityIndex: 40 },
      ETH: { index: 1_900, volatilityIndex: 50 },
    },
    quotes,
  };
}

/** So many bars of one option whose bid and ask rise by a tick each bar. */
export function risingBars(count: number): readonly Bar[] {
  return Array.from({ length: count }, (_, index) => {
    const up = (price: number): number => Math.round((price + index * 0.0005) * E8) / E8;
    return barAt(index, [quoteOf({ bid: up(0.04), ask: up(0.0405), mark: up(0.04025) })]);
  });
}

export function eventOf(changes: Partial<RuntimeEvent> = {}): RuntimeEvent {
  return {
    date: '2026-03-02',
    side: 'BUY',
    kind: 'real',
    price: 0.04,
    price_basis: 'this_bar',
    reason_code: 'strategy_open',
    reason_family: 'strategy',
    reason_layer: 'core',
    position_before: 0,
    position_after: 1,
    branch: 'candidate',
    trade_id: '1',
    bar: 0,
    instrument: CALL_NAME,
    amount: 1,
    fee: 0.0003,
    fee_currency: 'BTC',
    ...changes,
  };
}

export function resultOf(
  events: readonly RuntimeEvent[],
  changes: Partial<RuntimeResult> = {},
): RuntimeResult {
  const looks = { looks: events.length, outcomes: {}, unclassified: 0 };
  return { events, trades: [], daily: [], warnings: [], looks, ...changes };
}
