/**
 * May a policy open risk now (section 10.6)? The lowest of everything that has a say, and every one
 * of them that says no is named. What takes risk away is never asked any of this.
 */
import type {
  CertificateState,
  OperationsLock,
  RiskState,
  TradingMode,
} from '@holdfast/core/guard';
import type { Environment } from '@holdfast/runtime/config';
import type { Status } from './registry/status.ts';
import { rankOf, type Stage } from './stage.ts';

export const PERMISSION_REASONS = [
  'TRADING_MODE_NOT_ACTIVE',
  'OPEN_PERMISSION_LATCHED',
  'RISK_STATE_NOT_HEALTHY',
  'F1_CERT_NOT_PASS',
  /** The policy has earned more than this environment has to give (X-05: routed, not forced). */
  'ENV_CAPITAL_BELOW_TIER',
  'PROMO_STAGE_BELOW_REQUIRED',
  'PROMO_STATUS_NOT_ALLOWED',
  'PROMO_LEDGER_INTEGRITY',
  'PROMO_DIARY_INTEGRITY',
  'MANIFEST_NOT_PASS',
  'ROLLOUT_ROLLBACK_REVIEW',
  'OPS_LOCK_ACTIVE',
] as const;
export type PermissionReason = (typeof PERMISSION_REASONS)[number];

/** Null is what nobody could read, and never a pass (D-23). */
export interface PermissionInputs {
  readonly environment: Environment;
  readonly tradingMode: TradingMode | null;
  readonly isOpenLatched: boolean | null;
  readonly riskState: RiskState | null;
  readonly certificate: CertificateState | null;
  /** Resolved, never declared. */
  readonly stage: Stage | null;
  readonly status: Status | null;
  readonly isLedgerWhole: boolean | null;
  readonly isDiaryWhole: boolean | null;
  readonly manifest: 'pass' | 'fail' | null;
  readonly rollout: 'FORWARD_OK' | 'HOLD_AND_REVIEW' | 'ROLLBACK_REVIEW_REQUIRED' | null;
  /** Only operations that touch trading, at once or later, leave one. */
  readonly operationsLock: OperationsLock | null;
}

export type Permission =
  | { readonly may: true }
  | { readonly may: false; readonly reasons: readonly [PermissionReason, ...PermissionReason[]] };

/** The tier of an environment, by the stage that stands on it (10.3). */
const STAGE_OF: Readonly<Record<Environment, Stage>> = {
  dev: 'experiment',
  staging: 'experiment',
  paper: 'paper',
  'micro-live': 'pilot',
  prod: 'limited_live',
};

/** Whose money there is on a tier: none, little, more of it (10.3). */
const CAPITAL_RANK: Readonly<Record<Stage, number>> = {
  experiment: 0,
  paper: 0,
  pilot: 1,
  limited_live: 2,
};

/** Which statuses trade on a tier (10.3); above them stands who has earned more. */
const ALLOWED: Readonly<Record<Stage, readonly Status[]>> = {
  experiment: [
    'evolved',
    'approved',
    'approved_default',
    'approved_fallback',
    'pilot_active',
    'active',
  ],
  paper: ['approved', 'approved_default', 'approved_fallback', 'pilot_active', 'active'],
  pilot: ['pilot_active', 'active'],
  limited_live: ['active'],
};

export function mayOpen(inputs: PermissionInputs): Permission {
  const [first, ...rest] = PERMISSION_REASONS.filter((reason) => REFUSES[reason](inputs));
  return first === undefined ? { may: true } : { may: false, reasons: [first, ...rest] };
}

const REFUSES: Readonly<Record<PermissionReason, (inputs: PermissionInputs) => boolean>> = {
  TRADING_MODE_NOT_ACTIVE: ({ tradingMode }) => tradingMode !== 'Active',
  OPEN_PERMISSION_LATCHED: ({ isOpenLatched }) => isOpenLatched !== false,
  RISK_STATE_NOT_HEALTHY: ({ riskState }) => riskState !== 'Healthy',
  F1_CERT_NOT_PASS: ({ certificate }) => certificate !== 'PASS',
  ENV_CAPITAL_BELOW_TIER: ({ stage, environment }) =>
    stage !== null && CAPITAL_RANK[STAGE_OF[environment]] < CAPITAL_RANK[stage],
  PROMO_STAGE_BELOW_REQUIRED: ({ stage, environment }) =>
    stage === null || rankOf(stage) < rankOf(STAGE_OF[environment]),
  PROMO_STATUS_NOT_ALLOWED: ({ status, environment }) =>
    status === null || !ALLOWED[STAGE_OF[environment]].includes(status),
  PROMO_LEDGER_INTEGRITY: ({ isLedgerWhole }) => isLedgerWhole !== true,
  PROMO_DIARY_INTEGRITY: ({ isDiaryWhole }) => isDiaryWhole !== true,
  MANIFEST_NOT_PASS: ({ manifest, environment }) => isPromoted(environment) && manifest !== 'pass',
  // A hold keeps what runs and promotes nothing; a review takes it back (D-22).
  ROLLOUT_ROLLBACK_REVIEW: ({ rollout, environment }) =>
    rollout === 'ROLLBACK_REVIEW_REQUIRED' || (rollout === null && isPromoted(environment)),
  OPS_LOCK_ACTIVE: ({ operationsLock }) => operationsLock?.state !== 'free',
};

/** Nothing leads to the first tier: a manifest has no target there (10.3). */
function isPromoted(environment: Environment): boolean {
  return STAGE_OF[environment] !== 'experiment';
}

/**
 * Always, but for Kill with nothing left to take down; exposure nobody knows is something.
 * @param exposure `none` only where it was measured.
 */
export function mayReduce(tradingMode: TradingMode | null, exposure: 'none' | 'some' | null) {
  return tradingMode !== 'Kill' || exposure !== 'none';
}
