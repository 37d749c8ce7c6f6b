import { type Reject, reject } from '../gates/reject.ts';
import {
  amountE8,
  type AmountE8,
  E8,
  price,
  type Price,
  priceE8,
  type PriceE8,
  quantity,
  type Quantity,
  scaleDown,
  scaleUp,
} from '../values/index.ts';
import type { Side } from '../intent/intent.ts';
import type { Instrument, TickStep } from './instrument.ts';

export interface Refused {
  readonly ok: false;
  readonly reject: Reject;
}

export type QuantizedQuantity =
  | { readonly ok: true; readonly quantity: Quantity; readonly amountE8: AmountE8 }
  | Refused;

export type QuantizedPrice =
  | { readonly ok: true; readonly price: Price; readonly priceE8: PriceE8 }
  | Refused;

/**
 * `raw` in canonical units, floored to whole amount steps and never up (contract-1 section 9,
 * AT-908, AT-926). Metadata that is missing, zero or not an exact integer is refused, never
 * replaced.
 */
export function quantizeQuantity(instrument: Instrument, raw: number): QuantizedQuantity {
  const { amountStepE8, minAmount } = instrument;
  if (!isCount(amountStepE8)) return metadataMissing(instrument, 'amount_step');
  if (!isCount(minAmount)) return metadataMissing(instrument, 'min_amount');
  const rawE8 = raw >= 0 ? scaleDown(raw, E8) : Number.NaN;
  if (!Number.isSafeInteger(rawE8)) return invalid('quantity');
  const amount = rawE8 - (rawE8 % amountStepE8);
  const steps = amount / amountStepE8;
  if (steps < minAmount) {
    return refused(
      reject('TooSmallAfterQuantization', {
        amount: amount / E8,
        minAmount: (minAmount * amountStepE8) / E8,
      }),
    );
  }
  return { ok: true, quantity: quantity(steps), amountE8: amountE8(amount) };
}

/** As `quantizePriceE8`, from a decimal in the quote currency. */
export function quantizePrice(instrument: Instrument, side: Side, raw: number): QuantizedPrice {
  return quantizePriceE8(instrument, side, side === 'buy' ? scaleDown(raw, E8) : scaleUp(raw, E8));
}

/**
 * A limit price on the tick ladder: BUY down, SELL up, so that nobody pays more or sells cheaper
 * than asked (AT-219). Where rounding leaves a band of the ladder, the neighbouring band's tick
 * decides.
 */
export function quantizePriceE8(instrument: Instrument, side: Side, rawE8: number): QuantizedPrice {
  const { tickE8, tickLadder } = instrument;
  if (!isCount(tickE8)) return metadataMissing(instrument, 'tick_size');
  if (!isLadder(tickE8, tickLadder)) return metadataMissing(instrument, 'tick_size_steps');
  if (!Number.isSafeInteger(rawE8)) return invalid('limit_price');
  const onTick =
    side === 'buy' ? floorTo(rawE8, tickE8, tickLadder) : ceilTo(rawE8, tickE8, tickLadder);
  if (!isCount(onTick)) return invalid('limit_price');
  return { ok: true, price: price(onTick / tickE8), priceE8: priceE8(onTick) };
}

/** A price the venue would take: positive and a multiple of the tick that counts at its height. */
export function isOnLadder(instrument: Instrument, atE8: number): boolean {
  const { tickE8, tickLadder } = instrument;
  if (!isCount(atE8) || !isCount(tickE8) || !isLadder(tickE8, tickLadder)) return false;
  return atE8 % stepAt(tickE8, tickLadder, bandOf(tickLadder, atE8)) === 0;
}

function floorTo(rawE8: number, tickE8: number, ladder: readonly TickStep[]): number {
  let at = rawE8;
  for (let band = bandOf(ladder, rawE8); band >= 0; band -= 1) {
    const step = stepAt(tickE8, ladder, band);
    const floored = at - positiveRemainder(at, step);
    const lowest = boundBelow(ladder, band);
    if (floored > lowest) return floored;
    // The bound itself belongs to the finer band below.
    at = lowest;
  }
  return at;
}

function ceilTo(rawE8: number, tickE8: number, ladder: readonly TickStep[]): number {
  let at = rawE8;
  for (let band = bandOf(ladder, rawE8); ; band += 1) {
    const step = stepAt(tickE8, ladder, band);
    const remainder = positiveRemainder(at, step);
    const raised = remainder === 0 ? at : at - remainder + step;
    const highest = ladder[band]?.abovePriceE8;
    if (highest === undefined || raised <= highest) return raised;
    at = highest + 1;
  }
}

/**
 * How many ladder steps count at this price: band 0 has the smallest tick. Bounds are exclusive.
 */
function bandOf(ladder: readonly TickStep[], atE8: number): number {
  let band = 0;
  for (const { abovePriceE8 } of ladder) {
    if (atE8 <= abovePriceE8) break;
    band += 1;
  }
  return band;
}

function stepAt(tickE8: number, ladder: readonly TickStep[], band: number): number {
  return ladder[band - 1]?.stepE8 ?? tickE8;
}

function boundBelow(ladder: readonly TickStep[], band: number): number {
  return ladder[band - 1]?.abovePriceE8 ?? Number.NEGATIVE_INFINITY;
}

/** Ascending bounds, each step a whole number of ticks. Nothing else can be rounded to safely. */
function isLadder(tickE8: number, ladder: readonly TickStep[]): boolean {
  let previous = -1;
  for (const { abovePriceE8, stepE8 } of ladder) {
    if (!Number.isSafeInteger(abovePriceE8) || abovePriceE8 <= previous) return false;
    if (!isCount(stepE8) || stepE8 % tickE8 !== 0) return false;
    previous = abovePriceE8;
  }
  return true;
}

function positiveRemainder(value: number, by: number): number {
  const remainder = value % by;
  return remainder < 0 ? remainder + by : remainder;
}

function isCount(value: number): boolean {
  return Number.isSafeInteger(value) && value > 0;
}

function metadataMissing(instrument: Instrument, field: string): Refused {
  return refused(reject('InstrumentMetadataMissing', { instrument: instrument.name, field }));
}

function invalid(field: string): Refused {
  return refused(reject('InvalidInput', { field }));
}

function refused(refusal: Reject): Refused {
  return { ok: false, reject: refusal };
}
