import type { Event } from '@holdfast/core';
import type { State } from '@holdfast/core/step';
import { type Checker, demand } from './checker.ts';
import { Holdings } from './holdings.ts';

/**
 * Facts change only in the turn that hears their records, and what is held is then the sum of the
 * recorded trades, each id once (D-14).
 */
export function factsChangeByRecord(): Checker {
  const name = 'facts-change-by-record';
  const holdings = new Holdings();
  let event: Event | null = null;
  let before = '';
  return {
    name,
    onBoot(_state, fold) {
      holdings.begin(fold);
      event = null;
    },
    onEvent(next, state: State) {
      const now = traceOf(state);
      if (event !== null) {
        const { kind } = event;
        demand(
          kind === 'recorded' || now === before,
          name,
          () => `${kind} changed ${before} to ${now}`,
        );
        if (kind === 'recorded') {
          const differences = holdings.differences(state.facts.positions.values());
          demand(differences.length === 0, name, () => differences.join('; '));
        }
      }
      event = next;
      before = now;
      holdings.hear(next);
    },
  };
}

/** Whatever a turn could have touched shows in one of these. */
function traceOf({ facts }: State): string {
  const { totals } = facts;
  let heldE8 = 0;
  let cashE8 = 0;
  for (const position of facts.positions.values()) {
    heldE8 += Math.abs(position.amountE8);
    cashE8 += position.cashE8;
  }
  return [
    facts.records,
    facts.epoch,
    facts.orders.size,
    facts.working.size,
    facts.seenIntents.size,
    facts.seenTrades.size,
    facts.positions.size,
    facts.cash.size,
    facts.cashBooks.size,
    facts.closedInstruments.size,
    facts.groups.size,
    facts.roles.size,
    facts.churn.size,
    facts.equityMarks.size,
    facts.lossLatches.size,
    heldE8,
    cashE8,
    facts.operatorStop,
    facts.emergencyCalledAt,
    facts.lastReconciledAt,
    totals.sent,
    totals.fills,
    totals.anomalies,
  ].join(' ');
}
