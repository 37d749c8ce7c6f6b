/** Whether the people who approved are enough, whoever read their signatures. */
import type { ApprovalFault, Approver } from '../audit/event.ts';
import type { Declaration } from '../declaration.ts';
import { type Approvable, BREAK_GLASS_MS, requirementOf } from './requirement.ts';

export interface Lack {
  readonly code: ApprovalFault;
  readonly detail: string;
}

export type Signed = Approver & { readonly digest: string };

/** The declaration that is approved, and when. */
export interface Occasion {
  readonly declaration: Approvable & Pick<Declaration, 'requested_by' | 'expires_at'>;
  readonly digest: string;
  /** Epoch ms of the first step; null where none was begun. */
  readonly startedAt: number | null;
  readonly now: number;
}

export interface Judgement {
  readonly granted: boolean;
  readonly counted: readonly Signed[];
  /** What is wrong with single approvals, then what is missing altogether. */
  readonly lacks: readonly Lack[];
  /** Until when an approval must follow, where glass was broken; epoch ms. */
  readonly due: number | null;
}

/** `Risk`, `risk` and `RISK ` are one role (G-09). */
export function roleOf(role: string): string {
  return role
    .trim()
    .toLowerCase()
    .replaceAll(/[_\s-]+/g, '-');
}

/** One person under two spellings is one person; so is `ana@firm.example`, who is `ana`. */
export function isSamePerson(one: string, other: string): boolean {
  const name = (who: string): string => who.trim().toLowerCase().split('@')[0] ?? '';
  return name(one) === name(other);
}

export function judgeApprovers(approvers: readonly Signed[], occasion: Occasion): Judgement {
  const { declaration, startedAt, now } = occasion;
  const required = requirementOf(declaration);
  const lacks: Lack[] = [];
  const counted: Signed[] = [];
  for (const given of approvers) {
    const lack = lackOf(given, occasion);
    if (lack !== null) lacks.push(lack);
    else if (!counted.some(({ approver }) => isSamePerson(approver, given.approver))) {
      counted.push(given);
    }
  }
  const roles = new Set(counted.map(({ role }) => roleOf(role)));
  const first = counted[0];
  if (required.approvals > 0 && first === undefined) {
    const detail = `${required.approvals} needed, none counts`;
    lacks.push({ code: 'approval_missing', detail });
  } else if (counted.length < required.approvals) {
    const detail = `a second person is needed beside ${first?.approver ?? 'nobody'}`;
    lacks.push({ code: 'second_approver_missing', detail });
  } else if (required.differentRoles && roles.size < required.approvals) {
    lacks.push({ code: 'roles_not_different', detail: `all speak for ${[...roles].join(' ')}` });
  }
  const enough =
    counted.length >= required.approvals &&
    (!required.differentRoles || roles.size >= required.approvals);
  const due = required.when === 'afterwards' ? (startedAt ?? now) + BREAK_GLASS_MS : null;
  const waits = due !== null && now < due;
  return { granted: enough || waits, counted, lacks, due: enough ? null : due };
}

function lackOf(given: Signed, occasion: Occasion): Lack | null {
  const { declaration, digest, startedAt, now } = occasion;
  const { approver } = given;
  const no = (code: ApprovalFault, detail: string): Lack => ({ code, detail });
  if (given.digest !== digest) {
    return no('approval_digest_mismatch', `${approver} approved ${given.digest}, not ${digest}`);
  }
  const required = requirementOf(declaration);
  const self = isSamePerson(approver, declaration.requested_by);
  if (self && !required.selfAllowed) {
    return no('self_approval_not_allowed', `${approver} wants it and may not approve it`);
  }
  const at = Date.parse(given.at);
  const expires = Date.parse(given.expires_at);
  if (!(at < expires)) return no('approval_expired', `${approver}: it ends before it begins`);
  const grace = required.when === 'afterwards' ? BREAK_GLASS_MS : 0;
  // At the very moment of the first step is not before it (section 9.2).
  if (!(at <= now) || (startedAt !== null && !(at < startedAt + grace))) {
    return no('approval_after_execution', `${approver} approved at ${given.at}`);
  }
  // What was given after the first step was not used at it.
  const used = Math.max(at, startedAt ?? now);
  if (!(used < expires)) {
    return no('approval_expired', `${approver} approved until ${given.expires_at}`);
  }
  if (startedAt === null && !(now < Date.parse(declaration.expires_at))) {
    return no('approval_expired', `the declaration itself ended at ${declaration.expires_at}`);
  }
  return null;
}
