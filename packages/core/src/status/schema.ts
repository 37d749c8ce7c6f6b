import { type Static, type TSchema, Type } from 'typebox';
import {
  KILL_REASON_CODES,
  OPEN_PERMISSION_REASON_CODES,
  REDUCE_ONLY_REASON_CODES,
} from '../guard/codes.ts';
import { LOSS_LIMITS } from '../position/losses.ts';
import { closed } from '../parse.ts';

const orNull = <T extends TSchema>(schema: T) => Type.Union([schema, Type.Null()]);
const text = (description: string) => Type.String({ minLength: 1, description });
const count = (description: string) => Type.Integer({ minimum: 0, description });
const epochMs = (description: string) =>
  orNull(Type.Integer({ minimum: 0, description: `${description} Epoch ms.` }));
const share = (description: string) => orNull(Type.Number({ minimum: 0, maximum: 1, description }));

const PROFILES = Type.Enum(['CSP', 'GOP', 'FULL'] as const);
const MODE_REASON = Type.Enum([...KILL_REASON_CODES, ...REDUCE_ONLY_REASON_CODES] as const);
const LATCH_REASON = Type.Enum([...OPEN_PERMISSION_REASON_CODES] as const);

/** What must happen for one reason to end. Texts come from the reason catalogue alone. */
const Unblock = closed({
  type: Type.Enum(['AUTO', 'MANUAL'] as const),
  condition: text('What ends it, in words.'),
  current: text('Where it stands, with the numbers.'),
  target: text('Where it must be.'),
});

const usdOrNull = (description: string) => orNull(Type.Number({ description }));

/** The launch policy at run time (phases section 1.3). */
const LaunchPolicyStatusSchema = closed({
  stage: orNull(Type.Enum(['experiment', 'paper', 'pilot', 'limited_live'] as const)),
  equity_usd: usdOrNull('Of the whole account; null while it is unknown.'),
  losses: Type.Array(
    closed({
      limit: text('As the policy calls it.'),
      name: Type.Enum([...LOSS_LIMITS] as const),
      baseline_usd: usdOrNull('What it is measured from: the start of the period, or its peak.'),
      loss_usd: usdOrNull('Lost since; a gain is below zero.'),
      allowed_usd: usdOrNull('The loss at which it latches.'),
      is_latched: Type.Boolean(),
      latched_at_ms: epochMs('When its latch was recorded; what a reset must name.'),
    }),
  ),
  use: Type.Array(
    closed({
      limit: text('As the policy calls it.'),
      value: orNull(Type.Number({ description: 'What is used now, in the unit of the limit.' })),
      max: orNull(Type.Number({ description: 'Null: the policy sets none, or is unknown.' })),
    }),
  ),
  presence: closed({
    required: Type.Boolean({ description: 'Nothing opens here unless somebody watches.' }),
    person: orNull(text('Who signed to be watching.')),
    until_ms: epochMs('Until when.'),
  }),
});

/**
 * `/api/v1/status`, closed: 33 keys, the launch policy and the owner's view (phases section 5).
 * A value that could not be read is null, where the older schema had no room for unknown
 * (phases section 10.2, 10); for the same reason `mm_util` may exceed 1, `risk_state` may be Kill
 * and `enforced_profile` may be more than CSP.
 */
export const StatusSchema = closed({
  status_schema_version: Type.Literal(1),
  contract_version: Type.Literal('5.2'),
  build_id: text('Build of this process.'),
  runtime_config_hash: text('Hash of the configuration it runs with.'),
  supported_profiles: Type.Array(PROFILES, { uniqueItems: true, description: 'Contains CSP.' }),
  enforced_profile: orNull(PROFILES),
  trading_mode: Type.Enum(['Active', 'ReduceOnly', 'Kill'] as const),
  risk_state: Type.Enum(['Healthy', 'Degraded', 'Maintenance', 'Kill'] as const),
  bunker_mode_active: orNull(Type.Boolean({ description: 'Null: nothing was measured yet.' })),
  connectivity_degraded: orNull(
    Type.Boolean({ description: 'Bunker mode, or any open-permission reason. Null: unknown.' }),
  ),
  mode_reasons: Type.Array(MODE_REASON, { description: 'All of one tier, in contract order.' }),
  open_permission_blocked_latch: Type.Boolean(),
  open_permission_reason_codes: Type.Array(LATCH_REASON),
  open_permission_requires_reconcile: Type.Boolean({ description: 'Equals the latch.' }),
  policy_age_sec: orNull(count('Whole seconds since the policy was vouched for.')),
  last_policy_update_ts: epochMs('When that was.'),
  f1_cert_state: Type.Enum(['PASS', 'FAIL', 'STALE', 'MISSING', 'INVALID'] as const),
  f1_cert_expires_at: epochMs('Null exactly when the certificate is MISSING.'),
  disk_used_pct: share('Share of the disk in use.'),
  disk_used_last_update_ts_ms: epochMs('When it was measured.'),
  disk_used_pct_secondary: share('The same by an independent opinion.'),
  disk_used_secondary_last_update_ts_ms: epochMs('When it was measured.'),
  mm_util: orNull(
    Type.Number({ minimum: 0, description: 'Maintenance margin over equity, worst currency.' }),
  ),
  mm_util_last_update_ts_ms: epochMs('When it was read.'),
  loop_tick_last_ts_ms: epochMs('Last completed turn of the hot loop.'),
  wal_queue_depth: count('Records on their way to the disk; never above the capacity.'),
  wal_queue_capacity: Type.Integer({ minimum: 1 }),
  wal_queue_enqueue_failures: count('Records the queue had no room for.'),
  atomic_naked_events_24h: count('Naked-exposure events of the last day, kept over a restart.'),
  '429_count_5m': count('Requests the venue throttled in five minutes.'),
  '10028_count_5m': count('Sessions it ended for too many requests in five minutes.'),
  deribit_http_p95_ms: orNull(Type.Number({ minimum: 0, description: 'Null without a request.' })),
  ws_event_lag_ms: orNull(count('Since the last message of the venue. Null: there was none.')),
  launch_policy: LaunchPolicyStatusSchema,
  owner_view: closed({
    primary_owner_reason_code: text('The first reason; without one, the state.'),
    owner_message: text('What it means.'),
    unblock: Type.Array(Unblock),
  }),
});

export type StatusDocument = Static<typeof StatusSchema>;
export type UnblockStep = Static<typeof Unblock>;
