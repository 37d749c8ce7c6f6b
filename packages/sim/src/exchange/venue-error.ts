/** Answer of one call: plain JSON values, as they would travel. */
export type ExchangeAnswer =
  | { readonly ok: true; readonly result: unknown }
  | { readonly ok: false; readonly error: VenueError };

export interface VenueError {
  readonly code: number;
  readonly message: string;
  readonly data?: Readonly<Record<string, string | number>>;
}

/** Codes this exchange answers with, from the classic list (phases section 7.2). */
const MESSAGES = {
  10002: 'qty_too_low',
  10003: 'order_overlap',
  10004: 'order_not_found',
  10009: 'not_enough_funds',
  10012: 'book_closed',
  10019: 'locked_by_admin',
  10020: 'invalid_or_unsupported_instrument',
  10021: 'invalid_amount',
  10023: 'invalid_price',
  10026: 'price_precision_exceeded',
  10029: 'not_owner_of_order',
  10043: 'price_wrong_tick',
  11029: 'invalid_arguments',
  11030: 'other_reject',
  11044: 'not_open_order',
  11049: 'bad_arguments',
  11050: 'bad_request',
  11054: 'post_only_reject',
  11055: 'post_only_not_allowed',
  13020: 'not_found',
  13021: 'forbidden',
  13028: 'temporarily_unavailable',
  13032: 'non_unique_order_label',
  13888: 'timed_out',
  [-32601]: 'Method not found',
  [-32602]: 'Invalid params',
} as const;

export type VenueErrorCode = keyof typeof MESSAGES;

/** @param param the request's field that is wrong, or empty. */
export function venueError(code: VenueErrorCode, reason: string, param = ''): VenueError {
  return { code, message: MESSAGES[code], data: param === '' ? { reason } : { reason, param } };
}

export function answer(result: unknown): ExchangeAnswer {
  return { ok: true, result };
}

export function failure(error: VenueError): ExchangeAnswer {
  return { ok: false, error };
}

/** Params of a call, before anything is known of them. */
export type Params = Readonly<Record<string, unknown>>;

export function isParams(value: unknown): value is Params {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** A required param is absent. */
export function missing(param: string): ExchangeAnswer {
  return failure(venueError(-32602, 'value required', param));
}
