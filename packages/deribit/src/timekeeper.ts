import type { Clock } from './clock.ts';
import { driftMs, type TimeSample } from './drift.ts';
import { parseTime } from './protocol/session.ts';
import type { RpcClient } from './rpc-client.ts';

/** Asked one after another at the start of a session. */
const FIRST_SAMPLES = 5;
/** Later one at a time; the best of the last ones speaks for two minutes. */
const KEPT = 8;
const INTERVAL_MS = 15_000;

/** The venue's clock against ours, from `public/get_time` (D-18). */
export class Timekeeper {
  readonly #clock: Clock;
  readonly #rpc: RpcClient;
  #samples: TimeSample[] = [];
  #driftMs: number | null = null;
  #nextAt = 0;

  constructor(clock: Clock, rpc: RpcClient) {
    this.#clock = clock;
    this.#rpc = rpc;
  }

  /** How far our clock is ahead, ms; null until the venue has told its own. */
  get driftMs(): number | null {
    return this.#driftMs;
  }

  /** Another way to the venue is another round trip: what was measured before is forgotten. */
  start(done: (fault: string | null) => void): void {
    this.#samples = [];
    this.#driftMs = null;
    this.#sample(FIRST_SAMPLES, done);
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
      this.#samples.push({ askedAt, answeredAt: this.#clock.now(), venueAt: time.value.at });
      if (this.#samples.length > KEPT) this.#samples.shift();
      this.#driftMs = driftMs(this.#samples);
      if (left > 1) this.#sample(left - 1, done);
      else done(null);
    });
  }
}
