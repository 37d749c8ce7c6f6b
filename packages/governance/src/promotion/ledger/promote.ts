/** One step up the ladder, or the same stage anew: what it takes (specification 2, 6.2, 10.4). */
import type { Fact } from '../../store/event.ts';
import { GATES, rankOf, type Stage, stageOf } from '../stage.ts';
import { auditGaps } from './audit-gaps.ts';
import type { Approval, ApprovalContext, Basis } from './approvals.ts';
import { approvalsRefusal, handedInRefusal, newApprovals, withApprovals } from './candidate.ts';
import {
  type CreateCommand,
  type DecisionContext,
  type LedgerRefusal,
  type PromoteCommand,
  refuse,
  type Wish,
} from './command.ts';
import { type Change, factOf, type LedgerFact } from './events.ts';
import { evidenceDetail, evidenceGap, type EvidenceUse } from './evidence.ts';
import { basisOf, configurationOf, type LedgerState, type PolicyState } from './fold.ts';
import { mergeChange } from './merge.ts';
import { holdings, withWaivers } from './posture-of.ts';
import { isBlank, MESSAGES, type PolicyRecord, type WaiverKind } from './record.ts';
import { traceabilityOf } from './traceability.ts';
import { readWish } from './wish.ts';

export type Decision = { readonly ok: true; readonly facts: readonly Fact[] } | LedgerRefusal;

/** A promotion with everything that was found out about it so far. */
interface Step {
  readonly command: PromoteCommand;
  readonly context: DecisionContext;
  /** Null where there is no record yet. */
  readonly policy: PolicyState | null;
  readonly stage: Stage;
  readonly isRise: boolean;
  readonly change: Change;
  /** The record as it would be, without the traceability of this promotion. */
  readonly record: PolicyRecord;
  readonly waived: readonly WaiverKind[];
}

/** A record at `experiment`: nothing guards the first stage. */
export function create(state: LedgerState, command: CreateCommand, at: DecisionContext): Decision {
  if (state.policies.has(command.policyId)) {
    return refuse('record_exists', `${command.policyId} has a record`);
  }
  const first = { stage: 'experiment', assessment: null, waiverIds: [] } as const;
  return promote(state, { ...command, ...first, kind: 'promote' }, at);
}

export function promote(
  state: LedgerState,
  command: PromoteCommand,
  context: DecisionContext,
): Decision {
  const taken = takeUp(state, command, context);
  if (!('command' in taken)) return taken;
  const { record, stage, change } = taken;
  const authors = [...(taken.policy?.authors ?? []), command.requestedBy];
  const digest = taken.isRise ? { assessmentDigest: command.assessment?.digest ?? null } : {};
  const by: ApprovalContext = { basis: basisOf(record), authors, now: context.now, ...digest };
  const more = newApprovals(state, command.policyId, command.approvals);
  const then = withApprovals(state, command.policyId, more);
  const singleIsEnough = taken.waived.includes('single_approval');
  const refusal =
    evidenceRefusal(taken) ??
    codeRefusal(taken) ??
    handedInRefusal(more, by) ??
    approvalsRefusal(then, command.policyId, by, { stage, change, singleIsEnough }) ??
    assessmentRefusal(taken) ??
    gapsRefusal(then, taken, by);
  return refusal ?? { ok: true, facts: factsOf(taken, more) };
}

function takeUp(
  state: LedgerState,
  command: PromoteCommand,
  context: DecisionContext,
): Step | LedgerRefusal {
  const policy = state.policies.get(command.policyId) ?? null;
  const stage = stageOf(command.stage);
  if (stage === null) return refuse('stage_unknown', MESSAGES.stage(command.stage));
  if (isBlank(command.reason)) return refuse('reason_required', 'a promotion has its reason');
  if (policy === null && isBlank(command.tacticId ?? command.policyId)) {
    return refuse('tactic_id_required', MESSAGES.tacticId);
  }
  const from = policy?.record.stage ?? 'experiment';
  const rise = rankOf(stage) - rankOf(from);
  if (rise < 0) return refuse('stage_regression', 'Cannot regress policy ledger stage');
  if (rise > 1) return refuse('stage_skip_not_allowed', 'stage_skip_not_allowed', [from, stage]);
  const read = readWish(command.wish, stage);
  if (!read.ok) return read;
  const { change } = read;
  const waived = waivedKinds(policy, command, stage, context.now);
  if (!Array.isArray(waived)) return waived;
  const { record } = mergeChange({ ...recordOf(policy, command, context.now), stage }, change);
  const isRise = rise === 1;
  return { command, context, policy, stage, isRise, change, record, waived };
}

/** What an approval of this change has to be given for, whether the step is possible or not. */
export function basisOfWish(
  state: LedgerState,
  policyId: string,
  stage: Stage,
  wish: Wish,
): { readonly ok: true; readonly basis: Basis } | LedgerRefusal {
  const read = readWish(wish, stage);
  if (!read.ok) return read;
  const record = recordOf(state.policies.get(policyId) ?? null, { policyId }, 0);
  return { ok: true, basis: basisOf(mergeChange({ ...record, stage }, read.change).record) };
}

/** What there is to begin from. */
function recordOf(
  policy: PolicyState | null,
  { policyId, tacticId = policyId }: Pick<PromoteCommand, 'policyId' | 'tacticId'>,
  now: number,
): PolicyRecord {
  const at = new Date(now).toISOString();
  return (
    policy?.record ?? {
      policy_id: policyId,
      tactic_id: tacticId.trim(),
      stage: 'experiment',
      approvals: [],
      created_at: at,
      updated_at: at,
      history: [],
    }
  );
}

function waivedKinds(
  policy: PolicyState | null,
  { waiverIds }: PromoteCommand,
  stage: Stage,
  now: number,
): WaiverKind[] | LedgerRefusal {
  const kinds: WaiverKind[] = [];
  for (const id of waiverIds) {
    const waiver = policy?.waivers.find((each) => each.waiver_id === id && each.scope === stage);
    if (waiver === undefined) return refuse('waiver_missing', `no waiver ${id} for ${stage}`, [id]);
    if (!(now < Date.parse(waiver.expires_at))) {
      return refuse('waiver_expired', `waiver ${id} ended at ${waiver.expires_at}`, [id]);
    }
    kinds.push(waiver.kind);
  }
  return kinds;
}

function evidenceRefusal({ stage, record, policy, context, isRise, waived }: Step) {
  const { evidence, requiresEvidence } = context;
  const id = record.evidence_id;
  if (id === undefined) {
    const isNeeded = requiresEvidence && stage !== 'experiment';
    if (!isNeeded || waived.includes('missing_evidence')) return null;
    const detail = 'DecisionDiary evidence_id is required for ledger promotions';
    return refuse('evidence_required', detail);
  }
  const isStanding = !isRise && policy?.record.evidence_id === id;
  const use: EvidenceUse = isStanding ? 'standing' : 'new';
  if (evidenceGap(id, evidence, stage, use) === null) return null;
  return refuse('evidence_invalid', evidenceDetail(id, evidence, stage), [id]);
}

function codeRefusal({ stage, context }: Step): LedgerRefusal | null {
  const isKnown = context.codeHash !== null && context.codeHash !== 'unknown';
  if (isKnown || rankOf(stage) < rankOf('pilot')) return null;
  return refuse('code_hash_unknown', `which code decides at ${stage} is not known`);
}

function assessmentRefusal({ command, isRise, stage, waived }: Step): LedgerRefusal | null {
  const gate = GATES.find((each) => each === stage);
  if (!isRise || gate === undefined) return null;
  const { assessment } = command;
  if (assessment === null) {
    return refuse('assessment_missing', `the gate of ${gate} was not assessed`, [gate]);
  }
  const { blockers } = assessment;
  if (blockers.length === 0 || waived.includes('blockers')) return null;
  return refuse('promotion_blocked', `promotion_blocked:${gate}`, blockers);
}

/** What the stage lacks beyond what its own refusals tell; a waiver excuses what it names. */
function gapsRefusal(state: LedgerState, step: Step, by: ApprovalContext): LedgerRefusal | null {
  const { stage, record, policy, context, waived } = step;
  const use: EvidenceUse = 'standing';
  const evidence = evidenceGap(record.evidence_id ?? null, context.evidence, stage, use);
  const held = holdings(state, record, evidence, by);
  const all = policy === null ? held : withWaivers(held, policy, stage, context.now);
  const excused = excusedGaps(waived, context.requiresEvidence);
  const gaps = auditGaps(stage, all).filter((gap) => !excused.includes(gap));
  if (gaps.length === 0) return null;
  return refuse('audit_gaps', `audit_gaps_present:${gaps.join(',')}`, gaps);
}

function excusedGaps(waived: readonly WaiverKind[], requiresEvidence: boolean): readonly string[] {
  return [
    ...waived.map((kind) => `waiver_active:${kind}`),
    ...(waived.includes('single_approval') ? ['additional_approval_needed'] : []),
    ...(waived.includes('missing_evidence') || !requiresEvidence ? ['missing_evidence'] : []),
  ];
}

function factsOf(step: Step, approvals: readonly Approval[]): readonly Fact[] {
  const { command, policy, stage, record, context } = step;
  const { evidence_id: evidenceId, tactic_id: tacticId } = record;
  const configuration = configurationOf(record);
  const { evidence: findings, codeHash, diaryPath, now } = context;
  const { policyId } = command;
  const traced = { policyId, tacticId, configuration, findings, codeHash, diaryPath, now };
  const metadata =
    evidenceId === undefined
      ? step.change.metadata
      : { ...step.change.metadata, ...traceabilityOf({ ...traced, evidenceId }) };
  const change: Change = { ...step.change, ...(metadata !== undefined && { metadata }) };
  const { requestedBy: requested_by, reason, assessment, waiverIds } = command;
  const payload = {
    stage,
    requested_by,
    reason,
    change,
    ...(step.isRise && assessment !== null && { assessment_digest: assessment.digest }),
  };
  const fact: LedgerFact =
    policy === null
      ? { type: 'created', payload: { ...payload, tactic_id: record.tactic_id } }
      : {
          type: 'promoted',
          payload: { ...payload, ...(waiverIds.length > 0 && { waivers: [...waiverIds] }) },
        };
  const entered = approvals.map((approval) => ({ type: 'approved', payload: approval }) as const);
  return [...entered, fact].map((each) => factOf(each, command));
}
