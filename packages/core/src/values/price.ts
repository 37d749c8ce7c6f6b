import type { Brand } from './brand.ts';

/** Order or book price: count of the instrument's smallest tick (D-3). */
export type Price = Brand<number, 'Price'>;

/** Any price as an exact integer at 1e-8, in the currency the instrument is quoted in. */
export type PriceE8 = Brand<number, 'PriceE8'>;

export const price = (ticks: number): Price => ticks as Price;
export const priceE8 = (value: number): PriceE8 => value as PriceE8;
