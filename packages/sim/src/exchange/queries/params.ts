import { type Currency, currency } from '@holdfast/core/values';
import type { Instrument } from '@holdfast/core/instrument';
import { type ExchangeAnswer, failure, missing, type Params, venueError } from '../venue-error.ts';
import type { Trader } from '../trader.ts';
import type { VenueState } from '../venue-state.ts';

/** Answers one method and changes nothing. Public ones do not look at the account. */
export type Query = (state: VenueState, params: Params, trader: Trader) => ExchangeAnswer;
export type Queries = readonly (readonly [method: string, query: Query])[];

export function text(params: Params, key: string): string | null {
  const value = params[key];
  return typeof value === 'string' && value !== '' ? value : null;
}

export function whole(params: Params, key: string): number | null {
  const value = params[key];
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 ? value : null;
}

/** `any` and absent are everything. */
export function currencyOf(params: Params): Currency | null {
  const value = text(params, 'currency');
  return value === null || value === 'any' ? null : currency(value);
}

/** Deribit files linear instruments under their settlement currency. */
export function isFiled({ settlement }: Instrument, wanted: Currency | null): boolean {
  return wanted === null || settlement === wanted;
}

export type Counted =
  | { readonly ok: true; readonly count: number }
  | { readonly ok: false; readonly answer: ExchangeAnswer };

/** How many rows a page may have. */
export function countOf(params: Params, usual: number, most: number): Counted {
  const given = params['count'];
  const count = given === undefined ? usual : whole(params, 'count');
  if (count !== null && count >= 1 && count <= most) return { ok: true, count };
  return { ok: false, answer: failure(venueError(-32602, `must be 1 to ${most}`, 'count')) };
}

/** The first of these params that is not there, as its answer; null when all are. */
export function absent(params: Params, ...keys: readonly string[]): ExchangeAnswer | null {
  const key = keys.find((each) => params[each] === undefined || params[each] === '');
  return key === undefined ? null : missing(key);
}
