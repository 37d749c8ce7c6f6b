import { E8, type Instrument } from '@holdfast/core/strategy';

/**
 * The largest amount in whole steps that is no more than `amountMax`, in canonical units; `null`
 * where that is less than the least order.
 */
export function wholeAmount(instrument: Instrument, amountMax: number): number | null {
  const { amountStepE8, minAmount } = instrument;
  // Half a unit of 1e-8 forgives the binary form of a decimal amount and no more.
  const steps = Math.floor((amountMax * E8 + 0.5) / amountStepE8);
  return steps >= minAmount && steps > 0 ? (steps * amountStepE8) / E8 : null;
}
