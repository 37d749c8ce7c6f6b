import { NO_MEASURES } from './answers.ts';
import { identify } from '../intent/identity.ts';
import { buildLabel, LABEL_LENGTH_MAX } from '../intent/label.ts';
import type { Candidate, GateContext, SafetyGate } from './gate.ts';
import { type Reject, reject } from './reject.ts';
import { EVERY_CLASS } from './scope.ts';

/**
 * Identity over the quantized terms, and the label that carries it (contract-1 sections 10, 11).
 * After every gate that may refuse for less: hashing is the dearest step. A label is never cut to
 * fit. `build` exists because a label made of derived parts cannot be too long (AMB-07).
 */
export function identifiedBy(build: typeof buildLabel): SafetyGate {
  return {
    name: 'identified',
    measures: NO_MEASURES,
    kind: 'safety',
    appliesTo: EVERY_CLASS,
    check: (_context: GateContext, candidate: Candidate): Reject | null => {
      const { strategyId, groupId, legIndex, amountE8, limitPriceE8 } = candidate;
      const { instrument, side } = candidate.leg;
      const hash = identify({ instrument, side, amountE8, limitPriceE8, groupId, legIndex });
      const built = build({ strategyId, groupId, legIndex, intentHash: hash });
      if (!built.ok) {
        return built.malformed === null
          ? reject('LabelTooLong', { length: built.length, max: LABEL_LENGTH_MAX })
          : reject('InvalidInput', { field: `label.${built.malformed}` });
      }
      candidate.hash = hash;
      candidate.label = built.label;
      return null;
    },
  };
}

export const identified: SafetyGate = identifiedBy(buildLabel);
