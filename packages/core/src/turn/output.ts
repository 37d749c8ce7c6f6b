import type { Effect } from '../effect.ts';
import type { Decision } from '../decision.ts';
import type { LedgerRecord } from '../ledger/record.ts';
import type { MonoMs } from '../values/index.ts';

const NOTHING: readonly Effect[] = Object.freeze([]);

type DecisionBody = Decision extends infer Each
  ? Each extends Decision
    ? Omit<Each, 'at'>
    : never
  : never;

/**
 * Effects of one turn, in the order they were asked for. Frozen when they leave the core (D-32).
 */
export class Output {
  #effects: Effect[] = [];
  #at = 0 as MonoMs;

  /** What a turn that broke an invariant had asked for is not asked for by the next one. */
  begin(at: MonoMs): void {
    this.#at = at;
    this.#effects = [];
  }

  add(effect: Effect): void {
    this.#effects.push(Object.freeze(effect));
  }

  append(...records: LedgerRecord[]): void {
    for (const record of records) Object.freeze(record);
    this.add({ kind: 'append', records: Object.freeze(records) });
  }

  report(body: DecisionBody): void {
    this.add({ kind: 'report', decision: Object.freeze({ at: this.#at, ...body }) as Decision });
  }

  take(): readonly Effect[] {
    if (this.#effects.length === 0) return NOTHING;
    const effects = this.#effects;
    this.#effects = [];
    return Object.freeze(effects);
  }
}
