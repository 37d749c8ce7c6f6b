/**
 * What a correct client never sends, each counted apart. The venue's answer is beside the count.
 */
const NO_ATTEMPTS = {
  malformed: 0,
  order_type: 0,
  trigger: 0,
  linked: 0,
  label_too_long: 0,
  label_live: 0,
  unknown_instrument: 0,
  expired_instrument: 0,
  bad_price: 0,
  off_tick: 0,
  too_small: 0,
  off_step: 0,
  post_only_terms: 0,
  post_only_would_cross: 0,
};

export type IllegalKind = keyof typeof NO_ATTEMPTS;

/** What the checkers read. Only counts: nothing here changes what the exchange does. */
export interface ExchangeCounters {
  illegalOrderAttempts: number;
  readonly illegalByKind: Record<IllegalKind, number>;
  /** Orders accepted under a label that was seen before: Deribit does not deduplicate. */
  duplicateDispatches: number;
  ordersReceived: number;
  ordersAccepted: number;
  fills: number;
  /** Messages that tell the client something: books, tickers, indexes, orders, trades. */
  notices: number;
}

export function createCounters(): ExchangeCounters {
  return {
    illegalOrderAttempts: 0,
    illegalByKind: { ...NO_ATTEMPTS },
    duplicateDispatches: 0,
    ordersReceived: 0,
    ordersAccepted: 0,
    fills: 0,
    notices: 0,
  };
}

export function countIllegal(counters: ExchangeCounters, kind: IllegalKind): void {
  counters.illegalOrderAttempts += 1;
  counters.illegalByKind[kind] += 1;
}
