/** What we hold true of Deribit, where the code depends on it, and the test that would notice. */
export interface VenueFact {
  /** Of the specification's table; `EXT-…` for what it takes from Deribit's public documents. */
  readonly id: string;
  readonly fact: string;
  /** `file:symbol` that makes it so, whatever a strategy asks for. */
  readonly enforcedBy: string;
  /** Its regression test. */
  readonly test: { readonly file: string; readonly title: string };
}

const PREFLIGHT = 'packages/core/src/gates/preflight.ts';
const GATES_TEST = 'packages/core/test/gates.test.ts';
const STEP_TEST = 'packages/core/test/step.test.ts';
const FEEDS_TEST = 'packages/core/test/feeds.test.ts';
const LINK_TEST = 'packages/deribit/src/link.test.ts';
const PROTOCOL = 'packages/deribit/src/protocol';
const DERIBIT = 'packages/deribit/src';

/** Contract-1 section 4, phases sections 7.1 and 7.2. */
export const VENUE_FACTS: readonly VenueFact[] = [
  {
    id: 'F-01a',
    fact: 'Options take no stop orders: refused before the wire.',
    enforcedBy: `${PREFLIGHT}:forbiddenType`,
    test: {
      file: GATES_TEST,
      title: 'AT-018 %s on an option is refused',
    },
  },
  {
    id: 'F-01b',
    fact: 'Documents disagree on market orders in options: never sent, never rewritten.',
    enforcedBy: `${PREFLIGHT}:forbiddenType`,
    test: {
      file: GATES_TEST,
      title: 'AT-016 a market order on an option is refused',
    },
  },
  {
    id: 'F-03',
    fact: 'Prices and sizes have to be on tick and step: rounded before hash and dispatch.',
    enforcedBy: 'packages/core/src/instrument/quantize.ts:quantizePrice',
    test: {
      file: 'packages/core/src/instrument/quantize.test.ts',
      title: 'AT-219 off the tick a BUY goes down and a SELL goes up',
    },
  },
  {
    id: 'F-05',
    fact: 'Answers carry no usable rate headers: requests are paced by our own buckets.',
    enforcedBy: `${DERIBIT}/pacer.ts:Pacer`,
    test: {
      file: `${DERIBIT}/pacer.test.ts`,
      title: 'AT-238 a hundred mixed requests keep to rate and burst; hedges and cancels go first',
    },
  },
  {
    id: 'F-06',
    fact: 'A crossing post-only order is repriced unless it asks to be rejected: we always ask.',
    enforcedBy: `${PROTOCOL}/order-request.ts:encodeOrder`,
    test: {
      file: `${PROTOCOL}/order-request.test.ts`,
      title: 'F-06 that is post-only asks to be rejected rather than repriced, new or edited',
    },
  },
  {
    id: 'F-07',
    fact: 'The venue honours reduce_only: whatever leaves outside Active carries it.',
    enforcedBy: `${PROTOCOL}/order-request.ts:encodeOrder`,
    test: {
      file: `${PROTOCOL}/order-request.test.ts`,
      title: 'F-07 that only reduces says so to the venue, new or edited',
    },
  },
  {
    id: 'F-08',
    fact: 'Linked orders are not supported: refused on every kind.',
    enforcedBy: `${PREFLIGHT}:forbiddenType`,
    test: {
      file: GATES_TEST,
      title: 'AT-915 names a linked order',
    },
  },
  {
    id: 'F-09',
    fact: 'Stop orders are not supported: no order of ours has a trigger.',
    enforcedBy: `${PREFLIGHT}:forbiddenType`,
    test: {
      file: GATES_TEST,
      title: 'AT-914 names a stop order',
    },
  },
  {
    id: 'F-10',
    fact: 'Latency is observed, not promised: a silence is answered as unknown, never as unsent.',
    enforcedBy: `${DERIBIT}/rpc-client.ts:REQUEST_TIMEOUT_MS`,
    test: {
      file: `${DERIBIT}/rpc-client.test.ts`,
      title: 'answers a silence once, with a fault; what comes later is counted and dropped',
    },
  },
  {
    id: 'A-03',
    fact: 'A WebSocket can fall silent while it answers pings: silence degrades and reconnects.',
    enforcedBy: 'packages/core/src/turn/silence.ts:watchSilence',
    test: {
      file: FEEDS_TEST,
      title: 'AT-947 with something held it degrades, latches, reconnects and reconciles',
    },
  },
  {
    id: 'EXT-10028',
    fact: 'too_many_requests ends the session: back off, reconcile, and stop when it repeats.',
    enforcedBy: 'packages/core/src/guard/session-kill.ts:note10028',
    test: {
      file: STEP_TEST,
      title: 'one 10028 is ReduceOnly and reconciles; three in five minutes are Kill',
    },
  },
  {
    id: 'EXT-unknown-ack',
    fact: 'timed_out, internal errors and throttling prove nothing about an order.',
    enforcedBy: `${PROTOCOL}/errors.ts:provesNoOrder`,
    test: {
      file: `${PROTOCOL}/errors.test.ts`,
      title: '%d proves nothing about the order that was sent (D-14)',
    },
  },
  {
    id: 'EXT-book-continuity',
    fact: 'A book change follows the one before it by prev_change_id; anything else is a gap.',
    enforcedBy: 'packages/core/src/market/book.ts:OrderBook',
    test: {
      file: STEP_TEST,
      title: 'AT-271 a gap in the book voids it, latches OPEN, and asks for a snapshot',
    },
  },
  {
    id: 'EXT-book-snapshot',
    fact: 'The first message after a subscription is a snapshot; nothing before it is believed.',
    enforcedBy: `${DERIBIT}/market-feed.ts:MarketFeed`,
    test: {
      file: `${DERIBIT}/market-feed.test.ts`,
      title: 'that begin anew are not believed before their snapshot',
    },
  },
  {
    id: 'EXT-trades-continuity',
    fact: 'trade_seq counts the trades of an instrument by one: a hole is a trade nobody told us.',
    enforcedBy: 'packages/core/src/turn/public-trades.ts:onPublicTrade',
    test: { file: FEEDS_TEST, title: 'repeats, and other instruments\u2019 numbers, are no holes' },
  },
  {
    id: 'EXT-heartbeat',
    fact: 'A test_request that is not answered with public/test closes the connection.',
    enforcedBy: `${DERIBIT}/session.ts:Session`,
    test: {
      file: LINK_TEST,
      title: 'answers a test request, and lives as long as it is answered',
    },
  },
  {
    id: 'EXT-cancel-on-disconnect',
    fact: 'Orders outlive a connection unless cancel-on-disconnect is enabled on it.',
    enforcedBy: `${DERIBIT}/authority.ts:Authority`,
    test: {
      file: LINK_TEST,
      title: 'needs cancel-on-disconnect, by this connection or by the account',
    },
  },
  {
    id: 'EXT-logout',
    fact: 'A graceful logout cancels nothing: orders are cancelled before it (D-18).',
    enforcedBy: `${DERIBIT}/order-client.ts:OrderClient`,
    test: {
      file: `${DERIBIT}/order-client.test.ts`,
      title: 'says how many it cancelled',
    },
  },
  {
    id: 'EXT-history',
    fact: 'Trades older than a day are found with historical=true alone.',
    enforcedBy: `${DERIBIT}/reconciliation.ts:takeSnapshot`,
    test: {
      file: `${DERIBIT}/reconciliation.test.ts`,
      title: 'asks history as well when it has to go back further than a day',
    },
  },
  {
    id: 'EXT-size-step',
    fact: 'There is no size step field: min_trade_amount is minimum and step.',
    enforcedBy: `${PROTOCOL}/instruments.ts:parseInstruments`,
    test: {
      file: `${PROTOCOL}/instruments.test.ts`,
      title: 'AT-333 reads tick, step, minimum, multiplier of an inverse option from the listing',
    },
  },
  {
    id: 'EXT-fees',
    fact: 'Fee tiers are in the extended summary when the account has a discount, else nowhere.',
    enforcedBy: `${PROTOCOL}/account.ts:parseAccountSummaries`,
    test: {
      file: `${PROTOCOL}/account.test.ts`,
      title: 'is exact to 1e-8 and has no tier where the venue names none',
    },
  },
  {
    id: 'EXT-edit-defaults',
    fact: 'post_only left out of a request may be true: it is always said.',
    enforcedBy: `${PROTOCOL}/order-request.ts:encodeEdit`,
    test: {
      file: `${PROTOCOL}/order-request.test.ts`,
      title: 'is limit, labelled, and says everything that could loosen it',
    },
  },
  {
    id: 'EXT-maintenance',
    fact: 'Maintenance is announced in prose: what cannot be read counts as now.',
    enforcedBy: `${PROTOCOL}/announcements.ts:parseAnnouncements`,
    test: {
      file: `${PROTOCOL}/announcements.test.ts`,
      title: 'no time that can be read: from its publication for a day',
    },
  },
];
