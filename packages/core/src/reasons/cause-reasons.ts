import type { RiskCause } from '../guard/risk-state.ts';

/** What a cause means. Its state and how it clears are in `RISK_CAUSES`, and nowhere else. */
export const CAUSE_MEANINGS = {
  contracts_amount_mismatch: 'A proposal’s contracts and amount did not describe the same order.',
  label_too_long: 'An order’s label would have been longer than the venue accepts.',
  label_match_ambiguous: 'A venue order could belong to more than one of our intents.',
  delta_limit_missing: 'The policy sets no delta limit for a coin somebody wants to trade.',
  order_anomaly: 'The venue told us something about an order that cannot be in order.',
  inventory_mismatch:
    'The venue’s positions or orders are not what our ledger says, or were not compared for long.',
  accounting_mismatch: 'The venue’s account of our cash is not what our ledger explains.',
  accounting_unread: 'The venue’s account of our cash has not been compared for too long.',
  mixed_failed_group: 'One leg of a pair traded and the other did not.',
  ws_book_gap: 'Updates of an order book were missed.',
  ws_trades_gap: 'Trades may have been missed.',
  ws_data_stale: 'Market data went silent.',
  public_trades_stale: 'The public trade feed is too old.',
  session_terminated: 'The private session with the venue was lost or ended.',
  rate_limited: 'The venue told us to slow down.',
  svi_guard_trips:
    'Fits of the volatility smile drifted, broke or allowed free money, time and again.',
  limits_fetch_failing: 'Our request limits could not be read three times in five minutes.',
  instrument_metadata_stale: 'The instrument list is too old.',
  fee_model_hard_stale: 'Fee rates are unknown or too old.',
  disk_degraded: 'The disk is filling up.',
  clock_drift: 'Our clock and the venue’s disagree.',
  output_queue_full: 'A queue of what we put out is full, and lines of it are being lost.',
  ledger_unavailable: 'The ledger is full, too slow or failing.',
  group_lock_timeout: 'A step of a group is not on record in time.',
  operations_lock: 'An operation that touches trading is at work, or has not ended well.',
  exchange_maintenance: 'The exchange has announced maintenance.',
  supervisor_absent: 'Nobody has signed that they are watching, and here somebody must.',
  daily_loss: 'The day has lost what the launch policy lets a day lose.',
  drawdown: 'Equity has fallen from the week’s highest by as much as the launch policy allows.',
  weekly_loss: 'The week has lost what the launch policy lets a week lose.',
  operator_reduce_only: 'An operator asked for reduce-only.',
  operator_kill: 'An operator has pulled the emergency stop.',
} as const satisfies Record<RiskCause, string>;
