import { note, plain } from './answers.ts';
import type { Candidate, GateContext, SafetyGate } from './gate.ts';
import { type Reject, reject } from './reject.ts';
import { OPEN_ONLY, policyOf } from './scope.ts';

/**
 * No new risk from `mm_util_reject_opens` upward, whatever the mode; unknown utilisation is no
 * headroom (section 19).
 */
export const marginHeadroom: SafetyGate = {
  name: 'margin-headroom',
  measures: [plain('mmUtil'), plain('mmUtilRejectOpens')],
  kind: 'safety',
  appliesTo: OPEN_ONLY,
  check: (context: GateContext, candidate: Candidate): Reject | null => {
    const { mmUtil } = context;
    const used = note(candidate, mmUtil ?? Number.NaN);
    const threshold = note(candidate, policyOf(context).parameters.mmUtilRejectOpens);
    if (used >= 0 && used < threshold) return null;
    return reject('MarginHeadroomRejectOpens', { mmUtil, threshold });
  },
};
