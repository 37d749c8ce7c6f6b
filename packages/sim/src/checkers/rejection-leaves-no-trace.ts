import type { State } from '@holdfast/core/step';
import { type Checker, demand } from './checker.ts';

/** A turn that refuses an intent reports, and does nothing else (D-10). */
export function rejectionLeavesNoTrace(): Checker {
  const name = 'rejection-leaves-no-trace';
  let before = '';
  let judging = false;
  return {
    name,
    onEvent(event, state) {
      judging = event.kind === 'intentProposed';
      if (judging) before = traceOf(state);
    },
    onEffect(effect, state) {
      if (!judging || effect.kind !== 'report' || effect.decision.kind !== 'intentRejected') return;
      const { code } = effect.decision.reject;
      demand(
        traceOf(state) === before,
        name,
        () => `${code} changed ${before} to ${traceOf(state)}`,
      );
    },
  };
}

function traceOf({ facts, observations }: State): string {
  const { pendingIntents, reservations, unresolved } = observations;
  return [
    facts.records,
    facts.working.size,
    facts.positions.size,
    pendingIntents.size,
    reservations.size,
    unresolved.size,
  ].join(' ');
}
