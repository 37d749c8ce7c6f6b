/**
 * What a correct client never sends, each counted apart. The venue's answer is beside the count.
 */
const NO_ATTEMPTS = {
  malformed: 0,
  order_type: 0,
  trigger: 0,
  linked: 0,
  hidden: 0,
  advanced: 0,
  both_sizes: 0,
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
  /** Trades as their owners count them: two for one between two accounts. */
  fills: number;
  /** Messages that tell somebody something: books, tickers, indexes, orders, trades. */
  notices: number;
}

type Tally = Exclude<keyof ExchangeCounters, 'illegalOrderAttempts' | 'illegalByKind'>;

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

/** Who counts: the exchange as a whole, and one account's own share. */
export interface Counting {
  readonly counters: ExchangeCounters;
}

export function count(state: Counting, trader: Counting, tally: Tally): void {
  state.counters[tally] += 1;
  trader.counters[tally] += 1;
}

export function countIllegal(state: Counting, trader: Counting, kind: IllegalKind): void {
  for (const { counters } of [state, trader]) {
    counters.illegalOrderAttempts += 1;
    counters.illegalByKind[kind] += 1;
  }
}
