import type { MonoMs } from '../values/index.ts';
import type { RiskState } from './mode.ts';

/** The closed list of what may make things better again (D-11). */
export type ClearingCause = 'fresh_input' | 'reconciliation' | 'cooldown' | 'operator';

interface CauseRule {
  readonly state: Exclude<RiskState, 'Healthy'>;
  readonly clears: ClearingCause;
  /**
   * Reconciliation alone does not prove that the fault is gone, only that nothing came of it: one
   * whole reconcile cycle must pass without it (AMB-45).
   */
  readonly needsQuietCycle?: true;
  /** For `operator`: only with a recorded, signed approval; a word alone does not do. */
  readonly needsApproval?: true;
  /** For `cooldown`: ms since it was last raised. */
  readonly cooldownMs?: number;
}

/**
 * How long a throttled venue must stay silent about it: one period of the limits poll (section 45).
 */
const RATE_LIMIT_COOLDOWN_MS = 60_000;

/**
 * Everything that makes the system less than healthy (contract-1 section 30.2), and what ends it.
 */
export const RISK_CAUSES = {
  contracts_amount_mismatch: { state: 'Degraded', clears: 'reconciliation', needsQuietCycle: true },
  label_too_long: { state: 'Degraded', clears: 'reconciliation', needsQuietCycle: true },
  label_match_ambiguous: { state: 'Degraded', clears: 'reconciliation', needsQuietCycle: true },
  delta_limit_missing: { state: 'Degraded', clears: 'reconciliation', needsQuietCycle: true },
  order_anomaly: { state: 'Degraded', clears: 'reconciliation' },
  inventory_mismatch: { state: 'Degraded', clears: 'reconciliation' },
  accounting_mismatch: { state: 'Degraded', clears: 'operator' },
  accounting_unread: { state: 'Degraded', clears: 'reconciliation' },
  mixed_failed_group: { state: 'Degraded', clears: 'fresh_input' },
  ws_book_gap: { state: 'Degraded', clears: 'reconciliation' },
  ws_trades_gap: { state: 'Degraded', clears: 'reconciliation' },
  ws_data_stale: { state: 'Degraded', clears: 'reconciliation' },
  public_trades_stale: { state: 'Degraded', clears: 'reconciliation' },
  session_terminated: { state: 'Degraded', clears: 'reconciliation' },
  rate_limited: { state: 'Degraded', clears: 'cooldown', cooldownMs: RATE_LIMIT_COOLDOWN_MS },
  svi_guard_trips: { state: 'Degraded', clears: 'fresh_input' },
  limits_fetch_failing: { state: 'Degraded', clears: 'fresh_input' },
  instrument_metadata_stale: { state: 'Degraded', clears: 'fresh_input' },
  fee_model_hard_stale: { state: 'Degraded', clears: 'fresh_input' },
  disk_degraded: { state: 'Degraded', clears: 'fresh_input' },
  clock_drift: { state: 'Degraded', clears: 'fresh_input' },
  output_queue_full: { state: 'Degraded', clears: 'fresh_input' },
  ledger_unavailable: { state: 'Degraded', clears: 'fresh_input' },
  group_lock_timeout: { state: 'Degraded', clears: 'fresh_input' },
  operations_lock: { state: 'Degraded', clears: 'fresh_input' },
  exchange_maintenance: { state: 'Maintenance', clears: 'fresh_input' },
  supervisor_absent: { state: 'Degraded', clears: 'operator' },
  daily_loss: { state: 'Degraded', clears: 'operator', needsApproval: true },
  drawdown: { state: 'Degraded', clears: 'operator', needsApproval: true },
  weekly_loss: { state: 'Kill', clears: 'operator', needsApproval: true },
  operator_reduce_only: { state: 'Degraded', clears: 'operator' },
  operator_kill: { state: 'Kill', clears: 'operator' },
} as const satisfies Record<string, CauseRule>;

export type RiskCause = keyof typeof RISK_CAUSES;

const RULES: Readonly<Record<RiskCause, CauseRule>> = RISK_CAUSES;

interface RaisedCause {
  raisedAt: MonoMs;
  /** A clean reconciliation has passed since it was last raised. */
  isQuiet: boolean;
}

/** The causes that stand; the state is their maximum (AMB-35). An observation, updated in place. */
export type RiskCauses = Map<RiskCause, RaisedCause>;

export function createRiskCauses(): RiskCauses {
  return new Map();
}

/**
 * Raising again restarts the cause's cooldown or quiet cycle. @returns false when it stood already.
 */
export function raiseCause(causes: RiskCauses, cause: RiskCause, at: MonoMs): boolean {
  const standing = causes.get(cause);
  if (standing === undefined) {
    causes.set(cause, { raisedAt: at, isQuiet: false });
    return true;
  }
  standing.raisedAt = at;
  standing.isQuiet = false;
  return false;
}

/**
 * A fresh input or the operator ends exactly the cause it is about, and only if that is what ends
 * it.
 * @returns whether it was cleared.
 */
export function clearCause(
  causes: RiskCauses,
  cause: RiskCause,
  by: 'fresh_input' | 'operator',
): boolean {
  return RULES[cause].clears === by && causes.delete(cause);
}

/**
 * After a clean full reconciliation. Causes that are still at fault stay, whatever the venue says.
 * @param startedAt when the snapshot was asked for: what was raised since, it may not have seen.
 * @returns what was cleared.
 */
export function clearReconciled(
  causes: RiskCauses,
  startedAt: MonoMs,
  stillAtFault: readonly RiskCause[] = [],
): readonly RiskCause[] {
  const cleared: RiskCause[] = [];
  for (const [cause, raised] of causes) {
    const rule = RULES[cause];
    if (rule.clears !== 'reconciliation' || raised.raisedAt >= startedAt) continue;
    if (stillAtFault.includes(cause)) raised.isQuiet = false;
    else if (rule.needsQuietCycle === true && !raised.isQuiet) raised.isQuiet = true;
    else cleared.push(cause);
  }
  for (const cause of cleared) causes.delete(cause);
  return cleared;
}

/** Ends the cooldowns that are over: exactly at the end is over. @returns what was cleared. */
export function clearCooledDown(causes: RiskCauses, now: MonoMs): readonly RiskCause[] {
  const cleared: RiskCause[] = [];
  for (const [cause, raised] of causes) {
    const { clears, cooldownMs } = RULES[cause];
    if (clears !== 'cooldown' || cooldownMs === undefined) continue;
    if (now - raised.raisedAt >= cooldownMs) cleared.push(cause);
  }
  for (const cause of cleared) causes.delete(cause);
  return cleared;
}

const SEVERITY: Readonly<Record<RiskState, number>> = {
  Healthy: 0,
  Degraded: 1,
  Maintenance: 2,
  Kill: 3,
};

/** Healthy < Degraded < Maintenance < Kill: the worst cause speaks (AMB-35). */
export function currentRiskState(causes: RiskCauses): RiskState {
  let worst: RiskState = 'Healthy';
  if (causes.size === 0) return worst;
  for (const cause of causes.keys()) {
    const { state } = RULES[cause];
    if (SEVERITY[state] > SEVERITY[worst]) worst = state;
  }
  return worst;
}

/** Names of the standing causes, in the order of the table above. */
export function standingCauses(causes: RiskCauses): readonly RiskCause[] {
  return (Object.keys(RISK_CAUSES) as RiskCause[]).filter((cause) => causes.has(cause));
}
