import type { StatusDocument } from '@holdfast/core/status';

/** What alerts are judged by: figures of one status, and the lines the policy in force draws. */
export interface AlertInputs {
  readonly status: Pick<
    StatusDocument,
    | 'atomic_naked_events_24h'
    | '429_count_5m'
    | '10028_count_5m'
    | 'policy_age_sec'
    | 'disk_used_pct'
  >;
  readonly maxPolicyAgeSec: number;
  readonly diskPauseArchivesPct: number;
}

/** One figure against its line; a value that is null could not be read. */
export interface AlertReading {
  readonly value: number | null;
  readonly isRaised: boolean;
}

export interface AlertRule {
  /** As contract-2 section 19.2 calls it. */
  readonly name: string;
  readonly condition: string;
  /** Null: what it looks at is no part of this build, so it is never said to be quiet. */
  readonly read: ((inputs: AlertInputs) => AlertReading) | null;
}

/**
 * The minimum set (contract-2 section 19.2), in its order. The evidence chain and the archives come
 * with governance; a build without them lists their alerts and answers none of them.
 */
export const ALERT_RULES: readonly AlertRule[] = [
  {
    name: 'atomic_naked_events',
    condition: 'above 0 in 24 hours',
    read: ({ status }) => above(status.atomic_naked_events_24h, 0),
  },
  {
    name: '429_count_5m',
    condition: 'above 0',
    read: ({ status }) => above(status['429_count_5m'], 0),
  },
  {
    name: '10028_count_5m',
    condition: 'above 0',
    read: ({ status }) => above(status['10028_count_5m'], 0),
  },
  {
    name: 'policy_age_sec',
    condition: 'above max_policy_age_sec',
    read: ({ status, maxPolicyAgeSec }) => above(status.policy_age_sec, maxPolicyAgeSec),
  },
  { name: 'decision_snapshot_write_errors', condition: 'above 0', read: null },
  { name: 'truth_capsule_write_errors', condition: 'above 0', read: null },
  { name: 'parquet_queue_overflow_count', condition: 'above 0', read: null },
  { name: 'evidence_guard_blocked_opens_count', condition: 'above 0', read: null },
  {
    name: 'disk_used_pct',
    condition: 'at disk_pause_archives_pct or above',
    read: ({ status, diskPauseArchivesPct }) =>
      judge(status.disk_used_pct, (value) => value >= diskPauseArchivesPct),
  },
  { name: 'parquet_write_errors', condition: 'above 0', read: null },
];

const above = (value: number | null, line: number): AlertReading =>
  judge(value, (figure) => figure > line);

/** What is no number has not been read. */
function judge(value: number | null, isOver: (value: number) => boolean): AlertReading {
  if (value === null || !Number.isFinite(value)) return { value: null, isRaised: false };
  return { value, isRaised: isOver(value) };
}
