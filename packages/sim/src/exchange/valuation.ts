import type { Instrument } from '@holdfast/core/instrument';
import { E8 } from '@holdfast/core/values';
import { mulDivCeil, mulDivFloor } from './signed-quotient.ts';

/**
 * What a signed trade costs, at 1e-8 of the settlement currency: positive is paid. Rounded up,
 * against the client; the counterparty gets the exact negative. Inverse futures count USD, so their
 * cost runs the other way: buying USD 10 owes the coins it was worth.
 */
export function costE8(instrument: Instrument, steps: number, priceE8: number): number {
  const amountE8 = steps * instrument.amountStepE8;
  if (instrument.amountUnit === 'usd') return mulDivCeil(0 - amountE8, E8, priceE8);
  return mulDivCeil(amountE8, priceE8, E8);
}

/**
 * What closing `steps` at `priceE8` would bring: negative for a short option, profit plus cost for
 * a future.
 */
export function closeValueE8(instrument: Instrument, steps: number, priceE8: number): number {
  return 0 - costE8(instrument, 0 - steps, priceE8);
}

/**
 * What a signed amount of an option pays at delivery price `deliveryE8`, in settlement currency: in
 * coin for inverse options. Rounded down for the client.
 */
export function optionPayoffE8(
  instrument: Instrument,
  amountE8: number,
  deliveryE8: number,
): number {
  const { option } = instrument;
  if (option === null) return 0;
  const distance =
    option.type === 'call' ? deliveryE8 - option.strikeE8 : option.strikeE8 - deliveryE8;
  if (distance <= 0) return 0;
  return mulDivFloor(amountE8, distance, instrument.quote === 'coin' ? deliveryE8 : E8);
}

/** Coins of the underlying that a signed position stands for, at 1e-8. */
export function coinAmountE8(instrument: Instrument, steps: number, indexE8: number): number {
  const amountE8 = steps * instrument.amountStepE8;
  return instrument.amountUnit === 'usd' ? mulDivFloor(amountE8, E8, indexE8) : amountE8;
}
