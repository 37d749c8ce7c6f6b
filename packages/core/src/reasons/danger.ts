import type { ModeReasonCode, OpenPermissionReasonCode } from '../guard/codes.ts';
import type { RiskCause } from '../guard/risk-state.ts';

/**
 * `benign`: the system does what it is meant to, and nobody need act. `dangerous`: money, keys or
 * the engine itself may be at risk; look now.
 */
export type Danger = 'benign' | 'dangerous';

/** Phases section 8: every code says whether it is benign. */
export const MODE_DANGER = {
  KILL_WATCHDOG_HEARTBEAT_STALE: 'dangerous',
  KILL_RISKSTATE_KILL: 'dangerous',
  KILL_MARGIN_MM_UTIL_CRITICAL: 'dangerous',
  KILL_RATE_LIMIT_SESSION_TERMINATION: 'dangerous',
  KILL_DISK_WATERMARK_KILL: 'dangerous',
  KILL_CORTEX_FORCE_KILL: 'dangerous',
  REDUCEONLY_RISKSTATE_MAINTENANCE: 'benign',
  REDUCEONLY_EMERGENCY_REDUCEONLY_ACTIVE: 'dangerous',
  REDUCEONLY_OPEN_PERMISSION_LATCHED: 'benign',
  REDUCEONLY_BUNKER_MODE_ACTIVE: 'benign',
  REDUCEONLY_F1_CERT_INVALID: 'benign',
  REDUCEONLY_EVIDENCE_CHAIN_NOT_GREEN: 'dangerous',
  REDUCEONLY_CORTEX_FORCE_REDUCE_ONLY: 'benign',
  REDUCEONLY_FEE_MODEL_HARD_STALE: 'benign',
  REDUCEONLY_RISKSTATE_DEGRADED: 'dangerous',
  REDUCEONLY_POLICY_STALE: 'benign',
  REDUCEONLY_MARGIN_MM_UTIL_HIGH: 'dangerous',
  REDUCEONLY_INPUT_MISSING_OR_STALE: 'dangerous',
  REDUCEONLY_WATCHDOG_UNCONFIRMED: 'dangerous',
  REDUCEONLY_DISK_KILL_UNCONFIRMED: 'dangerous',
  REDUCEONLY_SESSION_KILL_UNCONFIRMED: 'dangerous',
} as const satisfies Record<ModeReasonCode, Danger>;

export const LATCH_DANGER = {
  RESTART_RECONCILE_REQUIRED: 'benign',
  WS_BOOK_GAP_RECONCILE_REQUIRED: 'benign',
  WS_TRADES_GAP_RECONCILE_REQUIRED: 'benign',
  WS_DATA_STALE_RECONCILE_REQUIRED: 'benign',
  INVENTORY_MISMATCH_RECONCILE_REQUIRED: 'dangerous',
  SESSION_TERMINATION_RECONCILE_REQUIRED: 'dangerous',
} as const satisfies Record<OpenPermissionReasonCode, Danger>;

/** Causes that come and go in an ordinary day. */
const BENIGN_CAUSES: readonly RiskCause[] = [
  'ws_book_gap',
  'ws_trades_gap',
  'ws_data_stale',
  'public_trades_stale',
  'rate_limited',
  'instrument_metadata_stale',
  'fee_model_hard_stale',
  'exchange_maintenance',
];

/** A cause nobody has called benign is dangerous. */
export function causeDanger(cause: RiskCause): Danger {
  return BENIGN_CAUSES.includes(cause) ? 'benign' : 'dangerous';
}
