/**
 * What the owner's side checks of a status document (phases section 5), written from the text and
 * not from the code: the schema, then the rules that span keys. Not product code.
 */
import { createParser } from '../src/parse.ts';
import { type StatusDocument, StatusSchema } from '../src/status.ts';

/** The 33 keys as the schema of phases section 5 lists them. */
export const STATUS_KEYS =
  `status_schema_version contract_version build_id runtime_config_hash supported_profiles
enforced_profile trading_mode risk_state bunker_mode_active connectivity_degraded mode_reasons
open_permission_blocked_latch open_permission_reason_codes open_permission_requires_reconcile
policy_age_sec last_policy_update_ts f1_cert_state f1_cert_expires_at disk_used_pct
disk_used_last_update_ts_ms disk_used_pct_secondary disk_used_secondary_last_update_ts_ms mm_util
mm_util_last_update_ts_ms loop_tick_last_ts_ms wal_queue_depth wal_queue_capacity
wal_queue_enqueue_failures atomic_naked_events_24h 429_count_5m 10028_count_5m deribit_http_p95_ms
ws_event_lag_ms`.split(/\s+/);

/** Contract-1 section 34.3, in its mandatory order. */
const ORDER = `KILL_WATCHDOG_HEARTBEAT_STALE KILL_RISKSTATE_KILL KILL_MARGIN_MM_UTIL_CRITICAL
KILL_RATE_LIMIT_SESSION_TERMINATION KILL_DISK_WATERMARK_KILL KILL_CORTEX_FORCE_KILL
REDUCEONLY_RISKSTATE_MAINTENANCE REDUCEONLY_EMERGENCY_REDUCEONLY_ACTIVE
REDUCEONLY_OPEN_PERMISSION_LATCHED REDUCEONLY_BUNKER_MODE_ACTIVE REDUCEONLY_F1_CERT_INVALID
REDUCEONLY_EVIDENCE_CHAIN_NOT_GREEN REDUCEONLY_CORTEX_FORCE_REDUCE_ONLY
REDUCEONLY_FEE_MODEL_HARD_STALE REDUCEONLY_RISKSTATE_DEGRADED REDUCEONLY_POLICY_STALE
REDUCEONLY_MARGIN_MM_UTIL_HIGH REDUCEONLY_INPUT_MISSING_OR_STALE REDUCEONLY_WATCHDOG_UNCONFIRMED
REDUCEONLY_DISK_KILL_UNCONFIRMED REDUCEONLY_SESSION_KILL_UNCONFIRMED`.split(/\s+/);

const parse = createParser(StatusSchema);

/** The rules a document breaks, by the tags of the validator; none when it is sound. */
export function brokenRules(value: unknown): readonly string[] {
  const parsed = parse(value);
  if (!parsed.ok) return parsed.violations.map(({ path, rule }) => `[SCHEMA] ${path} ${rule}`);
  return [
    ...keysOf(parsed.value),
    ...modeOf(parsed.value),
    ...latchOf(parsed.value),
    ...valuesOf(parsed.value),
  ];
}

function keysOf(status: StatusDocument): string[] {
  const keys = Object.keys(status).filter((key) => key !== 'owner_view' && key !== 'launch_policy');
  const lacking = STATUS_KEYS.filter((key) => !keys.includes(key));
  const extra = keys.filter((key) => !STATUS_KEYS.includes(key));
  return [...lacking.map((key) => `[CSP-MIN] ${key}`), ...extra.map((key) => `[STRICT] ${key}`)];
}

function modeOf(status: StatusDocument): string[] {
  const { trading_mode: mode, mode_reasons: reasons } = status;
  const broken: string[] = [];
  if ((mode === 'Active') !== (reasons.length === 0)) broken.push('[INVARIANT] reasons');
  const tier = mode === 'Kill' ? 'KILL_' : 'REDUCEONLY_';
  if (!reasons.every((reason) => reason.startsWith(tier))) broken.push('[TIER]');
  const places = reasons.map((reason) => ORDER.indexOf(reason));
  const sorted = [...new Set(places)].sort((a, b) => a - b);
  if (places.join() !== sorted.join()) broken.push('[ORDER]');
  return broken;
}

function latchOf(status: StatusDocument): string[] {
  const { trading_mode: mode, mode_reasons: reasons } = status;
  const latched = status.open_permission_blocked_latch;
  const codes = status.open_permission_reason_codes;
  const broken: string[] = [];
  if (latched !== codes.length > 0) broken.push('[LATCH] codes');
  if (latched !== status.open_permission_requires_reconcile) broken.push('[LATCH] reconcile');
  if (latched && mode === 'Active') broken.push('[DECISION-A] Active');
  const named = reasons.includes('REDUCEONLY_OPEN_PERMISSION_LATCHED');
  if (mode === 'ReduceOnly' && latched !== named) broken.push('[DECISION-A] reason');
  return broken;
}

function valuesOf(status: StatusDocument): string[] {
  const broken: string[] = [];
  const missing = status.f1_cert_state === 'MISSING';
  if (missing !== (status.f1_cert_expires_at === null)) broken.push('[F1]');
  if (status.wal_queue_depth > status.wal_queue_capacity) broken.push('[WAL]');
  if (!status.supported_profiles.includes('CSP')) broken.push('[PROFILES]');
  const first = status.mode_reasons[0] ?? status.open_permission_reason_codes[0];
  const owner = status.owner_view.primary_owner_reason_code;
  if (first === undefined ? !owner.startsWith('STATE_') : owner !== first) broken.push('[OWNER]');
  if (status.trading_mode !== 'Active' && status.owner_view.unblock.length === 0) {
    broken.push('[OWNER] unblock');
  }
  return broken;
}
