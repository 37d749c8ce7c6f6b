import type { Effect, Event } from '@holdfast/core';
import type { State } from '@holdfast/core/step';
import { type Checker, demand } from './checker.ts';
import { Holdings } from './holdings.ts';

type Snapshot = Extract<Event, { kind: 'venueSnapshotObserved' }>;

/**
 * A latch opens by the record of a passed reconciliation and by nothing else (contract-1 section
 * 37), and that record is asked for only over a snapshot of this process that holds what we hold:
 * the same positions, the same orders, no trade we do not have. What was latched after the snapshot
 * was asked for stays latched.
 */
export function latchOpensByReconciliation(): Checker {
  const name = 'latch-opens-by-reconciliation';
  const holdings = new Holdings();
  /** Turn in which each snapshot was asked for. */
  const asked = new Map<number, number>();
  /** Turn in which each standing reason was first seen. */
  const since = new Map<string, number>();
  let turn = 0;
  let clearing = 0;
  let before: { readonly event: Event; readonly reasons: readonly string[] } | null = null;
  return {
    name,
    onBoot(_state, fold) {
      holdings.begin(fold);
      asked.clear();
      since.clear();
      before = null;
    },
    onEvent(event, state: State) {
      const { reasons } = state.observations.latch;
      if (before !== null && before.reasons !== reasons) {
        const { event: cause } = before;
        const opened = before.reasons.filter((reason) => !isIn(reasons, reason));
        demand(
          opened.length === 0 || isCleared(cause),
          name,
          () => `${cause.kind} opened ${opened.join(' ')}`,
        );
        for (const reason of opened) {
          const seenIn = since.get(reason) ?? 0;
          demand(seenIn <= clearing, name, () => `${reason} came after the snapshot was asked for`);
          since.delete(reason);
        }
      }
      for (const reason of reasons) if (!since.has(reason)) since.set(reason, turn);
      before = { event, reasons };
      turn += 1;
      holdings.hear(event);
    },
    onEffect(effect: Effect, state: State) {
      if (effect.kind === 'fetch' && effect.what === 'reconciliation') {
        asked.set(effect.requestId, turn);
      }
      if (effect.kind !== 'append') return;
      if (!effect.records.some(({ type }) => type === 'latchCleared')) return;
      const event = before?.event;
      const isAnswer = event?.kind === 'venueSnapshotObserved' && asked.has(event.requestId);
      demand(isAnswer, name, () => `${event?.kind} asked for the latch to be opened`);
      if (event?.kind !== 'venueSnapshotObserved') return;
      clearing = asked.get(event.requestId) ?? 0;
      const differences = differencesOf(event, holdings, state);
      demand(differences.length === 0, name, () => differences.join('; '));
    },
  };
}

const isIn = (reasons: readonly string[], reason: string): boolean => reasons.includes(reason);

function isCleared(event: Event): boolean {
  return (
    event.kind === 'recorded' && event.records.some((record) => record.type === 'latchCleared')
  );
}

function differencesOf(snapshot: Snapshot, holdings: Holdings, { facts }: State): string[] {
  const differences = [...holdings.differences(snapshot.positions)];
  if (!holdings.hasAll(snapshot)) differences.push('a trade is not on record');
  const labels = new Set<string>();
  const ids = new Set<string>();
  for (const { label, venueOrderId } of snapshot.openOrders) {
    labels.add(label);
    ids.add(venueOrderId);
  }
  for (const label of facts.working) {
    const order = facts.orders.get(label);
    const isThere = labels.delete(label) || ids.has(order?.venueOrderId ?? '');
    // Without its marker it has not left.
    if (!isThere && order?.sendingRecorded === true) differences.push(`${label} is not there`);
  }
  for (const { label, venueOrderId } of snapshot.openOrders) {
    if (!labels.has(label)) continue;
    const isOurs = [...facts.working].some((each) => {
      return facts.orders.get(each)?.venueOrderId === venueOrderId;
    });
    if (!isOurs) differences.push(`${label} is open there and not here`);
  }
  return differences;
}
