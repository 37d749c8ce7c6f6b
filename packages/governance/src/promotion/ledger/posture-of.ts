/** What the ledger says of one policy now, from its chain alone and what its evidence is worth. */
import type { AuditGap, EvidenceReset, Posture, Transition } from '../posture.ts';
import { type Gate, GATES, rankOf, type Stage } from '../stage.ts';
import { type ApprovalContext, approvalNames, judgeApprovals } from './approvals.ts';
import { auditGaps, type Holdings } from './audit-gaps.ts';
import { checklistOf } from './checklist.ts';
import { coverageStage, resolvedStage } from './coverage.ts';
import { evidenceGap, type EvidenceFindings } from './evidence.ts';
import { basisOf, type LedgerState, type PolicyState } from './fold.ts';
import type { PolicyRecord, WaiverKind } from './record.ts';

/** What a policy has for one stage, and whose approvals those are. */
interface StageHoldings extends Holdings {
  readonly roles: readonly string[];
}

/** `now` is epoch ms. `evidence` is what was found under the ids of the record. */
export function postureOf(
  state: LedgerState,
  policyId: string,
  now: number,
  evidence: EvidenceFindings,
): Posture {
  const ledgerOk = state.faults.length === 0;
  const policy = state.policies.get(policyId);
  if (policy === undefined) return unknownPosture(policyId, ledgerOk);
  const { record } = policy;
  const holdingsOf = (stage: Stage): StageHoldings =>
    rankOf(stage) > rankOf(record.stage)
      ? holdingsAhead(state, policy, stage, now, evidence)
      : standingHoldings(state, policy, now, evidence);
  const standing = holdingsOf(record.stage);
  const coverage = coverageStage(standing);
  const gapsAt = (stage: Stage): readonly AuditGap[] =>
    auditGaps(stage, withWaivers(holdingsOf(stage), policy, stage, now));
  return {
    policyId,
    tacticId: record.tactic_id,
    recordPresent: true,
    stage: resolvedStage(record.stage, coverage),
    declaredStage: record.stage,
    auditStage: coverage,
    approvals: standing.roles,
    approversOf: byGate((gate) => holdingsOf(gate).approvers),
    evidenceId: record.evidence_id ?? null,
    auditGaps: gapsAt(record.stage),
    gapsOf: byGate(gapsAt),
    transitions: transitionsOf(record),
    resets: resetsOf(record),
    ledgerOk,
  };
}

function unknownPosture(policyId: string, ledgerOk: boolean): Posture {
  const nothing: Holdings = {
    evidence: 'missing_evidence',
    approvers: 0,
    hasUnbound: false,
    hasSelf: false,
    missingItems: checklistOf({}).missing,
    ledgerOk,
    waivers: [],
  };
  return {
    policyId,
    tacticId: null,
    recordPresent: false,
    stage: 'experiment',
    declaredStage: null,
    auditStage: null,
    approvals: [],
    approversOf: byGate(() => 0),
    evidenceId: null,
    auditGaps: auditGaps('experiment', nothing),
    gapsOf: byGate((gate) => auditGaps(gate, nothing)),
    transitions: [],
    resets: [],
    ledgerOk,
  };
}

/** What carries the stage a policy has; the stages below it are carried by the same. */
function standingHoldings(
  state: LedgerState,
  policy: PolicyState,
  now: number,
  evidence: EvidenceFindings,
): StageHoldings {
  const { record, basis, authors, requestedBy } = policy;
  const gap = evidenceGap(basis.evidenceId, evidence, record.stage, 'standing');
  const by = [...authors, requestedBy];
  return holdings(state, record, gap, { basis, authors: by, now });
}

/** What there is for a stage it has not, were the record promoted as it is. */
function holdingsAhead(
  state: LedgerState,
  { record, authors }: PolicyState,
  stage: Stage,
  now: number,
  evidence: EvidenceFindings,
): StageHoldings {
  const ahead = { ...record, stage };
  const gap = evidenceGap(record.evidence_id ?? null, evidence, stage, 'new');
  return holdings(state, ahead, gap, { basis: basisOf(ahead), authors, now });
}

/** What a record would have: the approvals of its policy, judged for what it is. */
export function holdings(
  state: LedgerState,
  record: PolicyRecord,
  evidence: AuditGap | null,
  context: ApprovalContext,
): StageHoldings {
  const given = state.approvals.get(record.policy_id) ?? [];
  const { counted, unbound, self } = judgeApprovals(given, context);
  return {
    evidence,
    approvers: counted.length,
    roles: approvalNames(counted.map(({ role }) => role)),
    hasUnbound: unbound > 0,
    hasSelf: self > 0,
    missingItems: checklistOf(record.metadata ?? {}).missing,
    ledgerOk: state.faults.length === 0,
    waivers: [],
  };
}

/** The holdings with the waivers that are in force for the stage. */
export function withWaivers(
  held: Holdings,
  { waivers }: PolicyState,
  stage: Stage,
  now: number,
): Holdings {
  const active = waivers.filter(
    ({ scope, expires_at: until }) => now < Date.parse(until) && scope === stage,
  );
  const kinds: readonly WaiverKind[] = active.map(({ kind }) => kind);
  return { ...held, waivers: kinds };
}

function byGate<T>(of: (gate: Gate) => T): Readonly<Record<Gate, T>> {
  return Object.fromEntries(GATES.map((gate) => [gate, of(gate)])) as Record<Gate, T>;
}

/** Rows that stay where they were are no steps. */
function transitionsOf({ history }: PolicyRecord): readonly Transition[] {
  return history
    .filter(({ prior_stage: from, next_stage: to }) => from !== to)
    .map(({ prior_stage: from, next_stage: to, applied_at: at }) => ({
      from,
      to,
      at: Date.parse(at),
    }));
}

function resetsOf({ history }: PolicyRecord): readonly EvidenceReset[] {
  return history.flatMap(({ reset, applied_at: at }) =>
    reset === undefined ? [] : [{ stage: reset.stage, at: Date.parse(at) }],
  );
}
