import type { Instrument } from '@holdfast/core/instrument';

/** The tick that applies at `priceE8`: the coarsest step whose `above_price` lies below it. */
function tickAtE8(instrument: Instrument, priceE8: number): number {
  let tick: number = instrument.tickE8;
  for (const step of instrument.tickLadder) {
    if (priceE8 > step.abovePriceE8) tick = step.stepE8;
  }
  return tick;
}

export function isOnLadder(instrument: Instrument, priceE8: number): boolean {
  return priceE8 > 0 && priceE8 % tickAtE8(instrument, priceE8) === 0;
}

/** The highest valid price at or below; 0 when there is none. */
export function ladderFloorE8(instrument: Instrument, priceE8: number): number {
  return priceE8 - (priceE8 % tickAtE8(instrument, priceE8));
}

/** The lowest valid price at or above; `priceE8` is positive. */
export function ladderCeilE8(instrument: Instrument, priceE8: number): number {
  const floor = ladderFloorE8(instrument, priceE8);
  return floor === priceE8 ? floor : floor + tickAtE8(instrument, priceE8);
}

/** The next valid price below a valid one; 0 when there is none. */
export function priceBelowE8(instrument: Instrument, priceE8: number): number {
  return priceE8 - tickAtE8(instrument, priceE8);
}

/** The next valid price above a valid one. */
export function priceAboveE8(instrument: Instrument, priceE8: number): number {
  return priceE8 + tickAtE8(instrument, priceE8 + 1);
}
