import { closed, createParser } from '@holdfast/core/parse';
import { type Static, Type } from 'typebox';

/** Result words of the recorded file (phases section 1.11). */
export const SUCCESS = 'success';
export const DENIED = 'permission_denied';
export const SKIPPED = 'skipped';
export const NOT_APPLICABLE = 'not_applicable';

const word = Type.String({ minLength: 1, maxLength: 200 });
const scopes = Type.Array(word, { uniqueItems: true, maxItems: 64 });

const Result = closed({
  attempted: Type.Boolean(),
  result: word,
  matched_expected_account: Type.Optional(Type.Boolean()),
  /** What the venue answered. */
  error: Type.Optional(word),
  /** Why it was not asked, or what the answer means. */
  reason: Type.Optional(word),
});

export type ProbeResult = Static<typeof Result>;

const Provenance = closed({
  clock: Type.Enum(['real', 'virtual']),
  venue: Type.Enum(['live', 'testnet', 'mirror', 'simulated', 'none']),
  data: Type.Enum(['recorded', 'synthetic', 'none']),
  build_id: word,
  node: word,
});

/** Where an item comes from (D-38). `none` where nothing was asked of anybody. */
export type Provenance = Static<typeof Provenance>;

const Entry = closed({
  env: word,
  exchange: word,
  key_id: word,
  account: Type.Optional(Type.Union([word, Type.Null()])),
  scopes,
  /** As the venue says it; null where there is no key. */
  venue_scope: Type.Optional(Type.Union([Type.String({ maxLength: 500 }), Type.Null()])),
  withdraw_enabled: Type.Boolean(),
  transfer_enabled: Type.Optional(Type.Boolean()),
  probe_results: Type.Optional(
    Type.Record(Type.String({ pattern: '^[a-z][a-z_]{0,39}$' }), Result, {
      additionalProperties: false,
    }),
  ),
  timestamp_utc: Type.Optional(word),
  operator: Type.Optional(word),
  provenance: Type.Optional(Provenance),
});

export type ProbeEntry = Static<typeof Entry>;

const Record = closed({
  probe_metadata: Type.Optional(
    closed({ probe_version: word, executed_by: word, timestamp_utc: word }),
  ),
  probes: Type.Array(Entry, { maxItems: 64 }),
  summary: Type.Optional(
    closed({
      total_envs_reviewed: Type.Integer({ minimum: 0 }),
      trade_capable_envs: Type.Array(word),
      paper_trade_capability: Type.Boolean(),
      all_withdrawals_disabled: Type.Boolean(),
      all_transfers_disabled: Type.Boolean(),
      revoked_trade_rejected: Type.Boolean(),
      least_privilege_verified: Type.Boolean(),
    }),
  ),
  operator: Type.Optional(word),
  witness: Type.Optional(word),
});

export type ProbeRecord = Static<typeof Record>;

/** `key_scope_probe.json`. */
export const parseProbeRecord = createParser(Record);
/** The same with one entry and nothing around it. */
export const parseProbeEntry = createParser(Entry);

const PROBE_VERSION = '1.1';

export const isTradeCapable = ({ scopes: granted }: ProbeEntry): boolean =>
  granted.includes('trade');

/** A signature nobody has given. */
export const NOT_SIGNED = 'NOT SIGNED';

/** The document around the entries; the summary is always computed from them. */
export function recordOf(
  entries: readonly ProbeEntry[],
  about: { readonly executedBy: string; readonly at: string; readonly leastPrivilege: boolean },
): ProbeRecord {
  const traders = entries.filter(isTradeCapable);
  return {
    probe_metadata: {
      probe_version: PROBE_VERSION,
      executed_by: about.executedBy,
      timestamp_utc: about.at,
    },
    probes: [...entries],
    summary: {
      total_envs_reviewed: new Set(entries.map(({ env }) => env)).size,
      trade_capable_envs: [...new Set(traders.map(({ env }) => env))],
      paper_trade_capability: traders.some(({ env }) => env === 'PAPER'),
      all_withdrawals_disabled: entries.every((entry) => !entry.withdraw_enabled),
      all_transfers_disabled: entries.every((entry) => entry.transfer_enabled === false),
      revoked_trade_rejected:
        traders.length > 0 &&
        traders.every(
          (entry) => entry.probe_results?.['trade_with_revoked_key']?.result === DENIED,
        ),
      least_privilege_verified: about.leastPrivilege,
    },
    operator: NOT_SIGNED,
    witness: NOT_SIGNED,
  };
}
