import { type Reject, reject } from '../gates/reject.ts';
import {
  type AmountE8,
  coinE8,
  type CoinE8,
  E8,
  e8FromNumber,
  microUsd,
  type MicroUsd,
  mulDivDown,
  mulDivUp,
  type PriceE8,
} from '../values/index.ts';
import type { Instrument } from './instrument.ts';

/** E8 amount times E8 index, as micro-USD. */
const COIN_INDEX_PER_MICRO_USD = 10_000_000_000;
/** E8 USD, as micro-USD. */
const E8_PER_MICRO = 100;
/** Relative room in which a float comparison with the tolerance is not believed. */
const DOUBT = 1e-9;

/**
 * One order in every unit it is asked for in (contract-1 section 6.1). Coin and USD are never both
 * canonical.
 */
export interface OrderSize {
  /** The one `amount` the venue is sent, a decimal in canonical units. */
  readonly amount: number;
  /** Set for coin-sized instruments; derived by the index, rounded up, for USD-sized ones. */
  readonly qtyCoinE8: CoinE8;
  /** Unset for coin-sized instruments. */
  readonly qtyUsdE8: AmountE8 | null;
  /** Decimal contracts at 1e-8 (D-6); null where the amount is no exact decimal of them. */
  readonly contractsE8: number | null;
  /** Rounded up. */
  readonly notional: MicroUsd;
}

export type Sized =
  | { readonly ok: true; readonly size: OrderSize }
  | { readonly ok: false; readonly reject: Reject };

/** Refuses without an index (AMB-04), without a multiplier, and what no exact integer can hold. */
export function sizeOrder(
  instrument: Instrument,
  amountE8: AmountE8,
  indexPriceE8: PriceE8 | null,
): Sized {
  const multiplier = instrument.contractMultiplierE8;
  if (!isCount(multiplier)) return missing(instrument, 'contract_multiplier');
  if (indexPriceE8 === null || !isCount(indexPriceE8)) return missing(instrument, 'index_price');
  const inUsd = instrument.amountUnit === 'usd';
  const coins = inUsd ? mulDivUp(amountE8, E8, indexPriceE8) : amountE8;
  const notional = notionalOf(instrument, amountE8, indexPriceE8);
  if (!isCount(amountE8) || !isCount(coins) || !isCount(notional)) {
    return { ok: false, reject: reject('InvalidInput', { field: 'quantity' }) };
  }
  const contracts = mulDivUp(amountE8, E8, multiplier);
  const exact = contracts === mulDivDown(amountE8, E8, multiplier) ? contracts : null;
  return {
    ok: true,
    size: {
      amount: amountE8 / E8,
      qtyCoinE8: coinE8(coins),
      qtyUsdE8: inUsd ? amountE8 : null,
      contractsE8: exact,
      notional,
    },
  };
}

/**
 * Worth of an amount, whatever its sign, in micro-USD rounded up. NaN without the index it needs.
 */
export function notionalOf(
  instrument: Instrument,
  amountE8: AmountE8,
  indexPriceE8: PriceE8 | null,
): MicroUsd {
  const size = Math.abs(amountE8);
  if (instrument.amountUnit === 'usd') return microUsd(mulDivUp(size, 1, E8_PER_MICRO));
  if (indexPriceE8 === null || !isCount(indexPriceE8)) return microUsd(Number.NaN);
  return microUsd(mulDivUp(size, indexPriceE8, COIN_INDEX_PER_MICRO_USD));
}

/**
 * |amount - contracts * multiplier| / max(|amount|, 1e-9) <= tolerance (contract-1 section 6.2).
 * Equality passes and is decided on the decimals, not on their floats. Decimal contracts (D-6).
 * NaN never matches.
 */
export function contractsMatch(
  amount: number,
  contracts: number,
  multiplier: number,
  tolerance: number,
): boolean {
  if (!(multiplier > 0) || !(tolerance >= 0)) return false;
  const off = Math.abs(amount - contracts * multiplier) / Math.max(Math.abs(amount), 1e-9);
  if (off <= tolerance * (1 - DOUBT)) return true;
  if (!(off <= tolerance * (1 + DOUBT) + Number.EPSILON * 4)) return false;
  return matchExactly(amount, contracts, multiplier, tolerance);
}

/**
 * Only reached within a hair of the tolerance, so it may cost. What is off the 1e-8 grid does not
 * match.
 */
function matchExactly(
  amount: number,
  contracts: number,
  multiplier: number,
  tolerance: number,
): boolean {
  const exact = [amount, contracts, multiplier, tolerance].map(e8FromNumber);
  const [a, c, m, t] = exact.map((value) => (value === null ? null : BigInt(value)));
  if (typeof a !== 'bigint' || typeof c !== 'bigint') return false;
  if (typeof m !== 'bigint' || typeof t !== 'bigint') return false;
  const one = BigInt(E8);
  const difference = a * one - c * m;
  const size = a < 0n ? -a : a;
  return (difference < 0n ? -difference : difference) <= t * size;
}

function isCount(value: number): boolean {
  return Number.isSafeInteger(value) && value > 0;
}

function missing(instrument: Instrument, field: string): Sized {
  return {
    ok: false,
    reject: reject('InstrumentMetadataMissing', { instrument: instrument.name, field }),
  };
}
