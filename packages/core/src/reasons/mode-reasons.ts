import type { ModeReasonCode, OpenPermissionReasonCode } from '../guard/codes.ts';
import type { ClearingCause } from '../guard/risk-state.ts';
import type { Reason } from './reason.ts';

const kill = (meaning: string, by: ClearingCause, clears: string): Reason => ({
  meaning,
  severity: 'critical',
  by,
  clears,
});

/** A cause that goes by itself only once somebody has done something about it. */
const byHand = (reason: Reason): Reason => ({ ...reason, needsPerson: true });

const hold = (meaning: string, by: ClearingCause, clears: string): Reason => ({
  meaning,
  severity: 'warning',
  by,
  clears,
});

/** Why the mode is not Active. Opening is off in all of them; reducing risk never is. */
export const MODE_REASONS = {
  KILL_WATCHDOG_HEARTBEAT_STALE: kill(
    'The heartbeat and the hot loop have both gone silent: the engine looks dead.',
    'fresh_input',
    'Heartbeat and loop tick again within their limit.',
  ),
  KILL_RISKSTATE_KILL: kill(
    'An operator has pulled the emergency stop, or the week has lost its limit: named beside.',
    'operator',
    'The operator releases the stop (`holdfast emergency active`), or resets the loss.',
  ),
  KILL_MARGIN_MM_UTIL_CRITICAL: kill(
    'Margin use is close to liquidation.',
    'fresh_input',
    'Margin use is read again and is below the line.',
  ),
  KILL_RATE_LIMIT_SESSION_TERMINATION: kill(
    'The venue ended our session for too many requests, repeatedly.',
    'reconciliation',
    'Reconnected and fully reconciled.',
  ),
  KILL_DISK_WATERMARK_KILL: byHand(
    kill(
      'Two independent measurements agree that the disk is nearly full.',
      'fresh_input',
      'Somebody frees space on the disk, and it is measured.',
    ),
  ),
  KILL_CORTEX_FORCE_KILL: kill(
    'The market broke down, or this build used a code that nobody knows.',
    'cooldown',
    'The market is orderly again and the cooldown is over.',
  ),
  REDUCEONLY_RISKSTATE_MAINTENANCE: hold(
    'The exchange has announced maintenance.',
    'fresh_input',
    'The maintenance window is over and the exchange answers.',
  ),
  REDUCEONLY_EMERGENCY_REDUCEONLY_ACTIVE: hold(
    'Somebody, or the watchdog, asked for emergency reduce-only.',
    'cooldown',
    'The cooldown is over and, where asked for, a reconciliation has passed.',
  ),
  REDUCEONLY_OPEN_PERMISSION_LATCHED: hold(
    'Opening waits for a reconciliation with the venue.',
    'reconciliation',
    'A full reconciliation passes and no cause of the latch stands.',
  ),
  REDUCEONLY_BUNKER_MODE_ACTIVE: hold(
    'The network is too shaky to trust what we see.',
    'cooldown',
    'Every network figure stays good for the whole exit time.',
  ),
  REDUCEONLY_F1_CERT_INVALID: byHand(
    hold(
      'No valid certificate vouches for this build, configuration and contract.',
      'fresh_input',
      'Somebody certifies this build and configuration again: `holdfast certify`.',
    ),
  ),
  REDUCEONLY_EVIDENCE_CHAIN_NOT_GREEN: hold(
    'Evidence of decisions is not being kept.',
    'cooldown',
    'The evidence chain is green again for its cooldown.',
  ),
  REDUCEONLY_CORTEX_FORCE_REDUCE_ONLY: hold(
    'A monitor of the market or of the exchange asks for caution, or cannot be heard.',
    'fresh_input',
    'The monitor is heard again, and asks for nothing.',
  ),
  REDUCEONLY_FEE_MODEL_HARD_STALE: hold(
    'Fee rates are unknown or too old.',
    'fresh_input',
    'The account is read again.',
  ),
  REDUCEONLY_RISKSTATE_DEGRADED: hold(
    'Something in the system is not healthy; the causes are listed beside.',
    'fresh_input',
    'Every cause clears, each in its own way.',
  ),
  REDUCEONLY_POLICY_STALE: hold(
    'Nobody has vouched for the policy recently.',
    'fresh_input',
    'The policy is offered again.',
  ),
  REDUCEONLY_MARGIN_MM_UTIL_HIGH: hold(
    'Margin use is high.',
    'fresh_input',
    'Margin use is read again and is below the line.',
  ),
  REDUCEONLY_INPUT_MISSING_OR_STALE: hold(
    'Something the guard must know is missing, unreadable or too old; it is named beside.',
    'fresh_input',
    'The input arrives.',
  ),
  REDUCEONLY_WATCHDOG_UNCONFIRMED: hold(
    'The heartbeat is silent, but the loop still turns.',
    'fresh_input',
    'The heartbeat is back.',
  ),
  REDUCEONLY_DISK_KILL_UNCONFIRMED: hold(
    'One measurement says the disk is nearly full; the other does not agree.',
    'fresh_input',
    'Both measurements are below the line.',
  ),
  REDUCEONLY_SESSION_KILL_UNCONFIRMED: hold(
    'The venue ended our session for too many requests, but not often enough to kill.',
    'reconciliation',
    'Reconnected and fully reconciled.',
  ),
} as const satisfies Record<ModeReasonCode, Reason>;

/** Why OPEN waits for a reconciliation. All of them end the same way. */
export const LATCH_REASONS = {
  RESTART_RECONCILE_REQUIRED: hold(
    'The process has just started and has not yet asked the venue what is true.',
    'reconciliation',
    'The first full reconciliation passes.',
  ),
  WS_BOOK_GAP_RECONCILE_REQUIRED: hold(
    'Updates of an order book were missed.',
    'reconciliation',
    'The book is rebuilt and a reconciliation passes.',
  ),
  WS_TRADES_GAP_RECONCILE_REQUIRED: hold(
    'Trades may have been missed.',
    'reconciliation',
    'A reconciliation finds no missing trade.',
  ),
  WS_DATA_STALE_RECONCILE_REQUIRED: hold(
    'Market data went silent, or we could not keep up with it.',
    'reconciliation',
    'Data flows again and a reconciliation passes.',
  ),
  INVENTORY_MISMATCH_RECONCILE_REQUIRED: hold(
    'The venue’s positions or orders are not what our ledger says, or were not compared for long.',
    'reconciliation',
    'Ledger and venue agree.',
  ),
  SESSION_TERMINATION_RECONCILE_REQUIRED: hold(
    'The private session with the venue was lost or ended.',
    'reconciliation',
    'The session is back and a reconciliation passes.',
  ),
} as const satisfies Record<OpenPermissionReasonCode, Reason>;
