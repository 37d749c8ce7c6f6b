import { RISK_CAUSES, type ClearingCause, type RiskCause } from './guard/risk-state.ts';
import { CAUSE_MEANINGS } from './reasons/cause-reasons.ts';
import type { Reason } from './reasons/reason.ts';

export { causeDanger, type Danger, LATCH_DANGER, MODE_DANGER } from './reasons/danger.ts';
export { LATCH_REASONS, MODE_REASONS } from './reasons/mode-reasons.ts';
export {
  OWNER_STATE_REASONS,
  type OwnerStateCode,
  UNHEALTHY_STATUS,
} from './reasons/owner-states.ts';
export type { Reason } from './reasons/reason.ts';
export { REJECT_REASONS } from './reasons/reject-reasons.ts';
export { renderReject } from './reasons/reject-text.ts';

/** How each clearing cause is said to people. */
const CLEARS: Readonly<Record<ClearingCause, string>> = {
  fresh_input: 'A new reading shows that it is over.',
  reconciliation: 'A full reconciliation with the venue passes.',
  cooldown: 'It does not happen again for its cooldown.',
  operator: 'The operator releases it.',
};

/** Whether a cause goes by itself or waits for a person (phases section 4.2). */
export function unblockType({ by, needsPerson }: Reason): 'AUTO' | 'MANUAL' {
  return by === 'operator' || needsPerson === true ? 'MANUAL' : 'AUTO';
}

function clearsInWords(cause: RiskCause): string {
  const rule = RISK_CAUSES[cause];
  if ('needsQuietCycle' in rule) {
    return 'A full reconciliation passes, and the next one too without it having come back.';
  }
  if ('needsApproval' in rule) {
    return 'It is below its limit again, and an operator resets it with a signed approval.';
  }
  if (cause === 'accounting_mismatch') {
    return 'A person looks at the row and acknowledges it (`holdfast accounting acknowledge`).';
  }
  if (cause === 'supervisor_absent') return 'A supervisor hands in a signed statement of presence.';
  return CLEARS[rule.clears];
}

/** Why the risk state is not Healthy. */
export const CAUSE_REASONS: Readonly<Record<RiskCause, Reason>> = Object.freeze(causeReasons());

function causeReasons(): Record<RiskCause, Reason> {
  const reasons: Partial<Record<RiskCause, Reason>> = {};
  for (const cause of Object.keys(RISK_CAUSES) as RiskCause[]) {
    const rule = RISK_CAUSES[cause];
    reasons[cause] = {
      meaning: CAUSE_MEANINGS[cause],
      severity: rule.state === 'Kill' ? 'critical' : 'warning',
      by: rule.clears,
      clears: clearsInWords(cause),
    };
  }
  return reasons as Record<RiskCause, Reason>;
}
