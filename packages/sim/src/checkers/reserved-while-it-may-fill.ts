import type { Event } from '@holdfast/core';
import type { State } from '@holdfast/core/step';
import type { Label } from '@holdfast/core/values';
import { type Checker, demand } from './checker.ts';

/** Turns in which a reservation may come or go. */
const MOVES: ReadonlySet<Event['kind']> = new Set(['intentProposed', 'recorded', 'appendRefused']);

/**
 * Exposure is reserved from the moment an order is let through until it can fill no more, and no
 * longer: one reservation for each order that could add risk and is on its way or working, none for
 * any other (contract-1 section 17).
 */
export function reservedWhileItMayFill(): Checker {
  const name = 'reserved-while-it-may-fill';
  const pending = new Set<Label>();
  let event: Event | null = null;
  return {
    name,
    onBoot() {
      pending.clear();
      event = null;
    },
    onEvent(next, state: State) {
      if (event !== null && MOVES.has(event.kind)) {
        const { kind } = event;
        const { reservations } = state.observations;
        const expected = expectedOf(state, pending);
        const missing = expected.filter((label) => !reservations.has(label));
        demand(missing.length === 0, name, () => `${kind}: nothing for ${missing.join(' ')}`);
        demand(
          reservations.size === expected.length,
          name,
          () => `${kind}: ${reservations.size} reserved, ${expected.length} may fill`,
        );
      }
      event = next;
      if (next.kind !== 'recorded' && next.kind !== 'appendRefused') return;
      for (const record of next.records) {
        if (record.type === 'intentRecorded') pending.delete(record.terms.label);
      }
    },
    onEffect(effect) {
      if (effect.kind !== 'append') return;
      for (const record of effect.records) {
        if (record.type !== 'intentRecorded' || record.terms.intentClass !== 'OPEN') continue;
        pending.add(record.terms.label);
      }
    },
  };
}

function expectedOf({ facts }: State, pending: ReadonlySet<Label>): readonly Label[] {
  const expected = [...pending];
  for (const label of facts.working) {
    const intentClass = facts.orders.get(label)?.terms.intentClass;
    if (intentClass === 'OPEN' && !pending.has(label)) expected.push(label);
  }
  return expected;
}
