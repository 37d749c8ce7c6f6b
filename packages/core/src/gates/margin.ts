import type { GateContext, SafetyGate } from './gate.ts';
import { type Reject, reject } from './reject.ts';
import { OPEN_ONLY, policyOf } from './scope.ts';

/**
 * No new risk from `mm_util_reject_opens` upward, whatever the mode; unknown utilisation is no
 * headroom (section 19).
 */
export const marginHeadroom: SafetyGate = {
  name: 'margin-headroom',
  kind: 'safety',
  appliesTo: OPEN_ONLY,
  check: (context: GateContext): Reject | null => {
    const { mmUtil } = context;
    const threshold = policyOf(context).parameters.mmUtilRejectOpens;
    if (mmUtil !== null && mmUtil >= 0 && mmUtil < threshold) return null;
    return reject('MarginHeadroomRejectOpens', { mmUtil, threshold });
  },
};
