/** What two people let happen: a waiver (D-25), or evidence that counts anew (G-15). */
import { digestOf } from '@holdfast/runtime/proof';
import { isSamePerson, roleOf } from '../../operations/signoff/approver-set.ts';
import { STAGES } from '../stage.ts';
import { differentPeople, isInTime } from './approvals.ts';
import {
  type Consent,
  type DecisionContext,
  type LedgerRefusal,
  refuse,
  type ResetEvidenceCommand,
  type WaiveCommand,
} from './command.ts';
import type { LedgerFact } from './events.ts';
import type { PolicyState } from './fold.ts';
import { isBlank, MESSAGES } from './record.ts';

export type ConsentDecision = { readonly ok: true; readonly fact: LedgerFact } | LedgerRefusal;

/** What a consent to a waiver is signed over. */
export function waiverDigest(
  command: Pick<
    WaiveCommand,
    'policyId' | 'waiverId' | 'waives' | 'scope' | 'reason' | 'expiresAt'
  >,
): string {
  const { policyId, waiverId, waives, scope, reason, expiresAt } = command;
  return digestOf({ kind: 'waiver', policyId, waiverId, waives, scope, reason, expiresAt });
}

/** What a consent to a reset is signed over. `head`: the last row of the policy's history. */
export function resetDigest(
  { policyId, stage, cause }: Pick<ResetEvidenceCommand, 'policyId' | 'stage' | 'cause'>,
  head: string,
): string {
  return digestOf({ kind: 'evidence_reset', policyId, stage, cause, head });
}

export function waive(
  policy: PolicyState,
  command: WaiveCommand,
  { now }: DecisionContext,
): ConsentDecision {
  const { waiverId, waives, scope, reason, expiresAt } = command;
  if (isBlank(reason)) return refuse('reason_required', 'a waiver has its reason');
  if (waives !== 'regime_coverage' && !STAGES.some((stage) => stage === scope)) {
    return refuse('stage_unknown', MESSAGES.stage(scope), [scope]);
  }
  if (policy.waivers.some(({ waiver_id }) => waiver_id === waiverId)) {
    return refuse('waiver_exists', `waiver ${waiverId} was given`, [waiverId]);
  }
  if (!(now < Date.parse(expiresAt))) {
    return refuse('waiver_expired', `waiver ${waiverId} ends at ${expiresAt}`, [waiverId]);
  }
  const valid = validConsents(command.consents, waiverDigest(command), now);
  const risk = valid.filter(({ role }) => roleOf(role) === 'risk');
  const compliance = valid.filter(({ role }) => roleOf(role) === 'compliance');
  const pair = differentPeople([...risk, ...compliance]);
  const [second, first] = pair;
  if (first === undefined || second === undefined) {
    const detail = 'a waiver needs risk and compliance, by two people';
    return refuse(
      'consents_missing',
      detail,
      pair.map(({ role }) => role),
    );
  }
  const payload = {
    waiver_id: waiverId,
    kind: waives,
    scope,
    approver: first.approver,
    compliance_approver: second.approver,
    reason,
    expires_at: expiresAt,
  };
  return { ok: true, fact: { type: 'waived', payload } };
}

export function resetEvidence(
  policy: PolicyState,
  command: ResetEvidenceCommand,
  { now }: DecisionContext,
): ConsentDecision {
  const { stage, cause, consents } = command;
  if (isBlank(cause)) return refuse('reason_required', 'a reset of evidence has its cause');
  const head = policy.record.history.at(-1)?.hash ?? '';
  const valid = validConsents(consents, resetDigest(command, head), now);
  const others = valid.filter(({ approver }) => !isSamePerson(approver, command.actor));
  const pair = differentPeople(others);
  if (pair.length < 2) {
    const detail = 'a reset of evidence needs two people of different roles, none who asks for it';
    return refuse(
      'consents_missing',
      detail,
      pair.map(({ role }) => role),
    );
  }
  const approvers = pair.map(({ approver, role, key_id }) => ({
    approver,
    role: roleOf(role),
    key_id,
  }));
  return { ok: true, fact: { type: 'evidence_reset', payload: { stage, cause, approvers } } };
}

function validConsents(consents: readonly Consent[], digest: string, now: number) {
  return consents.filter((each) => each.digest === digest && isInTime(each, now));
}
