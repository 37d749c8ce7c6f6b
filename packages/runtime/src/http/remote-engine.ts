import type { EmergencyCall, EmergencyOutcome } from './emergency-call.ts';
import type { EngineSide } from './front.ts';
import type { FromFront, ToFront } from './message.ts';

/** How long the engine may take to answer a call, or a question for its numbers. */
const ANSWER_WITHIN_MS = 1_000;
/** Calls that may wait for their answer; a person makes one. */
const CALLS_MAX = 32;
/** Numbers are made at most this often, however many ask. */
const METRICS_EVERY_MS = 1_000;

export interface RemoteOptions {
  readonly health: string;
  readonly staleAfterMs: number;
  readonly post: (message: FromFront) => void;
  readonly answerWithinMs?: number;
}

/**
 * The engine as the thread of the port knows it. A question is answered from what was told last; a
 * call goes to the engine and comes back, or is given up in bounded time.
 */
export class RemoteEngine implements EngineSide {
  readonly health: string;
  readonly #options: RemoteOptions;
  readonly #withinMs: number;
  #status: { readonly text: string; readonly heardAt: number } | null = null;
  #hasStopped = false;
  #calls = 0;
  readonly #waiting = new Map<number, (outcome: EmergencyOutcome) => void>();
  #metrics: { readonly text: Promise<string | null>; readonly askedAt: number } | null = null;
  #gotMetrics: (text: string | null) => void = () => undefined;

  constructor(options: RemoteOptions) {
    this.#options = options;
    this.#withinMs = options.answerWithinMs ?? ANSWER_WITHIN_MS;
    this.health = options.health;
  }

  /** False for a message that is not about the engine. */
  hear(message: ToFront): boolean {
    switch (message.kind) {
      case 'status':
        this.#status = { text: message.text, heardAt: performance.now() };
        return true;
      case 'stopped':
        this.#hasStopped = true;
        return true;
      case 'metrics':
        this.#gotMetrics(message.text);
        return true;
      case 'emergency':
        this.#waiting.get(message.id)?.(message.outcome);
        return true;
      default:
        return false;
    }
  }

  status(): ReturnType<EngineSide['status']> {
    if (this.#hasStopped) return { gap: 'engine_stopped', ageMs: null };
    if (this.#status === null) return { gap: 'no_status_yet', ageMs: null };
    const ageMs = performance.now() - this.#status.heardAt;
    // A loop that hangs would leave its last word standing, and that may be Active.
    if (ageMs > this.#options.staleAfterMs) return { gap: 'status_stale', ageMs };
    return { text: this.#status.text };
  }

  metrics(): Promise<string | null> {
    const now = performance.now();
    if (this.#metrics !== null && now - this.#metrics.askedAt < METRICS_EVERY_MS) {
      return this.#metrics.text;
    }
    const text = new Promise<string | null>((resolve) => {
      const timer = setTimeout(() => resolve(null), this.#withinMs);
      this.#gotMetrics = (heard) => {
        clearTimeout(timer);
        resolve(heard);
      };
    });
    this.#metrics = { text, askedAt: now };
    this.#options.post({ kind: 'metrics' });
    return text;
  }

  reduceOnly(call: EmergencyCall): Promise<EmergencyOutcome> {
    if (this.#waiting.size >= CALLS_MAX) return Promise.resolve({ ok: false, refusal: 'busy' });
    this.#calls += 1;
    const id = this.#calls;
    return new Promise((resolve) => {
      const timer = setTimeout(() => end({ ok: false, refusal: 'loop_silent' }), this.#withinMs);
      const end = (outcome: EmergencyOutcome): void => {
        clearTimeout(timer);
        this.#waiting.delete(id);
        resolve(outcome);
      };
      this.#waiting.set(id, end);
      this.#options.post({ kind: 'emergency', id, call });
    });
  }
}
