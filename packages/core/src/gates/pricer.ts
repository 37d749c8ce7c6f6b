import type { Instrument } from '../instrument/instrument.ts';
import type { Side } from '../intent/intent.ts';
import { E8, mulDivDown, mulDivUp } from '../values/index.ts';

/** E8 coin times E8 index, as micro-USD. */
const COIN_INDEX_PER_MICRO_USD = 10_000_000_000;
/** Micro-USD per E8 amount, as E8 USD per unit. */
const PER_COIN = 10_000_000_000;
const PER_USD = 100;

/** Whole-order money in micro-USD; the price at 1e-8 of the quote currency. */
export interface PricerTerms {
  readonly side: Side;
  readonly fairE8: number;
  readonly grossEdge: number;
  readonly fee: number;
  /** Already adjusted by the inventory skew. */
  readonly minEdge: number;
}

/**
 * What section 20 of contract-1 would offer: fair, less half the net edge (plus, for a sale;
 * AMB-14). Before the tick grid, like all prices here; every rounding is away from the market, and
 * what is missing makes NaN.
 */
export function proposedLimitE8(
  { side, fairE8, grossEdge, fee }: PricerTerms,
  instrument: Instrument,
  amountE8: number,
  indexE8: number | null,
): number {
  const offered = perUnitE8(Math.ceil((grossEdge - fee) / 2), instrument, amountE8, indexE8);
  return side === 'buy' ? fairE8 - offered : fairE8 + offered;
}

/**
 * The price at which, after fees, exactly the minimum edge is left: no limit is ever on its wrong
 * side.
 */
export function boundLimitE8(
  { side, fairE8, fee, minEdge }: PricerTerms,
  instrument: Instrument,
  amountE8: number,
  indexE8: number | null,
): number {
  // A rebate larger than the minimum edge buys no price beyond fair.
  const kept = perUnitE8(Math.max(minEdge + fee, 0), instrument, amountE8, indexE8);
  return side === 'buy' ? fairE8 - kept : fairE8 + kept;
}

/** Of two limits the one further from the market. */
export function strictest(side: Side, one: number, other: number): number {
  return side === 'buy' ? Math.min(one, other) : Math.max(one, other);
}

/**
 * Whole-order micro-USD as a price move of one unit, 1e-8 of the quote currency, rounded up. A
 * coin-quoted option is worth its price times the index, so USD meets its price only through the
 * index (D-16, AMB-14).
 */
export function perUnitE8(
  money: number,
  instrument: Instrument,
  amountE8: number,
  indexE8: number | null,
): number {
  if (instrument.amountUnit === 'usd') {
    return mulDivUp(money * PER_USD, indexE8 ?? Number.NaN, amountE8);
  }
  if (instrument.quote === 'usd') return mulDivUp(money, PER_COIN, amountE8);
  const worth = mulDivDown(amountE8, indexE8 ?? Number.NaN, COIN_INDEX_PER_MICRO_USD);
  return mulDivUp(money, E8, worth);
}
