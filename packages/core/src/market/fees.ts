import {
  type AmountE8,
  coinE8,
  type CoinE8,
  E8,
  mulDivDown,
  mulDivUp,
  type PriceE8,
} from '../values/index.ts';
import type { Instrument } from '../instrument/instrument.ts';

export type Liquidity = 'maker' | 'taker';

/** An option fee is at most 12.5 % of the option's price: an eighth. */
const CAP_DIVISOR = 8;

/**
 * The fee of one trade as Deribit charges it, in the settlement currency at 1e-8, rounded against
 * us. Positive is paid; a maker rebate is negative. Options: the lesser of the rate on the
 * underlying and an eighth of the price, per unit. Futures: the rate on the notional. NaN when an
 * input is missing or leaves the exact range.
 * @param indexPriceE8 USD per coin; only linear options need it.
 */
export function feeE8(
  instrument: Instrument,
  amountE8: AmountE8,
  priceE8: PriceE8,
  liquidity: Liquidity,
  indexPriceE8: PriceE8 | null,
): CoinE8 {
  const rate = liquidity === 'maker' ? instrument.makerFeeE8 : instrument.takerFeeE8;
  if (!Number.isSafeInteger(rate)) return coinE8(Number.NaN);
  if (instrument.kind === 'option') {
    return coinE8(optionFee(instrument, amountE8, priceE8, rate, indexPriceE8 ?? Number.NaN));
  }
  if (!(priceE8 > 0)) return coinE8(Number.NaN);
  // The notional a charge is taken of is rounded up, the one a rebate is taken of down.
  const scale = rate < 0 ? mulDivDown : mulDivUp;
  const notional =
    instrument.amountUnit === 'usd' ? scale(amountE8, E8, priceE8) : scale(amountE8, priceE8, E8);
  return coinE8(chargeUp(notional, rate, E8));
}

function optionFee(
  instrument: Instrument,
  amountE8: number,
  priceE8: number,
  rateE8: number,
  indexE8: number,
): number {
  if (!(priceE8 >= 0)) return Number.NaN;
  // Eight times the fee per unit, so that the eighth of the price stays whole.
  const ofUnderlying =
    instrument.quote === 'coin'
      ? rateE8 * CAP_DIVISOR
      : chargeUp(indexE8, rateE8 * CAP_DIVISOR, E8);
  if (Number.isNaN(ofUnderlying)) return Number.NaN;
  const perUnit = ofUnderlying < priceE8 ? ofUnderlying : priceE8;
  return chargeUp(amountE8, perUnit, E8 * CAP_DIVISOR);
}

/** ceil(base * rate / divisor) for a rate of either sign. */
function chargeUp(base: number, rate: number, divisor: number): number {
  if (rate >= 0) return mulDivUp(base, rate, divisor);
  return 0 - mulDivDown(base, 0 - rate, divisor);
}

export interface FeeStaleness {
  /**
   * `hard`: RiskState Degraded and ReduceOnly until refreshed; an OPEN may not be priced with it.
   */
  readonly state: 'fresh' | 'buffered' | 'hard';
  /** What fees are raised by, a fraction at 1e-8. */
  readonly bufferE8: number;
}

export interface FeeStalenessRule {
  readonly feeCacheSoftS: number;
  readonly feeCacheHardS: number;
  readonly feeStaleBuffer: number;
}

const FRESH: FeeStaleness = Object.freeze({ state: 'fresh', bufferE8: 0 });

/**
 * Up to the soft age the rates count as they are, up to the hard age with the buffer (contract-1
 * section 14). Older, never read, from the future, or judged by limits that are no numbers: hard.
 * @param ageS seconds with their fraction: 900.001 is past 900.
 */
export function feeStaleness(ageS: number | null, rule: FeeStalenessRule): FeeStaleness {
  const { feeCacheSoftS, feeCacheHardS } = rule;
  if (ageS === null || !(ageS >= 0)) return { state: 'hard', bufferE8: bufferOf(rule) };
  if (ageS <= feeCacheSoftS && ageS <= feeCacheHardS) return FRESH;
  const bufferE8 = bufferOf(rule);
  const isBuffered = ageS <= feeCacheHardS && Number.isFinite(bufferE8);
  return { state: isBuffered ? 'buffered' : 'hard', bufferE8 };
}

/**
 * The fee raised by the buffer and rounded up. A rebate read too long ago is not counted on at all.
 */
export function bufferedFeeE8(fee: CoinE8, staleness: FeeStaleness): CoinE8 {
  if (staleness.state === 'fresh') return fee;
  if (fee < 0) return coinE8(0);
  return coinE8(fee + mulDivUp(fee, staleness.bufferE8, E8));
}

/** NaN where there is no usable buffer: a fee raised by nothing would be the cheaper one. */
function bufferOf({ feeStaleBuffer }: FeeStalenessRule): number {
  const nearest = Math.round(feeStaleBuffer * E8);
  return feeStaleBuffer >= 0 && Number.isSafeInteger(nearest) ? nearest : Number.NaN;
}
