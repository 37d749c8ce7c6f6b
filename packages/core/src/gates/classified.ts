import { NO_MEASURES } from './answers.ts';
import type { Candidate, GateContext, SafetyGate } from './gate.ts';
import { type Reject, reject } from './reject.ts';
import { EVERY_CLASS } from './scope.ts';

/** Legs one intent may have until atomic groups exist (contract-1 section 23). */
const LEGS_MAX = 1;

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
    if (proposal.legs.length > LEGS_MAX) {
      return reject('GroupLegsUnsupported', { legs: proposal.legs.length, max: LEGS_MAX });
    }
    if (candidate.intentClass !== 'OPEN' && proposal.reduceOnly !== true) {
      return reject('InvalidInput', { field: 'reduceOnly' });
    }
    return null;
  },
};
