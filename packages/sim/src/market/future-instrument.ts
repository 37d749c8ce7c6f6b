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
import { dateCode } from './inverse-option.ts';

/** Deribit's terms of a coin's futures (phases section 7.2); prices USD, amounts as quoted. */
interface FutureTerms {
  readonly perpetualTick: number;
  readonly futureTick: number;
  /** USD per contract of the inverse kinds: step, minimum and multiplier alike. */
  readonly contractUsd: number;
  readonly linearTick: number;
  readonly linearCoin: number;
}

const TERMS: ReadonlyMap<string, FutureTerms> = new Map([
  [
    'BTC',
    { perpetualTick: 0.5, futureTick: 2.5, contractUsd: 10, linearTick: 0.1, linearCoin: 0.0001 },
  ],
  [
    'ETH',
    { perpetualTick: 0.05, futureTick: 0.25, contractUsd: 1, linearTick: 0.01, linearCoin: 0.001 },
  ],
]);

const TAKER_FEE_E8 = 50_000;

/** `BTC-PERPETUAL`: settled in coin, counted in USD. Null for a coin of unknown terms. */
export function inversePerpetual(coin: Currency): Instrument | null {
  const terms = TERMS.get(coin);
  if (terms === undefined) return null;
  return inverse(coin, `${coin}-PERPETUAL`, 'perpetual', terms.perpetualTick, terms, null);
}

/** `BTC-28AUG26`: a term future settled in coin. */
export function inverseFuture(coin: Currency, expiryMs: number): Instrument | null {
  const terms = TERMS.get(coin);
  if (terms === undefined) return null;
  const name = `${coin}-${dateCode(expiryMs)}`;
  return inverse(coin, name, 'inverse_future', terms.futureTick, terms, expiryMs);
}

/** `BTC_USDC-PERPETUAL`: settled in USDC, counted in coin. */
export function linearPerpetual(coin: Currency): Instrument | null {
  const terms = TERMS.get(coin);
  if (terms === undefined) return null;
  const stepE8 = Math.round(terms.linearCoin * E8);
  return Object.freeze<Instrument>({
    name: instrumentName(`${coin}_USDC-PERPETUAL`),
    kind: 'linear_future',
    underlying: coin,
    settlement: currency('USDC'),
    quote: 'usd',
    amountUnit: 'coin',
    tickE8: priceE8(Math.round(terms.linearTick * E8)),
    tickLadder: [],
    amountStepE8: amountE8(stepE8),
    minAmount: quantity(1),
    contractMultiplierE8: amountE8(stepE8),
    expiry: null,
    option: null,
    isActive: true,
    makerFeeE8: 0,
    takerFeeE8: TAKER_FEE_E8,
  });
}

function inverse(
  coin: Currency,
  name: string,
  kind: 'perpetual' | 'inverse_future',
  tick: number,
  { contractUsd }: FutureTerms,
  expiryMs: number | null,
): Instrument {
  return Object.freeze<Instrument>({
    name: instrumentName(name),
    kind,
    underlying: coin,
    settlement: coin,
    quote: 'usd',
    amountUnit: 'usd',
    tickE8: priceE8(Math.round(tick * E8)),
    tickLadder: [],
    amountStepE8: amountE8(contractUsd * E8),
    minAmount: quantity(1),
    contractMultiplierE8: amountE8(contractUsd * E8),
    expiry: expiryMs === null ? null : monoMs(expiryMs),
    option: null,
    isActive: true,
    makerFeeE8: 0,
    takerFeeE8: TAKER_FEE_E8,
  });
}
