import type { Instrument } from '@holdfast/core/instrument';
import {
  amountE8,
  type Currency,
  E8,
  instrumentName,
  monoMs,
  priceE8,
  quantity,
} from '@holdfast/core/values';

const MONTHS = ['JAN', 'FEB', 'MAR', 'APR', 'MAY', 'JUN', 'JUL', 'AUG', 'SEP', 'OCT', 'NOV', 'DEC'];

/** Deribit's terms of the coin-settled options whose chains were recorded (phases section 7.2). */
const AMOUNT_STEP_E8: ReadonlyMap<string, number> = new Map([
  ['BTC', 10_000_000],
  ['ETH', E8],
]);

export interface OptionKey {
  readonly underlying: Currency;
  readonly type: 'call' | 'put';
  /** Whole USD. */
  readonly strike: number;
  readonly expiryMs: number;
}

/** `BTC-28AUG26-110000-C`. */
export function optionName({ underlying, type, strike, expiryMs }: OptionKey): string {
  return `${underlying}-${dateCode(expiryMs)}-${strike}-${type === 'call' ? 'C' : 'P'}`;
}

/** `28AUG26`, `5AUG26`. */
export function dateCode(expiryMs: number): string {
  const day = new Date(expiryMs);
  const year = String(day.getUTCFullYear() % 100).padStart(2, '0');
  return `${day.getUTCDate()}${MONTHS[day.getUTCMonth()] ?? ''}${year}`;
}

/** Null for an underlying whose terms are not known here. */
export function inverseOption(key: OptionKey): Instrument | null {
  const step = AMOUNT_STEP_E8.get(key.underlying);
  if (step === undefined) return null;
  return Object.freeze<Instrument>({
    name: instrumentName(optionName(key)),
    kind: 'option',
    underlying: key.underlying,
    settlement: key.underlying,
    quote: 'coin',
    amountUnit: 'coin',
    tickE8: priceE8(10_000),
    tickLadder: [{ abovePriceE8: priceE8(500_000), stepE8: priceE8(50_000) }],
    amountStepE8: amountE8(step),
    minAmount: quantity(1),
    contractMultiplierE8: amountE8(E8),
    expiry: monoMs(key.expiryMs),
    option: { type: key.type, strikeE8: priceE8(key.strike * E8) },
    isActive: true,
    makerFeeE8: 30_000,
    takerFeeE8: 30_000,
  });
}
