import { E8, e8FromNumber } from '@holdfast/core/values';
import type { Instrument } from '@holdfast/core/instrument';
import type { IllegalKind } from './illegal-order.ts';
import { isOnLadder } from './tick-ladder.ts';
import { type Params, type VenueError, venueError } from './venue-error.ts';

/** A request that is refused; `illegal` where a correct client never sends it. */
export interface Refusal {
  readonly ok: false;
  readonly error: VenueError;
  readonly illegal: IllegalKind | null;
}

export type Read<T> = { readonly ok: true; readonly value: T } | Refusal;

export function refusal(illegal: IllegalKind | null, error: VenueError): Refusal {
  return { ok: false, error, illegal };
}

/** A limit price in ticks, on the instrument's ladder. */
export function readTicks(instrument: Instrument, price: number): Read<number> {
  const priceE8 = e8FromNumber(price);
  if (priceE8 === null) return refusal('off_tick', venueError(10026, 'too many decimals', 'price'));
  if (priceE8 <= 0) return refusal('bad_price', venueError(10023, 'must be positive', 'price'));
  if (!isOnLadder(instrument, priceE8)) {
    return refusal('off_tick', venueError(10043, 'not on the tick ladder', 'price'));
  }
  return { ok: true, value: priceE8 / instrument.tickE8 };
}

/** A size in steps, from `amount`, `contracts`, or both where they agree. */
export function readSteps(instrument: Instrument, fields: Params): Read<number> {
  const { amount, contracts } = fields;
  if (amount === undefined && contracts === undefined) {
    return refusal('malformed', venueError(11029, 'amount or contracts', 'amount'));
  }
  const counted = contractAmount(instrument, contracts);
  if (amount !== undefined && contracts !== undefined && amount !== counted) {
    return refusal('malformed', venueError(11029, 'amount and contracts differ', 'contracts'));
  }
  const param = amount === undefined ? 'contracts' : 'amount';
  return readAmount(instrument, amount === undefined ? counted : amount, param);
}

function contractAmount({ contractMultiplierE8 }: Instrument, contracts: unknown): number {
  if (typeof contracts !== 'number') return Number.NaN;
  return (contracts * contractMultiplierE8) / E8;
}

function readAmount(instrument: Instrument, given: unknown, param: string): Read<number> {
  const { amountStepE8, minAmount } = instrument;
  const sizeE8 = e8FromNumber(typeof given === 'number' ? given : Number.NaN);
  if (sizeE8 === null) return refusal('off_step', venueError(10021, 'too many decimals', param));
  if (sizeE8 < minAmount * amountStepE8) {
    return refusal('too_small', venueError(10002, 'below min_trade_amount', param));
  }
  if (sizeE8 % amountStepE8 !== 0) {
    return refusal('off_step', venueError(10021, 'not a multiple of min_trade_amount', param));
  }
  return { ok: true, value: sizeE8 / amountStepE8 };
}
