/** Whose yes an operation needs before it runs (section 9.10). */
import type { Declaration } from '../declaration.ts';
import { isMutating } from '../step.ts';

export interface Requirement {
  /** How many people. */
  readonly approvals: 0 | 1 | 2;
  /** Whether the one who wants it may approve it. */
  readonly selfAllowed: boolean;
  /** Whether no two of them may speak for the same role. */
  readonly differentRoles: boolean;
  /** `afterwards`: within four hours of the first step, where glass was broken. */
  readonly when: 'before' | 'afterwards';
  /** Trading is reduced to reduce-only first, and the operation is looked at again afterwards. */
  readonly reduceFirst: boolean;
}

export type Approvable = Pick<
  Declaration,
  'RISK_CLASS' | 'environment' | 'custom_high_risk' | 'break_glass' | 'steps'
>;

/** How long after the first step an approval of broken glass still counts. */
export const BREAK_GLASS_MS = 4 * 60 * 60 * 1_000;

const NONE = {
  approvals: 0,
  selfAllowed: true,
  differentRoles: false,
  when: 'before',
  reduceFirst: false,
} as const;
const SELF = { ...NONE, approvals: 1 } as const;
const SECOND_PERSON = { ...SELF, selfAllowed: false } as const;
const TWO_PEOPLE = {
  ...SECOND_PERSON,
  approvals: 2,
  differentRoles: true,
  reduceFirst: true,
} as const;

const TABLE: Readonly<
  Record<Declaration['RISK_CLASS'], Readonly<Record<'trial' | 'paper' | 'money', Requirement>>>
> = {
  READ_ONLY: { trial: NONE, paper: NONE, money: NONE },
  LOW_RISK_CONFIG: { trial: NONE, paper: SELF, money: SECOND_PERSON },
  SERVICE_RESTART: { trial: SELF, paper: SELF, money: SECOND_PERSON },
  FILESYSTEM_WRITE: { trial: SELF, paper: SELF, money: SECOND_PERSON },
};

const COLUMN = {
  DEV: 'trial',
  STAGING: 'trial',
  PAPER: 'paper',
  'MICRO-LIVE': 'money',
  PROD: 'money',
} as const;

/** Custom high risk is never softened, not by broken glass either. */
export function requirementOf(declaration: Approvable): Requirement {
  if (declaration.custom_high_risk !== undefined) return TWO_PEOPLE;
  const required = TABLE[declaration.RISK_CLASS][COLUMN[declaration.environment]];
  if (declaration.break_glass === undefined || !onlyStops(declaration)) return required;
  // What was done in an emergency is looked at by somebody, always.
  return { ...required, approvals: required.approvals === 0 ? 1 : required.approvals, when: AFTER };
}

const AFTER = 'afterwards' as const;

/**
 * Glass may be broken for what reduces risk, and a program can tell that of one thing only: every
 * change is a service that is stopped. What cannot be shown to reduce waits for its approval.
 */
function onlyStops({ steps }: Approvable): boolean {
  return steps
    .filter(({ action }) => isMutating(action))
    .every(({ action }) => action.kind === 'service' && action.verb === 'stop');
}
