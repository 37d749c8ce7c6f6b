/** What a stage wants and a policy has not (specification 2.6): exact keys in their order. */
import type { AuditGap } from '../posture.ts';
import { rankOf, type Stage } from '../stage.ts';
import { APPROVERS_NEEDED } from './approvals.ts';
import type { ChecklistItem } from './checklist.ts';
import type { WaiverKind } from './record.ts';

/** What there is for one stage, already judged. */
export interface Holdings {
  /** What its evidence lacks; null where it carries the stage. */
  readonly evidence: AuditGap | null;
  /** How many different people count for it. */
  readonly approvers: number;
  /** Whether there are approvals that were given for something else. */
  readonly hasUnbound: boolean;
  readonly hasSelf: boolean;
  readonly missingItems: readonly ChecklistItem[];
  readonly ledgerOk: boolean;
  /** In force for it. */
  readonly waivers: readonly WaiverKind[];
}

/** Of nothing but a broken ledger does `experiment` ever have a gap. */
export function auditGaps(stage: Stage, holdings: Holdings): readonly AuditGap[] {
  const { evidence, approvers, missingItems, ledgerOk } = holdings;
  const isRealMoney = rankOf(stage) >= rankOf('pilot');
  const isShort = isRealMoney && approvers < APPROVERS_NEEDED[stage];
  const isLive = stage === 'limited_live';
  const wantsEvidence = stage !== 'experiment';
  const isMissing = evidence === 'missing_evidence';
  const gaps: (AuditGap | false | null)[] = [
    wantsEvidence && isMissing && evidence,
    isShort && approvers === 0 && 'missing_approvals',
    isShort && approvers > 0 && 'additional_approval_needed',
    ...missingItems.map((item) => isLive && (`missing_${item}` as const)),
    wantsEvidence && !isMissing && evidence,
    isShort && holdings.hasUnbound && 'approval_not_bound',
    isShort && holdings.hasSelf && 'self_approval',
    !ledgerOk && 'ledger_integrity_violation',
    ...holdings.waivers.map((kind) => wantsEvidence && (`waiver_active:${kind}` as const)),
  ];
  return [...new Set(gaps.filter((gap) => gap !== false && gap !== null))];
}
