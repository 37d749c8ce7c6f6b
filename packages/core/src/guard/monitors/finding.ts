import type { MonoMs } from '../../values/index.ts';

/** What a monitor looks at, as the contract names it (contract-1 sections 40 to 43). */
export type Figure =
  | 'spread_bps'
  | 'depth_topN'
  | 'dvol_rise'
  | 'basis_mark_last_bps'
  | 'basis_mark_index_bps'
  | 'announcements_age_ms'
  | 'deribit_http_p95_ms'
  | 'ws_event_lag_ms'
  | 'request_timeout_rate'
  | 'drift_ms'
  | 'chrony_drift_ms';

/**
 * One figure that holds the system down, or may soon. `breached`: over its line now. `cooling`:
 * within it again, and its cooldown runs. `missing` and `stale`: nobody can say.
 */
export interface MonitorFinding {
  readonly figure: Figure;
  /** Instrument or coin; null where it is of the whole connection. */
  readonly subject: string | null;
  readonly standing: 'breached' | 'cooling' | 'missing' | 'stale';
  readonly asks: 'Kill' | 'ReduceOnly' | 'nothing yet';
  /** Null where there is none to be read. */
  readonly value: number | null;
  /** The line it is held against, or its greatest age where it is missing or stale. */
  readonly limit: number;
  readonly unit: 'bps' | 'USD' | 'ratio' | 'ms';
  /** When it began; for `cooling`, when it was last over its line. Null: since the start. */
  readonly since: MonoMs | null;
  /** When the cooldown is over, if nothing new happens; null where no time ends it. */
  readonly clearsAt: MonoMs | null;
  readonly clears: string;
}

export const NO_FINDINGS: readonly MonitorFinding[] = Object.freeze([]);

/** A finding in one line: which figure, its value and its line, since when, and what ends it. */
export function sayFinding(finding: MonitorFinding, now: MonoMs): string {
  const { figure, subject, standing, asks, since, clearsAt, clears } = finding;
  const name = subject === null ? figure : `${figure} ${subject}`;
  const began = since === null ? 'since the start' : `since ${seconds(now - since)} s`;
  const left = clearsAt === null ? '' : `, ${seconds(clearsAt - now)} s left`;
  const state = `${name} ${sayValue(finding)}, ${standing} ${began}`;
  return `${state}: asks ${asks}; clears: ${clears}${left}`;
}

function sayValue({ value, limit, unit, standing }: MonitorFinding): string {
  if (standing === 'missing') return 'has no reading';
  const shown = value === null ? 'unknown' : `${rounded(value)} ${unit}`;
  if (standing === 'stale') return `older than ${limit} ms, last ${shown}`;
  return `${shown} against ${rounded(limit)} ${unit}`;
}

const rounded = (value: number): string =>
  Number.isFinite(value) ? String(Number(value.toFixed(4))) : 'without end';

const seconds = (ms: number): string => String(Number((Math.max(0, ms) / 1_000).toFixed(1)));
