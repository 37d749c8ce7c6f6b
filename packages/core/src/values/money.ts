import type { Brand } from './brand.ts';

/** USD money: integer micro-USD (D-3). */
export type MicroUsd = Brand<number, 'MicroUsd'>;

/** Cash in a settlement currency: integer at 1e-8 of it. */
export type CoinE8 = Brand<number, 'CoinE8'>;

export const microUsd = (value: number): MicroUsd => value as MicroUsd;
export const coinE8 = (value: number): CoinE8 => value as CoinE8;
