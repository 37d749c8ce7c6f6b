/** What the watchdog does now about an engine that has not said that it ticks. */
export type Verdict = 'well' | 'reduce' | 'kill';

export interface VigilLimits {
  /** Longer silence than this calls for reduce-only. Milliseconds. */
  readonly silenceMs: number;
  /** Longer silence than this ends the engine. Milliseconds. */
  readonly killAfterMs: number;
}

/**
 * How long the engine has been silent, and what that calls for. Pure; times are those of any one
 * monotonic clock. Before its first tick an engine is still folding its ledger and cannot have an
 * order out: nothing is judged until then.
 */
export class Vigil {
  readonly #limits: VigilLimits;
  #heardAt: number | null = null;

  constructor(limits: VigilLimits) {
    this.#limits = limits;
  }

  /** The engine completed a tick. */
  hear(at: number): void {
    this.#heardAt = at;
  }

  /** Milliseconds of silence; 0 before the first tick. */
  silence(at: number): number {
    return this.#heardAt === null ? 0 : Math.max(0, at - this.#heardAt);
  }

  judge(at: number): Verdict {
    const silence = this.silence(at);
    if (silence > this.#limits.killAfterMs) return 'kill';
    return silence > this.#limits.silenceMs ? 'reduce' : 'well';
  }
}
