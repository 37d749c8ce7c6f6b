import type { Clock } from './clock.ts';
import { driftMs, type TimeSample } from './drift.ts';
import { parseTime } from './protocol/session.ts';
import type { RpcClient } from './rpc-client.ts';

/** Asked one after another at the start of a session. */
const FIRST_SAMPLES = 5;
/** Later one at a time; the best of the last ones speaks for them all. */
const KEPT = 8;
/**
 * Also the pulse of a quiet connection: whatever else is asked, half a minute always holds several
 * answers to judge the network by (contract-1 section 42).
 */
const INTERVAL_MS = 5_000;
/** What the two ways of a fastest round trip may differ by without any clock being wrong. */
const UNEVEN_MS = 250;

/** The venue's clock against ours, from `public/get_time` (D-18). */
export class Timekeeper {
  readonly #clock: Clock;
  readonly #rpc: RpcClient;
  #samples: TimeSample[] = [];
  #driftMs: number | null = null;
  #sampledAt: number | null = null;
  #nextAt = 0;

  constructor(clock: Clock, rpc: RpcClient) {
    this.#clock = clock;
    this.#rpc = rpc;
  }

  /** How far our clock is ahead, ms; null until the venue has told its own. */
  get driftMs(): number | null {
    return this.#driftMs;
  }

  /** When the venue last told its time, by our clock; null before that. */
  get sampledAt(): number | null {
    return this.#sampledAt;
  }

  /** Another way to the venue is another round trip: what was measured before is forgotten. */
  start(done: (fault: string | null) => void): void {
    this.#samples = [];
    this.#driftMs = null;
    this.#sample(FIRST_SAMPLES, done);
  }

  /**
   * The venue dated a message, and we heard it: we cannot be further ahead than that. A clock that
   * stood still, as that of a suspended machine does, is found out by the first fresh message, and
   * measured anew; until then what is known is that bound.
   */
  heard(saidAt: number, heardAt: number): void {
    const bound = heardAt - saidAt;
    if (this.#driftMs === null || bound >= this.#driftMs - UNEVEN_MS) return;
    this.#samples = [];
    this.#driftMs = bound;
    this.#nextAt = heardAt;
  }

  beat(now: number): void {
    if (now >= this.#nextAt) this.#sample(1, () => {});
  }

  #sample(left: number, done: (fault: string | null) => void): void {
    const askedAt = this.#clock.now();
    this.#nextAt = askedAt + INTERVAL_MS;
    const request = { method: 'public/get_time', params: {}, urgent: true };
    this.#rpc.call(request, (answer) => {
      if (answer.ok !== true) {
        return done(answer.ok === null ? answer.fault : answer.error.message);
      }
      const time = parseTime(answer.result);
      if (!time.ok) return done(time.fault);
      const answeredAt = this.#clock.now();
      this.#samples.push({ askedAt, answeredAt, venueAt: time.value.at });
      this.#sampledAt = answeredAt;
      if (this.#samples.length > KEPT) this.#samples.shift();
      this.#driftMs = driftMs(this.#samples);
      if (left > 1) this.#sample(left - 1, done);
      else done(null);
    });
  }
}
