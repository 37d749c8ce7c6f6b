const CLASSES = [
  'session',
  'retry_later',
  'auth',
  'instrument_terminal',
  'order_terminal',
  'our_bug',
  'margin',
] as const;

/**
 * What Deribit's error codes mean to us (phases section 7.2), and what follows from each class:
 *
 * - `session`: the venue throttles us; 10028 also ends the session (D-18): circuit breaker,
 *   backoff, reconcile before anything new.
 * - `retry_later`: nothing is proven; the request may have been executed. Never resent: reconcile.
 * - `auth`: this key or session may not: latch and stop, an operator has to look.
 * - `instrument_terminal`: the instrument does not trade any more: read the listing again.
 * - `order_terminal`: the order named in the request is over or not ours: nothing to do to it.
 * - `our_bug`: a gate should have refused it before the wire: refused, and evidence of a defect.
 * - `margin`: refused for funds or position limits: read the account again.
 * - `unknown`: not in the list: treated as `retry_later`.
 */
export type ErrorClass = (typeof CLASSES)[number] | 'unknown';

type Code = readonly [code: number, name: string];

const CODES: Readonly<Record<(typeof CLASSES)[number], readonly Code[]>> = {
  session: [
    [10028, 'too_many_requests'],
    [10047, 'matching_engine_queue_full'],
    [10066, 'too_many_concurrent_requests'],
  ],
  retry_later: [
    [10040, 'retry'],
    [10041, 'settlement_in_progress'],
    [11051, 'system_maintenance'],
    [11094, 'internal_server_error'],
    [13028, 'temporarily_unavailable'],
    [13888, 'timed_out'],
  ],
  auth: [
    [10000, 'authorization_required'],
    [10019, 'locked_by_admin'],
    [11042, 'permission_denied'],
    [11098, 'account_locked'],
    [13004, 'invalid_credentials'],
    [13009, 'unauthorized'],
    [13021, 'forbidden'],
    [13403, 'scope_exceeded'],
  ],
  instrument_terminal: [
    [10012, 'book_closed'],
    [10020, 'invalid_or_unsupported_instrument'],
    [11046, 'outdated_instrument'],
    [13019, 'orderbook_closed'],
    [13020, 'not_found'],
  ],
  order_terminal: [
    [10004, 'order_not_found'],
    [10010, 'already_closed'],
    [10029, 'not_owner_of_order'],
    [11008, 'already_filled'],
    [11044, 'not_open_order'],
    [13032, 'non_unique_order_label'],
  ],
  our_bug: [
    [10002, 'qty_too_low'],
    [10005, 'price_too_low'],
    [10007, 'price_too_high'],
    [10021, 'invalid_amount'],
    [10023, 'invalid_price'],
    [10026, 'price_precision_exceeded'],
    [10043, 'price_wrong_tick'],
    [11029, 'invalid_arguments'],
    [11049, 'bad_arguments'],
    [11050, 'bad_request'],
    [11054, 'post_only_reject'],
    [11055, 'post_only_not_allowed'],
    [-32602, 'invalid_params'],
  ],
  margin: [
    [10009, 'not_enough_funds'],
    [10018, 'position_size_limit'],
    [10037, 'position_size_limit_in_currency'],
    [10039, 'not_enough_funds_in_currency'],
    [10072, 'disabled_while_position_lock'],
  ],
};

interface KnownError {
  readonly name: string;
  readonly class: ErrorClass;
}

const ERRORS = new Map<number, KnownError>();
for (const group of CLASSES) {
  for (const [code, name] of CODES[group]) ERRORS.set(code, { name, class: group });
}

/** @param code numeric JSON-RPC error code of an answer. */
export function classOf(code: number): ErrorClass {
  return ERRORS.get(code)?.class ?? 'unknown';
}

/** Deribit's own word for a code; null for one that is not in the list. */
export function errorName(code: number): string | null {
  return ERRORS.get(code)?.name ?? null;
}

/** Deribit ends the session with this one; no answer to anything else on it will come (D-18). */
export const TOO_MANY_REQUESTS = 10028;

/** Answers to a private request that mean this connection is nobody's any more. */
const UNAUTHENTICATED: ReadonlySet<number> = new Set([10000, 13009]);

export function meansUnauthenticated(code: number): boolean {
  return UNAUTHENTICATED.has(code);
}

/**
 * Classes whose codes are answers about the order itself: it was refused. A code that ends a
 * session, asks for patience or speaks of another order proves nothing about this one.
 */
const REFUSALS: readonly ErrorClass[] = ['our_bug', 'margin', 'instrument_terminal', 'auth'];

/**
 * Whether an answer to an order-creating request proves that no order was made. Every other answer,
 * known or not, leaves it unknown, and unknown is never unsent (D-14).
 *
 * @param code numeric JSON-RPC error code of the answer.
 */
export function provesNoOrder(code: number): boolean {
  return REFUSALS.includes(classOf(code));
}

/** Answers to a cancel that mean there is nothing left to cancel. */
const NOTHING_TO_CANCEL: ReadonlySet<number> = new Set([10004, 10010, 11008, 11044]);

export function meansNothingToCancel(code: number): boolean {
  return NOTHING_TO_CANCEL.has(code);
}
