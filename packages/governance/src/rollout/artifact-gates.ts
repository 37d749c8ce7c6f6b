/** The gates that ask whether the sources are there and of one session (section 8.8). */
import { dayOf, sessionsBetween } from './calendar.ts';
import { strangersAmong } from './daily.ts';
import { type Evidence, expectedSession, newestOf, valueOf } from './evidence.ts';
import type { Verdict } from './gate.ts';
import { type Reading, troubleCode } from './reading.ts';

const yes: Verdict = { status: 'pass', value: 'present', threshold: 'present', reasons: [] };

function no(value: string, ...reasons: readonly string[]): Verdict {
  return { status: 'hard', value, threshold: 'present', reasons };
}

export function dailyManifestPresent({ sources }: Evidence): Verdict {
  const { manifest, named } = sources;
  if (manifest.status !== 'value') {
    return no(manifest.status, troubleCode('daily_manifest', manifest));
  }
  const strangers = strangersAmong(manifest.value, named);
  if (strangers.length === 0) return yes;
  return no('unverified', ...strangers.map((path) => `daily_manifest_file_mismatch:${path}`));
}

export function monitorHealthPresent({ sources }: Evidence): Verdict {
  const { health, manifest } = sources;
  if (health.status !== 'value') return no(health.status, troubleCode('monitor_health', health));
  const { as_of: asOf, sha256_of_snapshot: snapshot } = health.value;
  const day = valueOf(manifest);
  const named = day?.files.find(({ path }) => path === 'daily_monitor_snapshot.csv');
  // Of one session there is one snapshot; of another one the alignment of dates tells.
  if (day?.reference_date === asOf && named?.sha256 !== snapshot) {
    return no('unverified', 'monitor_health_snapshot_mismatch');
  }
  return yes;
}

function rowsPresent<Row>(source: string, reading: Reading<readonly Row[]>): Verdict {
  if (reading.status !== 'value') return no(reading.status, troubleCode(source, reading));
  return reading.value.length > 0 ? yes : no('empty', `${source}_empty`);
}

export function monitorHistoryPresent({ sources }: Evidence): Verdict {
  return rowsPresent('monitor_history', sources.history);
}

export function divergenceLogPresent({ sources }: Evidence): Verdict {
  return rowsPresent('divergence_log', sources.divergence);
}

interface Tiers {
  readonly warn: number;
  readonly hard: number;
}

function tiered(value: number, { warn, hard }: Tiers, reason: string): Verdict {
  const found = { value: String(value), threshold: `warn ${warn}; hard ${hard}` };
  if (value >= hard) return { ...found, status: 'hard', reasons: [`${reason}:${value}`] };
  if (value >= warn) return { ...found, status: 'warn', reasons: [`${reason}:${value}`] };
  return { ...found, status: 'pass', reasons: [] };
}

function unknown({ warn, hard }: Tiers, reasons: readonly string[]): Verdict {
  return { status: 'hard', value: null, threshold: `warn ${warn}; hard ${hard}`, reasons };
}

/** Sessions between the newest and the oldest of the four sources. */
export function dateAlignment({ sources, policy, calendar }: Evidence): Verdict {
  const tiers = policy.max_source_lag_sessions;
  const dates = {
    daily_manifest: valueOf(sources.manifest)?.reference_date,
    monitor_health: valueOf(sources.health)?.as_of,
    monitor_history: newestOf(sources.history)?.as_of,
    divergence_log: newestOf(sources.divergence)?.as_of,
  };
  const days: number[] = [];
  const undated: string[] = [];
  for (const [source, date] of Object.entries(dates)) {
    if (date === undefined) undated.push(`date_unknown:${source}`);
    else days.push(dayOf(date));
  }
  if (undated.length > 0) return unknown(tiers, undated);
  const lag = sessionsBetween(calendar, Math.min(...days), Math.max(...days));
  return tiered(lag, tiers, 'sources_apart');
}

/** Sessions between the last that was over and the one the manifest tells of. */
export function dataAge(evidence: Evidence): Verdict {
  const { sources, policy, calendar } = evidence;
  const tiers = policy.max_data_age_sessions;
  const expected = expectedSession(evidence);
  const manifest = valueOf(sources.manifest);
  if (expected === null) return unknown(tiers, ['session_unknown']);
  if (manifest === null) return unknown(tiers, ['date_unknown:daily_manifest']);
  const age = sessionsBetween(calendar, dayOf(manifest.reference_date), expected);
  // A session that is not over cannot have been looked at.
  if (age < 0) return { ...unknown(tiers, [`session_not_over:${-age}`]), value: String(age) };
  return tiered(age, tiers, 'data_old');
}
