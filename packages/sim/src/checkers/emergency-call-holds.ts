import { ENDPOINT, type LedgerRecord } from '@holdfast/core/ledger';
import { scanLedger, type SegmentSource } from '@holdfast/runtime/ledger';
import type { State } from '@holdfast/core/step';
import { type Checker, demand } from './checker.ts';

/** Contract-1 section 36, where no policy says otherwise. */
const COOLDOWN_S = 300;

/**
 * For the whole cooldown of a call to the emergency endpoint, as the policy has it, nothing that
 * could add risk leaves, whoever commands what meanwhile; a durable call holds over a restart as
 * well. The watchdog's calls end with the process they were made to, and are not watched here.
 */
export function emergencyCallHolds(): Checker {
  const name = 'emergency-call-holds';
  let calledAt: number | null = null;
  let wasEverCalled = false;
  let state: State | null = null;
  return {
    name,
    onBoot(booted, _fold, ledger) {
      state = booted;
      // What was durable and unheard counts, so the disk is asked and not what was heard.
      if (wasEverCalled) calledAt = lastCall(ledger);
    },
    onEvent(event) {
      if (event.kind !== 'operatorCommanded' || !event.operator.startsWith(ENDPOINT)) return;
      wasEverCalled = true;
      calledAt = event.at;
    },
    onEffect(effect) {
      if (effect.kind !== 'submit' || effect.order.terms.reduceOnly) return;
      if (calledAt === null || state === null) return;
      const { now, policy } = state.observations;
      const cooldownS = policy?.parameters.emergencyReduceonlyCooldownS ?? COOLDOWN_S;
      const sinceMs = now - calledAt;
      const { label } = effect.order.terms;
      const isOver = sinceMs >= cooldownS * 1_000;
      demand(isOver, name, () => `${label} left ${sinceMs} ms after an emergency call`);
    },
  };
}

function lastCall(ledger: SegmentSource): number | null {
  let last: number | null = null;
  for (const { record } of scanLedger(ledger)) last = callOf(record) ?? last;
  return last;
}

function callOf(record: LedgerRecord): number | null {
  if (record.type !== 'operatorCommandRecorded') return null;
  return record.operator.startsWith(ENDPOINT) ? record.at : null;
}
