/** An exchange with a few instruments, for tests of this room. */
import type { Instrument } from '@holdfast/core/instrument';
import {
  amountE8,
  type Currency,
  currency,
  E8,
  instrumentName,
  monoMs,
  priceE8,
  quantity,
} from '@holdfast/core/values';
import { Exchange } from './exchange.ts';
import type { Notice, NotificationListener } from './notification.ts';
import type { AccountId } from './trader.ts';
import type { ExchangeAnswer } from './venue-error.ts';

export const BTC = currency('BTC');
export const USDC = currency('USDC');
/** Friday, the month's last. */
export const EXPIRY = Date.UTC(2026, 7, 28, 8);
export const START = Date.UTC(2026, 7, 20, 12);
export const INDEX_E8 = 65_000 * E8;

const option = (name: string, type: 'call' | 'put', strike: number): Instrument => ({
  name: instrumentName(name),
  kind: 'option',
  underlying: BTC,
  settlement: BTC,
  quote: 'coin',
  amountUnit: 'coin',
  tickE8: priceE8(10_000),
  tickLadder: [{ abovePriceE8: priceE8(500_000), stepE8: priceE8(50_000) }],
  amountStepE8: amountE8(10_000_000),
  minAmount: quantity(1),
  contractMultiplierE8: amountE8(E8),
  expiry: monoMs(EXPIRY),
  option: { type, strikeE8: priceE8(strike * E8) },
  isActive: true,
  makerFeeE8: 30_000,
  takerFeeE8: 30_000,
});

export const CALL = option('BTC-28AUG26-60000-C', 'call', 60_000);
export const PUT = option('BTC-28AUG26-60000-P', 'put', 60_000);
export const PERPETUAL: Instrument = {
  ...option('BTC-PERPETUAL', 'call', 1),
  kind: 'perpetual',
  quote: 'usd',
  amountUnit: 'usd',
  tickE8: priceE8(E8 / 2),
  tickLadder: [],
  amountStepE8: amountE8(10 * E8),
  contractMultiplierE8: amountE8(10 * E8),
  expiry: null,
  option: null,
  makerFeeE8: 0,
  takerFeeE8: 50_000,
};
export const FUTURE: Instrument = {
  ...PERPETUAL,
  name: instrumentName('BTC-28AUG26'),
  kind: 'inverse_future',
  tickE8: priceE8(2.5 * E8),
  expiry: monoMs(EXPIRY),
};
export const LINEAR_PERPETUAL: Instrument = {
  ...PERPETUAL,
  name: instrumentName('BTC_USDC-PERPETUAL'),
  kind: 'linear_future',
  settlement: USDC,
  amountUnit: 'coin',
  amountStepE8: amountE8(10_000),
  contractMultiplierE8: amountE8(10_000),
};
export const USDC_CALL: Instrument = {
  ...option('BTC_USDC-28AUG26-60000-C', 'call', 60_000),
  settlement: USDC,
  quote: 'usd',
  tickE8: priceE8(5 * E8),
  tickLadder: [],
  amountStepE8: amountE8(1_000_000),
  contractMultiplierE8: amountE8(E8),
};

/** Listed only where several accounts trade: other tests name all that there is. */
const FUTURES = [FUTURE, LINEAR_PERPETUAL];

export interface Bench {
  readonly exchange: Exchange;
  readonly notices: Notice[];
  readonly send: (
    method: string,
    params?: Record<string, unknown>,
    account?: AccountId,
  ) => ExchangeAnswer;
  /** Publishes at the bench's own time. */
  readonly quote: (instrument: Instrument, bids: number[], asks: number[]) => void;
  at: number;
}

/** Marks by instrument: call 0.1, put 0.02, futures at the index, USDC call 6500. */
const MARKS: readonly (readonly [Instrument, number])[] = [
  [CALL, 10_000_000],
  [PUT, 2_000_000],
  [PERPETUAL, INDEX_E8],
  [USDC_CALL, 6_500 * E8],
  [FUTURE, INDEX_E8],
  [LINEAR_PERPETUAL, INDEX_E8],
];

export function openBench(
  deposits: ReadonlyMap<Currency, number> = new Map([[BTC, 10 * E8]]),
  accounts: ReadonlyMap<AccountId, ReadonlyMap<Currency, number>> = new Map(),
  hear: NotificationListener = () => undefined,
): Bench {
  const notices: Notice[] = [];
  const onNotification: NotificationListener = (...notice) => {
    notices.push(notice);
    hear(...notice);
  };
  const exchange = new Exchange({ deposits, accounts, onNotification });
  exchange.setIndex(BTC, INDEX_E8, START);
  exchange.list([CALL, PUT, PERPETUAL, USDC_CALL, ...(accounts.size > 0 ? FUTURES : [])], START);
  for (const [instrument, markPriceE8] of MARKS) {
    const greeks = { iv: 0.45, delta: 0.5, vega: 20 };
    const underlyingPriceE8 = INDEX_E8;
    exchange.setTicker({ instrument, timestamp: START, markPriceE8, underlyingPriceE8, ...greeks });
  }
  const bench: Bench = {
    exchange,
    notices,
    at: START,
    send: (method, params = {}, account = 'main') =>
      exchange.handle(method, params, bench.at, account),
    quote: (instrument, bids, asks) => exchange.publishBook(instrument.name, bids, asks, bench.at),
  };
  return bench;
}

let labels = 0;

/** Params of a good order; a new label every time. */
export function order(
  instrument: Instrument,
  amount: number,
  price: number,
  more: Record<string, unknown> = {},
): Record<string, unknown> {
  labels += 1;
  return {
    instrument_name: instrument.name,
    amount,
    price,
    type: 'limit',
    time_in_force: 'immediate_or_cancel',
    label: `test-${labels}`,
    reduce_only: false,
    ...more,
  };
}

/** The answer's order and trades; throws when it was refused. */
export function placed(answer: ExchangeAnswer): {
  readonly order: Record<string, unknown>;
  readonly trades: readonly Record<string, unknown>[];
} {
  if (!answer.ok) throw new Error(`refused: ${JSON.stringify(answer.error)}`);
  return answer.result as ReturnType<typeof placed>;
}

export function codeOf(answer: ExchangeAnswer): number | null {
  return answer.ok ? null : answer.error.code;
}
