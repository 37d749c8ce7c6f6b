import type { Brand } from './brand.ts';

/** Order or book quantity: count of the instrument's amount step (D-3, D-6). */
export type Quantity = Brand<number, 'Quantity'>;

/**
 * Any amount as an exact integer at 1e-8 of its canonical unit (coin, or USD for inverse futures).
 */
export type AmountE8 = Brand<number, 'AmountE8'>;

export const quantity = (steps: number): Quantity => steps as Quantity;
export const amountE8 = (value: number): AmountE8 => value as AmountE8;
