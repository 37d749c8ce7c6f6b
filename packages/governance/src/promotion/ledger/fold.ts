/**
 * What the chain of the ledger adds up to. An event that cannot be what it says it is changes
 * nothing and stays a fault: while there is one, no policy is trusted with anything.
 */
import { digestIfAny, NO_HASH } from '@holdfast/runtime/proof';
import type { ChainHead, GovernanceEvent } from '../../store/event.ts';
import { rankOf, type Stage } from '../stage.ts';
import {
  approvalNames,
  type Basis,
  type GivenApproval,
  isBound,
  isInTime,
  judgeApprovals,
} from './approvals.ts';
import { type Change, type LedgerFact, type Payload, readFact } from './events.ts';
import { mergeChange } from './merge.ts';
import type { HistoryRow, PolicyRecord, Waiver } from './record.ts';
import { type Configuration, configHash } from './traceability.ts';

export type LedgerFaultCode =
  | 'event_edited'
  | 'chain_broken'
  | 'event_unknown'
  | 'event_malformed'
  /** It cannot follow what stands before it. */
  | 'event_impossible'
  | ViewFaultCode;

/** What may be wrong with the file that shows the ledger (2.11). */
export type ViewFaultCode =
  | 'view_missing'
  | 'view_unreadable'
  | 'view_not_json'
  | 'view_not_object'
  | 'view_records_not_mapping'
  | 'view_record_invalid'
  /** It shows an earlier end of the chain. */
  | 'view_behind'
  | 'view_differs';

/** Why the ledger is not what was written. */
export interface LedgerIntegrityError {
  readonly error: 'LedgerIntegrityError';
  readonly code: LedgerFaultCode;
  readonly detail: string;
}

export interface PolicyState {
  readonly record: PolicyRecord;
  /** What the approvals of its stage must have been given for. */
  readonly basis: Basis;
  /** Who wrote its configuration, and who asked for the stage. */
  readonly authors: readonly string[];
  readonly requestedBy: string;
  /** The stage for which people let its overrides loosen the profile. */
  readonly loosenedFor: Stage | null;
  readonly waivers: readonly Waiver[];
}

export interface LedgerState {
  readonly head: ChainHead;
  /** Time of the last event; null before the first. */
  readonly updatedAt: string | null;
  readonly policies: ReadonlyMap<string, PolicyState>;
  /** By policy. They may be there before the record is. */
  readonly approvals: ReadonlyMap<string, readonly GivenApproval[]>;
  readonly faults: readonly LedgerIntegrityError[];
}

export const EMPTY_LEDGER: LedgerState = {
  head: { seq: -1, hash: NO_HASH },
  updatedAt: null,
  policies: new Map(),
  approvals: new Map(),
  faults: [],
};

export function foldLedger(events: readonly GovernanceEvent[]): LedgerState {
  return events.reduce(applyEvent, EMPTY_LEDGER);
}

export function applyEvent(before: LedgerState, event: GovernanceEvent): LedgerState {
  const head = { seq: event.seq, hash: event.hash };
  const at = { ...before, head, updatedAt: event.ts };
  const broken = linkFault(before.head, event);
  if (broken !== null) return withFault(at, broken, event);
  const read = readFact(event);
  if (!read.ok) return withFault(at, read.code, event, read.detail);
  const after = apply(at, event, read.fact);
  return after ?? withFault(at, 'event_impossible', event, event.type);
}

/** The ledger with one more reason not to be believed. */
export function distrust(state: LedgerState, fault: LedgerIntegrityError): LedgerState {
  return { ...state, faults: [...state.faults, fault] };
}

function withFault(
  state: LedgerState,
  code: LedgerFaultCode,
  { seq, subject }: GovernanceEvent,
  what = '',
): LedgerState {
  const detail = `event ${seq} of ${subject}${what === '' ? '' : `: ${what}`}`;
  return distrust(state, { error: 'LedgerIntegrityError', code, detail });
}

function linkFault(head: ChainHead, event: GovernanceEvent): LedgerFaultCode | null {
  const { hash, ...body } = event;
  if (digestIfAny(body) !== hash) return 'event_edited';
  const follows = event.seq === head.seq + 1 && event.prev_hash === head.hash;
  return follows && event.domain === 'ledger' ? null : 'chain_broken';
}

/** Null where it is impossible. */
function apply(state: LedgerState, event: GovernanceEvent, fact: LedgerFact): LedgerState | null {
  const policy = state.policies.get(event.subject);
  if (fact.type === 'approved') return onApproved(state, event, fact.payload);
  if (fact.type === 'created') {
    return policy === undefined ? onCreated(state, event, fact.payload) : null;
  }
  if (policy === undefined) return null;
  switch (fact.type) {
    case 'promoted':
      return onPromoted(state, event, policy, fact.payload);
    case 'demoted':
      return onDemoted(state, event, policy, fact.payload);
    case 'amended':
      return onAmended(state, event, policy, fact.payload);
    case 'waived': {
      const { payload: waiver } = fact;
      const row = { action: 'waiver', reason: waiver.reason, waiver } as const;
      return put(state, event, { ...policy, waivers: [...policy.waivers, waiver] }, row);
    }
    case 'evidence_reset': {
      const { payload: reset } = fact;
      return put(state, event, policy, { action: 'reset_evidence', reason: reset.cause, reset });
    }
  }
}

function onApproved(
  state: LedgerState,
  event: GovernanceEvent,
  approval: Payload<'approved'>,
): LedgerState {
  const given = [...(state.approvals.get(event.subject) ?? []), { approval, wasUsed: false }];
  const approvals = new Map(state.approvals).set(event.subject, given);
  const policy = state.policies.get(event.subject);
  if (policy === undefined) return { ...state, approvals };
  const record = { ...policy.record, updated_at: event.ts };
  return settle({ ...state, approvals }, event, { ...policy, record });
}

function onCreated(
  state: LedgerState,
  event: GovernanceEvent,
  created: Payload<'created'>,
): LedgerState | null {
  const { stage, change, tactic_id, requested_by: requestedBy } = created;
  if (rankOf(stage) > rankOf('paper')) return null;
  const empty: PolicyRecord = {
    policy_id: event.subject,
    tactic_id,
    stage,
    approvals: [],
    created_at: event.ts,
    updated_at: event.ts,
    history: [],
  };
  const { record, added } = mergeChange(empty, change);
  const policy: PolicyState = {
    record,
    basis: basisOf(record),
    authors: [requestedBy],
    requestedBy,
    loosenedFor: loosenedBy(change, stage),
    waivers: [],
  };
  const used = use(keepFor(state, event.subject, stage), event, policy.basis);
  const row = { ...added, ...rowOf(created), action: 'create', prior_stage: null } as const;
  return put(used, event, policy, row);
}

function onPromoted(
  state: LedgerState,
  event: GovernanceEvent,
  policy: PolicyState,
  promoted: Payload<'promoted'>,
): LedgerState | null {
  const { stage, change, requested_by: requestedBy } = promoted;
  const rise = rankOf(stage) - rankOf(policy.record.stage);
  if (rise !== 0 && rise !== 1) return null;
  const { record, added } = mergeChange({ ...policy.record, stage }, change);
  const basis = basisOf(record);
  const next: PolicyState = {
    ...policy,
    record,
    basis,
    requestedBy,
    authors: authorsAfter(policy, change, requestedBy),
    loosenedFor: rise === 1 ? loosenedBy(change, stage) : loosenedAfter(policy, change),
  };
  const kept = rise === 1 ? keepFor(state, event.subject, stage) : state;
  const used = use(kept, event, basis, promoted.assessment_digest);
  const row = { ...added, ...rowOf(promoted), action: 'promotion' } as const;
  return put(used, event, next, { ...row, prior_stage: policy.record.stage });
}

/** Approvals of the stage it leaves end with it; those of the one it falls to stand if given. */
function onDemoted(
  state: LedgerState,
  event: GovernanceEvent,
  policy: PolicyState,
  { stage, reason }: Payload<'demoted'>,
): LedgerState | null {
  if (rankOf(stage) >= rankOf(policy.record.stage)) return null;
  const record = { ...policy.record, stage };
  const basis = basisOf(record);
  const used = use(keepFor(state, event.subject, stage), event, basis);
  const row = { action: 'demotion', reason, prior_stage: policy.record.stage } as const;
  return put(used, event, { ...policy, record, basis, loosenedFor: null }, row);
}

/** Without a delta the approvals stand: nothing of what they let through has been loosened. */
function onAmended(
  state: LedgerState,
  event: GovernanceEvent,
  policy: PolicyState,
  { change, reason, requested_by: by }: Payload<'amended'>,
): LedgerState {
  const { record, added } = mergeChange(policy.record, change);
  const isNewBasis = change.policy_delta !== undefined || change.evidence_id !== undefined;
  const basis = isNewBasis ? basisOf(record) : policy.basis;
  const next = {
    ...policy,
    record,
    basis,
    authors: authorsAfter(policy, change, by),
    loosenedFor: loosenedAfter(policy, change),
  };
  const used = isNewBasis ? use(state, event, basis) : state;
  return put(used, event, next, { ...added, action: 'amend', reason });
}

/** The configuration of a record at its own stage. */
export function configurationOf(record: PolicyRecord): Configuration {
  return {
    stage: record.stage,
    threshold_overrides: record.threshold_overrides ?? {},
    policy_delta: record.policy_delta ?? null,
    metadata: record.metadata ?? {},
  };
}

export function basisOf(record: PolicyRecord): Basis {
  return {
    stage: record.stage,
    evidenceId: record.evidence_id ?? null,
    configHash: configHash(configurationOf(record)),
  };
}

/** Overrides loosen where people approved them together with a delta. */
function loosenedBy(change: Change, stage: Stage): Stage | null {
  const isApproved = change.policy_delta !== undefined && change.threshold_overrides !== undefined;
  return isApproved ? stage : null;
}

function loosenedAfter(policy: PolicyState, change: Change): Stage | null {
  if (change.threshold_overrides === undefined) return policy.loosenedFor;
  return loosenedBy(change, policy.record.stage);
}

/** Who only tightens has written nothing that anybody would approve for them. */
function authorsAfter({ authors }: PolicyState, change: Change, who: string): readonly string[] {
  const isAuthor = change.policy_delta !== undefined;
  return isAuthor && !authors.includes(who) ? [...authors, who] : authors;
}

/** An approval is for one stage, and no other stage inherits it (L-21). */
function keepFor(state: LedgerState, policyId: string, stage: Stage): LedgerState {
  const given = state.approvals.get(policyId) ?? [];
  const kept = given.filter(({ approval }) => approval.target_stage === stage);
  return { ...state, approvals: new Map(state.approvals).set(policyId, kept) };
}

/** Marks what this event stands on; what it does not stand on has to be in time again. */
function use(
  state: LedgerState,
  { subject, ts }: GovernanceEvent,
  basis: Basis,
  assessmentDigest?: string,
): LedgerState {
  const at = Date.parse(ts);
  const context = assessmentDigest === undefined ? { basis } : { basis, assessmentDigest };
  const given = (state.approvals.get(subject) ?? []).map((each) => ({
    ...each,
    wasUsed: isBound(each.approval, context) && (each.wasUsed || isInTime(each.approval, at)),
  }));
  return { ...state, approvals: new Map(state.approvals).set(subject, given) };
}

/** The record shows the approvals that count at the time of the event. */
function settle(state: LedgerState, event: GovernanceEvent, policy: PolicyState): LedgerState {
  const given = state.approvals.get(event.subject) ?? [];
  const { basis, authors, requestedBy } = policy;
  const now = Date.parse(event.ts);
  const { counted } = judgeApprovals(given, { basis, authors: [...authors, requestedBy], now });
  const { approvals_v2: _before, ...rest } = policy.record;
  const record: PolicyRecord = {
    ...rest,
    approvals: [...approvalNames(counted.map(({ role }) => role))],
    ...(given.length > 0 && { approvals_v2: given.map(({ approval }) => approval) }),
  };
  const policies = new Map(state.policies).set(event.subject, { ...policy, record });
  return { ...state, policies };
}

type RowOwn = Pick<HistoryRow, 'action' | 'reason'> & Partial<HistoryRow>;

function rowOf({
  reason,
  assessment_digest,
}: Pick<Payload<'promoted'>, 'reason' | 'assessment_digest'>): Pick<HistoryRow, 'reason'> {
  return { reason, ...(assessment_digest !== undefined && { assessment_digest }) };
}

function put(
  state: LedgerState,
  event: GovernanceEvent,
  policy: PolicyState,
  own: RowOwn,
): LedgerState {
  const settled = settle(state, event, {
    ...policy,
    record: { ...policy.record, updated_at: event.ts },
  });
  const now = settled.policies.get(event.subject)?.record ?? policy.record;
  const { run_id, candidate_id, operation_id } = event.refs;
  const row: HistoryRow = {
    seq: event.seq,
    prior_stage: now.stage,
    next_stage: now.stage,
    applied_at: event.ts,
    approvals: now.approvals,
    evidence_id: now.evidence_id ?? null,
    ...(now.policy_delta !== undefined && { policy_delta: now.policy_delta }),
    actor: event.actor,
    ...((run_id ?? candidate_id) !== undefined && {
      manifest_ref: {
        ...(run_id !== undefined && { run_id }),
        ...(candidate_id !== undefined && { candidate_id }),
      },
    }),
    ...(operation_id !== undefined && { ops_operation_id: operation_id }),
    prev_hash: event.prev_hash,
    hash: event.hash,
    ...own,
  };
  const record = { ...now, history: [...now.history, row] };
  const policies = new Map(settled.policies).set(event.subject, { ...policy, record });
  return { ...settled, policies };
}
