/** How long paper trading has been green without a break until its last entry (section 3.2). */
const DAY_MS = 86_400_000;
const HOUR_MS = 3_600_000;

/** Trailing: an earlier span, however long, counts for nothing after a break. */
export interface GreenSpan {
  /** From its first entry to its last, in days of 86,400 s. */
  readonly days: number;
  /** Distinct UTC days in it on which something was decided. */
  readonly tradingDays: number;
}

/** Takes the entries of the stage, oldest first. */
export class GreenWalk {
  readonly #maxGapMs: number;
  /** Of the green run that lasts; epoch ms. */
  #run: { readonly from: number; to: number; day: number; days: number } | null = null;

  constructor(maxGapHours: number) {
    this.#maxGapMs = maxGapHours * HOUR_MS;
  }

  green(at: number): void {
    const run = this.#run;
    const day = Math.floor(at / DAY_MS);
    if (run === null || at - run.to > this.#maxGapMs) {
      this.#run = { from: at, to: at, day, days: 1 };
      return;
    }
    run.to = at;
    if (day !== run.day) run.days += 1;
    run.day = day;
  }

  broken(): void {
    this.#run = null;
  }

  span(): GreenSpan {
    const run = this.#run;
    if (run === null) return { days: 0, tradingDays: 0 };
    return { days: (run.to - run.from) / DAY_MS, tradingDays: run.days };
  }
}
