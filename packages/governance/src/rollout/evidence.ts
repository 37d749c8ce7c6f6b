/** Everything a rollout decision is made of, as plain data: what each source said, and the time. */
import type { BranchStatus } from './branch-status.ts';
import { type Calendar, dayOf, lastClosedSession } from './calendar.ts';
import type { DailyManifest, NamedFile } from './daily.ts';
import { type DivergenceRow } from './divergence.ts';
import type { GoldenManifest, GoldenRegression, NoSilentPath } from './equivalence.ts';
import type { MonitorHealth } from './monitor.ts';
import { bySession, type HistoryRow, streakOf } from './monitor-history.ts';
import type { RolloutPolicy } from './policy.ts';
import type { Reading } from './reading.ts';

/** What the folder holds, source by source. */
export interface Sources {
  readonly manifest: Reading<DailyManifest>;
  /** The files the manifest names; empty where it is none. */
  readonly named: readonly NamedFile[];
  readonly health: Reading<MonitorHealth>;
  readonly history: Reading<readonly HistoryRow[]>;
  readonly divergence: Reading<readonly DivergenceRow[]>;
  readonly branches: Reading<readonly BranchStatus[]>;
  readonly golden: Reading<GoldenRegression>;
  readonly noSilentPath: Reading<NoSilentPath>;
  readonly goldenManifest: Reading<GoldenManifest>;
}

export interface Evidence {
  readonly sources: Sources;
  readonly policy: RolloutPolicy;
  readonly calendar: Calendar;
  /** The day asked about, `YYYY-MM-DD`. */
  readonly asOf: string;
  /** Epoch ms. */
  readonly now: number;
}

/** The latest session whose data should be there; null where the calendar has none near. */
export function expectedSession({ calendar, asOf, now }: Evidence): number | null {
  return lastClosedSession(calendar, dayOf(asOf), now);
}

/** The value of a reading, and null for everything else. */
export function valueOf<T>(reading: Reading<T>): T | null {
  return reading.status === 'value' ? reading.value : null;
}

/** Newest session of a table; null where nothing is known of any. */
export function newestOf<Row extends { readonly as_of: string }>(
  reading: Reading<readonly Row[]>,
): Row | null {
  return bySession(valueOf(reading) ?? []).at(-1) ?? null;
}

/** One session as the monitor saw it. */
interface Session {
  readonly as_of: string;
  readonly hard_count: number;
  readonly warning_count: number;
}

/**
 * All sessions, oldest first. The health of a session the history does not have yet is its newest:
 * a breach counts on the day it is found, and not when its row follows.
 */
function sessionsOf({ health, history }: Sources): readonly Session[] {
  const rows: readonly Session[] = valueOf(history) ?? [];
  const now = valueOf(health);
  const isThere = now === null || rows.some((row) => row.as_of === now.as_of);
  return bySession(isThere ? rows : [...rows, now]);
}

export interface Streaks {
  readonly hard: number;
  /** A hard session is no better than one with a warning, and does not end their row. */
  readonly warning: number;
  readonly divergenceHigh: number;
  /** Apart, and nobody declared it. */
  readonly misaligned: number;
}

export function streaksOf(sources: Sources): Streaks {
  const sessions = sessionsOf(sources);
  const divergence = bySession(valueOf(sources.divergence) ?? []);
  return {
    hard: streakOf(sessions, (row) => row.hard_count > 0),
    warning: streakOf(sessions, (row) => row.warning_count > 0 || row.hard_count > 0),
    divergenceHigh: streakOf(divergence, (row) => row.divergence_level === 'high'),
    misaligned: streakOf(divergence, (row) => !row.control_candidate_aligned && !row.explained),
  };
}

/** Whether a session lies between two of the newest `length` rows, and the one before them. */
export function hasGap(
  rows: readonly { readonly as_of: string }[],
  length: number,
  calendar: Calendar,
): boolean {
  const days = bySession(rows)
    .slice(-length)
    .map((row) => dayOf(row.as_of));
  return days.some((day, index) => {
    const before = days[index - 1];
    if (before === undefined) return false;
    for (let between = before + 1; between < day; between += 1) {
      if (calendar.hasSession(between)) return true;
    }
    return false;
  });
}
