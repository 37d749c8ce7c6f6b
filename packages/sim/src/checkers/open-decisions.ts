import type { Effect, Event } from '@holdfast/core';
import type { OrderTerms } from '@holdfast/core/order';
import type { State } from '@holdfast/core/step';

/** One order that could add risk, as it is let through: by the time of the turn that did so. */
export interface OpenDecision {
  readonly label: string;
  readonly instrument: string;
  readonly at: number;
}

/**
 * When each order that could add risk was decided: the turn that asks for its `sending` marker to
 * be recorded. An order counts as risk unless the venue itself holds it to reducing.
 */
export class OpenDecisions {
  readonly #decidedAt = new Map<string, number>();
  #now = Number.NEGATIVE_INFINITY;

  hear(event: Event): void {
    if (event.at > this.#now) this.#now = event.at;
  }

  /** A new process has decided nothing. */
  forget(): void {
    this.#decidedAt.clear();
    this.#now = Number.NEGATIVE_INFINITY;
  }

  /** @returns what this effect lets through. */
  see(effect: Effect, state: State): readonly OpenDecision[] {
    if (effect.kind !== 'append') return [];
    const decided: OpenDecision[] = [];
    for (const record of effect.records) {
      if (record.type !== 'orderSending') continue;
      const terms = termsOf(effect.records, record.label, state);
      if (terms === null || terms.reduceOnly) continue;
      this.#decidedAt.set(record.label, this.#now);
      decided.push({ label: record.label, instrument: terms.instrument, at: this.#now });
    }
    return decided;
  }

  /** Since it was decided, ms; NaN for what never was. */
  ageMs(label: string): number {
    return this.#now - (this.#decidedAt.get(label) ?? Number.NaN);
  }
}

type Append = Extract<Effect, { kind: 'append' }>;

function termsOf(
  records: Append['records'],
  label: OrderTerms['label'],
  state: State,
): OrderTerms | null {
  for (const record of records) {
    if (record.type === 'intentRecorded' && record.terms.label === label) return record.terms;
  }
  return state.facts.orders.get(label)?.terms ?? null;
}
