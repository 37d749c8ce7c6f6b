/**
 * What a venue error code proves about the order that was sent (phases section 7.2). Only these
 * codes prove that no order was made; every other answer, known or not, leaves it unknown, and
 * unknown is never unsent (D-14).
 */
const PROVES_NO_ORDER: ReadonlySet<number> = new Set([
  // Refused terms.
  10002, 10005, 10007, 10020, 10021, 10023, 10026, 10043, 11029, 11049, 11050, 11054, 11055, -32602,
  // Refused for margin or limits.
  10009, 10018, 10037, 10039, 10072,
  // The instrument does not trade.
  10012, 11046, 13019, 13020,
  // Not allowed to this key or session.
  10000, 10019, 11042, 11098, 13004, 13009, 13021, 13403,
]);

/** @param code numeric JSON-RPC error code of the answer to an order-creating request. */
export function provesNoOrder(code: number): boolean {
  return PROVES_NO_ORDER.has(code);
}

/** Answers to a cancel that mean there is nothing left to cancel. */
const NOTHING_TO_CANCEL: ReadonlySet<number> = new Set([10004, 10010, 11008, 11044]);

export function meansNothingToCancel(code: number): boolean {
  return NOTHING_TO_CANCEL.has(code);
}
