/**
 * What the policy ledger answers to a command: facts to be appended, or one refusal. Whether the
 * chain still ends where the decision was made is the store's to say.
 */
import { digestIfAny } from '@holdfast/runtime/proof';
import type { Fact } from '../../store/event.ts';
import { rankOf, stageOf } from '../stage.ts';
import { type ApprovalContext, isInTime } from './approvals.ts';
import { approvalsRefusal, handedInRefusal, newApprovals, withApprovals } from './candidate.ts';
import {
  type AmendCommand,
  type ApproveCommand,
  type DecisionContext,
  type DemoteCommand,
  type LedgerCommand,
  refuse,
} from './command.ts';
import { resetEvidence, waive } from './consent.ts';
import { factOf, readFact } from './events.ts';
import { basisOf, type LedgerState, type PolicyState } from './fold.ts';
import { mergeChange } from './merge.ts';
import { create, type Decision, promote } from './promote.ts';
import { isBlank, MESSAGES } from './record.ts';
import { readWish } from './wish.ts';

/** Nothing that was not understood holds a demotion up. */
export function decide(
  state: LedgerState,
  asked: LedgerCommand,
  context: DecisionContext,
): Decision {
  const command = { ...asked, policyId: asked.policyId.trim(), actor: asked.actor.trim() };
  if (command.policyId === '') return refuse('policy_id_required', MESSAGES.policyId);
  if (command.kind === 'demote') return demote(state, command);
  const [broken] = state.faults;
  if (broken !== undefined) {
    const detail = `${broken.error}: ${broken.code} ${broken.detail}`;
    return refuse('ledger_integrity_violation', detail, [broken.code]);
  }
  if (digestIfAny(JSON.parse(JSON.stringify(command))) === null) {
    return refuse('fact_malformed', 'it has no canonical form');
  }
  const decided = decideSound(state, command, context);
  return decided.ok ? wellFormed(decided.facts) : decided;
}

function decideSound(
  state: LedgerState,
  command: Exclude<LedgerCommand, DemoteCommand>,
  context: DecisionContext,
): Decision {
  if (command.kind === 'create') return create(state, command, context);
  if (command.kind === 'promote') return promote(state, command, context);
  const policy = state.policies.get(command.policyId);
  if (policy === undefined) return missing(command.policyId);
  switch (command.kind) {
    case 'amend':
      return amend(state, policy, command, context);
    case 'approve':
      return approve(state, policy, command, context);
    case 'waive':
    case 'reset_evidence': {
      const decided =
        command.kind === 'waive'
          ? waive(policy, command, context)
          : resetEvidence(policy, command, context);
      return decided.ok ? { ok: true, facts: [factOf(decided.fact, command)] } : decided;
    }
  }
}

const missing = (policyId: string): Decision =>
  refuse('record_missing', `Policy ledger record for policy '${policyId}' not found`);

/** A store takes what its reader reads back, and nothing else. */
function wellFormed(facts: readonly Fact[]): Decision {
  for (const fact of facts) {
    const read = readFact(fact);
    if (!read.ok) return refuse('fact_malformed', read.detail);
  }
  return { ok: true, facts };
}

const REASON_MAX = 2_000;
const ACTOR_MAX = 200;

function demote(state: LedgerState, command: DemoteCommand): Decision {
  const policy = state.policies.get(command.policyId);
  if (policy === undefined) return missing(command.policyId);
  const stage = stageOf(command.stage);
  if (stage === null) return refuse('stage_unknown', MESSAGES.stage(command.stage));
  const from = policy.record.stage;
  if (rankOf(stage) >= rankOf(from)) {
    return refuse('not_a_demotion', `${policy.record.policy_id} is at ${from}`, [from, stage]);
  }
  const reason = told(command.reason, REASON_MAX) ?? 'no reason was given';
  const actor = told(command.actor.replaceAll(/\s+/g, ' '), ACTOR_MAX) ?? 'unknown';
  const fact = { type: 'demoted', payload: { stage, reason } } as const;
  return { ok: true, facts: [factOf(fact, { ...command, actor })] };
}

/** What somebody in a hurry wrote, in a form that a chain takes. */
function told(text: string, max: number): string | null {
  const fitting = text.trim().slice(0, max).trim().toWellFormed();
  return fitting === '' ? null : fitting;
}

/** What does not step: metadata, tighter overrides, proposals; a delta with its approvals. */
function amend(
  state: LedgerState,
  policy: PolicyState,
  command: AmendCommand,
  { now }: DecisionContext,
): Decision {
  const { policyId, reason, requestedBy: requested_by } = command;
  const { stage } = policy.record;
  if (isBlank(reason)) return refuse('reason_required', 'an amendment has its reason');
  const read = readWish(command.wish, stage);
  if (!read.ok) return read;
  const { change } = read;
  if (change.evidence_id !== undefined) {
    return refuse('change_malformed', '/evidence_id is changed by a promotion', ['/evidence_id']);
  }
  if (Object.keys(change).length === 0) return refuse('change_empty', 'it changes nothing');
  const more = newApprovals(state, policyId, command.approvals);
  const { record } = mergeChange(policy.record, change);
  const authors = [...policy.authors, policy.requestedBy, requested_by];
  const by: ApprovalContext = { basis: basisOf(record), authors, now };
  const then = withApprovals(state, policyId, more);
  const needsApproval = change.policy_delta !== undefined;
  const wanted = { stage, change, singleIsEnough: false };
  const lack = needsApproval ? approvalsRefusal(then, policyId, by, wanted) : null;
  const refusal = handedInRefusal(more, by) ?? lack;
  if (refusal !== null) return refusal;
  const entered = more.map((payload) => ({ type: 'approved', payload }) as const);
  const fact = { type: 'amended', payload: { change, requested_by, reason } } as const;
  return { ok: true, facts: [...entered, fact].map((each) => factOf(each, command)) };
}

/** For the stage it has, one below, or the next: no further can anybody see. */
function approve(
  state: LedgerState,
  { record }: PolicyState,
  command: ApproveCommand,
  { now }: DecisionContext,
): Decision {
  const { approval, policyId } = command;
  if (!isInTime(approval, now)) {
    const detail = `given from ${approval.approved_at} to ${approval.expires_at}`;
    return refuse('approval_not_in_time', detail, [approval.approver]);
  }
  const { target_stage: target } = approval;
  if (rankOf(target) > rankOf(record.stage) + 1) {
    const detail = `${policyId} is at ${record.stage}, and ${target} is not next`;
    return refuse('approval_stage_not_next', detail, [record.stage, target]);
  }
  if (newApprovals(state, policyId, [approval]).length === 0) {
    return refuse('approval_exists', `${approval.approver} has approved it`, [approval.approver]);
  }
  return { ok: true, facts: [factOf({ type: 'approved', payload: approval }, command)] };
}
