import type { ClockMeasured, NetworkFigures } from '@holdfast/core';
import { monoMs } from '@holdfast/core/values';
import { RollingCount, RollingDurations } from './rolling.ts';

/** What the connection knows of itself; for status, monitors and metrics. */
export interface LinkTelemetry {
  /** Ready: authenticated, subscribed, orders can be sent. */
  readonly connected: boolean;
  /** Sessions that became ready. */
  readonly sessions: number;
  /** Sockets opened after the first. */
  readonly reconnects: number;
  /** When anything was heard last. */
  readonly lastMessageAt: number | null;
  /** When a book, ticker or trade was heard last; nothing else counts (contract-1 section 46). */
  readonly lastMarketDataAt: number | null;
  /** From leaving to the answer, 95th percentile of the last 30 s. */
  readonly requestP95Ms: number | null;
  readonly requestsIn60s: number;
  readonly timeoutsIn60s: number;
  /** HTTP 429 and 10028 in the last five minutes. */
  readonly count429In5m: number;
  readonly messages: number;
  readonly bytes: number;
  /** What went wrong, by name, since the process began. */
  readonly faults: Readonly<Record<string, number>>;
  /** Our clock minus the venue's; null until it has been measured. */
  readonly driftMs: number | null;
  /** Requests without an answer yet. */
  readonly pending: number;
}

type OfTheLink = Pick<LinkTelemetry, 'connected' | 'reconnects' | 'driftMs' | 'pending'>;

/** Counts and times of one link; every window is bounded. */
export class LinkMeter {
  sessions = 0;
  messages = 0;
  bytes = 0;
  lastMessageAt: number | null = null;
  lastMarketDataAt: number | null = null;
  readonly requests = new RollingCount(60_000);
  readonly timeouts = new RollingCount(60_000);
  readonly rateLimits = new RollingCount(300_000);
  readonly latency = new RollingDurations(30_000);
  readonly #faults = new Map<FaultName, number>();

  fault(name: FaultName): void {
    this.#faults.set(name, (this.#faults.get(name) ?? 0) + 1);
  }

  /** Without a request in a minute no share of them is known, and without an answer no delay. */
  network(now: number): NetworkFigures {
    const [asked, lost] = [this.requests.count(now), this.timeouts.count(now)];
    const { lastMessageAt } = this;
    return {
      httpP95Ms: this.latency.quantile(now, 0.95),
      // What is lost now was asked three seconds ago: it may belong to the minute before.
      timeoutRate: asked + lost === 0 ? null : Math.min(1, lost / Math.max(1, asked)),
      lastMessageAt: lastMessageAt === null ? null : monoMs(lastMessageAt),
    };
  }

  /** @param rest what the parts of the link know of themselves. */
  read(now: number, rest: OfTheLink): LinkTelemetry {
    return {
      ...rest,
      sessions: this.sessions,
      lastMessageAt: this.lastMessageAt,
      lastMarketDataAt: this.lastMarketDataAt,
      requestP95Ms: this.latency.quantile(now, 0.95),
      requestsIn60s: this.requests.count(now),
      timeoutsIn60s: this.timeouts.count(now),
      count429In5m: this.rateLimits.count(now),
      messages: this.messages,
      bytes: this.bytes,
      faults: Object.fromEntries(this.#faults),
    };
  }
}

/** What the monitors of network and clock judge by, at one moment. */
export interface LinkMeasurement {
  readonly network: NetworkFigures;
  /** How far our clock is ahead of the venue's, and when the venue last told its own. */
  readonly clock: Pick<ClockMeasured, 'driftMs' | 'sampledAt'>;
}

/** Everything that is counted rather than lost. */
export type FaultName =
  | 'frame_unreadable'
  | 'frame_unknown_channel'
  | 'error_without_id'
  | 'late_answer'
  | 'market_message_malformed'
  | 'market_message_unlisted'
  | 'book_off_grid'
  | 'book_change_before_snapshot'
  | 'private_message_unreadable'
  | 'instrument_malformed'
  | 'hedge_unlisted'
  | 'subscription_refused'
  | 'heartbeat_lost'
  | 'session_closed'
  | 'session_failed'
  | 'too_many_requests'
  | 'http_429';
