/**
 * Whose yes counts for a step of the ladder (specification 2.3, G-09, G-10, D-21): given for this
 * very stage, evidence and configuration, by different people who speak for different roles.
 */
import { closed } from '@holdfast/core/parse';
import { type Static, Type } from 'typebox';
import { UTC_MS } from '../../operations/audit/record-schema.ts';
import { isSamePerson, roleOf } from '../../operations/signoff/approver-set.ts';
import { rankOf, type Stage, STAGES } from '../stage.ts';
import { name, prose, sha256 } from './json.ts';

export const time = Type.String({ pattern: UTC_MS });

/** One of `approvals_v2`. It stands in the chain under the policy it was signed for. */
export const ApprovalSchema = closed({
  /** In the one spelling of roles. */
  role: Type.String({ pattern: '^[a-z][a-z0-9-]{0,62}$' }),
  approver: name,
  approved_at: time,
  expires_at: time,
  target_stage: Type.Enum(STAGES),
  evidence_id: Type.Union([name, Type.Null()]),
  config_hash: sha256,
  assessment_digest: Type.Union([sha256, Type.Null()]),
  key_id: sha256,
  note: Type.Optional(prose),
});
export type Approval = Static<typeof ApprovalSchema>;

/** What an approval must have been given for. */
export interface Basis {
  readonly stage: Stage;
  readonly evidenceId: string | null;
  readonly configHash: string;
}

export interface GivenApproval {
  readonly approval: Approval;
  /** It was in time when a change stood on it, and stands as long as that does. */
  readonly wasUsed: boolean;
}

/** How many people a stage needs (10.4, D-19). */
export const APPROVERS_NEEDED: Readonly<Record<Stage, number>> = {
  experiment: 0,
  paper: 0,
  pilot: 1,
  limited_live: 2,
};

/** Nobody lets their own work trade real money. */
function isSelfBarred(stage: Stage): boolean {
  return rankOf(stage) >= rankOf('pilot');
}

export interface ApprovalContext {
  readonly basis: Basis;
  /** Who wrote the configuration, and who asks for the step. */
  readonly authors: readonly string[];
  /** Epoch ms. */
  readonly now: number;
  /** Where it is told, only an approval of this assessment counts. */
  readonly assessmentDigest?: string | null;
}

export interface ApprovalJudgement {
  /** No two by one person, and no two for one role. */
  readonly counted: readonly Approval[];
  /** Given for this stage, in time, but for other evidence, configuration or assessment. */
  readonly unbound: number;
  /** Bound, in time, and by somebody who may not. */
  readonly self: number;
}

export function judgeApprovals(
  given: readonly GivenApproval[],
  context: ApprovalContext,
): ApprovalJudgement {
  const { basis, authors, now } = context;
  const timely = given.filter(
    ({ approval, wasUsed }) =>
      approval.target_stage === basis.stage && (wasUsed || isInTime(approval, now)),
  );
  const bound = timely.filter(({ approval }) => isBound(approval, context));
  const isSelf = ({ approval }: GivenApproval): boolean =>
    isSelfBarred(basis.stage) && authors.some((who) => isSamePerson(who, approval.approver));
  const fair = bound.filter((each) => !isSelf(each));
  return {
    counted: differentPeople(fair.map(({ approval }) => approval)),
    unbound: timely.length - bound.length,
    self: bound.length - fair.length,
  };
}

/** From the moment it was given to the one before it ends. */
export function isInTime(
  { approved_at: from, expires_at: until }: Pick<Approval, 'approved_at' | 'expires_at'>,
  now: number,
): boolean {
  return Date.parse(from) <= now && now < Date.parse(until);
}

export function isBound(
  approval: Approval,
  { basis, assessmentDigest }: Pick<ApprovalContext, 'basis' | 'assessmentDigest'>,
): boolean {
  return (
    approval.target_stage === basis.stage &&
    approval.evidence_id === basis.evidenceId &&
    approval.config_hash === basis.configHash &&
    (assessmentDigest === undefined || approval.assessment_digest === assessmentDigest)
  );
}

interface Voice {
  readonly approver: string;
  readonly role: string;
}

/**
 * The most of them in which no two are one person and no two speak for one role: somebody who
 * speaks for two roles takes the one that leaves the other to somebody else.
 */
export function differentPeople<V extends Voice>(voices: readonly V[]): readonly V[] {
  const people: V[][] = [];
  for (const voice of voices) {
    const own = people.find(([first]) => first && isSamePerson(first.approver, voice.approver));
    if (own === undefined) people.push([voice]);
    else own.push(voice);
  }
  const holders = new Map<string, V>();
  for (const own of people) seat(own, people, holders, new Set());
  return [...holders.values()].sort((one, other) =>
    roleOf(one.role) < roleOf(other.role) ? -1 : 1,
  );
}

/** Finds a role for one person, moving others to another of theirs where it must. */
function seat<V extends Voice>(
  own: readonly V[],
  people: readonly (readonly V[])[],
  holders: Map<string, V>,
  tried: Set<string>,
): boolean {
  for (const voice of own) {
    const role = roleOf(voice.role);
    if (tried.has(role)) continue;
    tried.add(role);
    const holder = holders.get(role);
    const other = holder && people.find((voices) => voices.includes(holder));
    if (other === undefined || seat(other, people, holders, tried)) {
      holders.set(role, voice);
      return true;
    }
  }
  return false;
}

/** The plain `approvals` of a record: trimmed, without blanks, each once, in code-point order. */
export function approvalNames(names: readonly unknown[]): readonly string[] {
  const trimmed = names.map((each) => String(each).trim()).filter((each) => each !== '');
  return [...new Set(trimmed)].sort();
}
