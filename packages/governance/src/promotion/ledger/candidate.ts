/** A record as it would be, and whether enough people let it be so. */
import { canonical } from '@holdfast/runtime/proof';
import type { Stage } from '../stage.ts';
import {
  APPROVERS_NEEDED,
  type Approval,
  type ApprovalContext,
  isBound,
  isInTime,
  judgeApprovals,
} from './approvals.ts';
import { type LedgerRefusal, refuse } from './command.ts';
import type { Change } from './events.ts';
import type { LedgerState } from './fold.ts';

/** The approvals handed in that are not in the chain yet, each once. */
export function newApprovals(
  state: LedgerState,
  policyId: string,
  approvals: readonly Approval[],
): readonly Approval[] {
  const there = (state.approvals.get(policyId) ?? []).map(({ approval }) => approval);
  const seen = new Set(there.map(canonical));
  return approvals.filter((approval) => {
    const key = canonical(approval);
    if (seen.has(key)) return false;
    seen.add(key);
    return true;
  });
}

/** The ledger as it would be with these approvals in it. */
export function withApprovals(
  state: LedgerState,
  policyId: string,
  more: readonly Approval[],
): LedgerState {
  const given = state.approvals.get(policyId) ?? [];
  const added = more.map((approval) => ({ approval, wasUsed: false }));
  return { ...state, approvals: new Map(state.approvals).set(policyId, [...given, ...added]) };
}

/** What is handed in has to count: an approval of something else is told, and not kept. */
export function handedInRefusal(
  approvals: readonly Approval[],
  context: ApprovalContext,
): LedgerRefusal | null {
  for (const approval of approvals) {
    const { approver } = approval;
    if (!isInTime(approval, context.now)) {
      const detail = `${approver} approved from ${approval.approved_at} to ${approval.expires_at}`;
      return refuse('approval_not_in_time', detail, [approver]);
    }
    if (!isBound(approval, context)) {
      return refuse('approval_not_bound', `${approver} approved something else`, [approver]);
    }
  }
  return null;
}

export interface Wanted {
  readonly stage: Stage;
  readonly change: Change;
  /** Whether a waiver lets one person do for two. */
  readonly singleIsEnough: boolean;
}

/** Null where enough different people approved; otherwise what is lacking. */
export function approvalsRefusal(
  state: LedgerState,
  policyId: string,
  context: ApprovalContext,
  { stage, change, singleIsEnough }: Wanted,
): LedgerRefusal | null {
  const given = state.approvals.get(policyId) ?? [];
  const { counted, unbound, self } = judgeApprovals(given, context);
  const hasDelta = change.policy_delta !== undefined;
  const people = singleIsEnough ? Math.min(1, APPROVERS_NEEDED[stage]) : APPROVERS_NEEDED[stage];
  const needed = hasDelta ? Math.max(1, people) : people;
  if (counted.length >= needed) return null;
  const have = counted.length;
  if (self > 0) return refuse('self_approval', 'who asks for it or wrote it may not approve it');
  if (unbound > 0) {
    const words = 'approvals are there for another evidence, configuration or assessment';
    return refuse('approval_not_bound', words);
  }
  if (hasDelta && have === 0) {
    const detail = 'Policy delta updates require reviewer approvals metadata';
    return refuse('policy_delta_unapproved', detail);
  }
  return refuse('approvals_required', approvalsWords(stage, needed, have), [
    `${needed}`,
    `${have}`,
  ]);
}

/** The words of section 6.2. */
function approvalsWords(stage: Stage, needed: number, have: number): string {
  if (stage === 'pilot') return 'Promotions to pilot require at least one approval signature';
  const signatures = `at least ${needed} approval signatures (received ${have}).`;
  return `Promotions to ${stage} require ${signatures}`;
}
