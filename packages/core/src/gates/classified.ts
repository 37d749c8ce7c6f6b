import { NO_MEASURES } from './answers.ts';
import type { Candidate, GateContext, SafetyGate } from './gate.ts';
import { type Reject, reject } from './reject.ts';
import { EVERY_CLASS } from './scope.ts';

/** Legs an atomic group may have (AMB-56). */
const LEGS_MAX = 2;

/**
 * The shape of the intent, and the proof of its class: `reduceOnly === true` is the only one there
 * is (contract-1 section 5), so a CLOSE or HEDGE without it is nobody's to let past the OPEN gates.
 */
export const classified: SafetyGate = {
  name: 'classified',
  measures: NO_MEASURES,
  kind: 'safety',
  appliesTo: EVERY_CLASS,
  check: (_context: GateContext, candidate: Candidate): Reject | null => {
    const { proposal } = candidate;
    if (proposal.legs.length === 0) return reject('InvalidInput', { field: 'legs' });
    if (proposal.legs.length > 1) {
      const refusal = refusedGroup(candidate);
      if (refusal !== null) return refusal;
    }
    if (candidate.intentClass !== 'OPEN' && proposal.reduceOnly !== true) {
      return reject('InvalidInput', { field: 'reduceOnly' });
    }
    return null;
  },
};

/**
 * Two legs open together, in two instruments, each filled at once or not at all (contract-1 section
 * 23.3). What reduces goes leg by leg: it must not wait for another leg's gates.
 */
function refusedGroup({ proposal, intentClass }: Candidate): Reject | null {
  const { legs } = proposal;
  const names = new Set(legs.map(({ instrument }) => instrument));
  const max = intentClass === 'OPEN' && names.size === legs.length ? LEGS_MAX : 1;
  if (legs.length > max) return reject('GroupLegsUnsupported', { legs: legs.length, max });
  const rests = legs.some((leg) => leg.timeInForce !== 'immediate_or_cancel' || leg.postOnly);
  return rests ? reject('InvalidInput', { field: 'legs.timeInForce' }) : null;
}
