/** The gates that ask how the candidate does: monitor and divergence (section 8.8). */
import { type Evidence, hasGap, newestOf, type Sources, streaksOf, valueOf } from './evidence.ts';
import type { Verdict } from './gate.ts';
import { troubleCode } from './reading.ts';

function unknown(status: 'warn' | 'hard', threshold: string, reason: string): Verdict {
  return { status, value: null, threshold, reasons: [reason] };
}

/** A streak over a missing session counts, and says that it does. */
function gapOf({ sources, calendar }: Evidence, table: 'history' | 'divergence', streak: number) {
  const rows = valueOf<readonly { readonly as_of: string }[]>(sources[table]) ?? [];
  return hasGap(rows, streak, calendar) ? ['history_gap'] : [];
}

/** Two sources of one session that count otherwise: one of them is wrong, nobody knows which. */
function isDisputed({ health, history }: Sources): boolean {
  const now = valueOf(health);
  const row = valueOf(history)?.findLast(({ as_of: asOf }) => asOf === now?.as_of);
  if (now === null || row === undefined) return false;
  return row.hard_count !== now.hard_count || row.warning_count !== now.warning_count;
}

export function monitorHard(evidence: Evidence): Verdict {
  const { sources, policy } = evidence;
  const min = policy.hard_streak_rollback_min;
  const threshold = `review at ${min} in a row`;
  const { health } = sources;
  if (health.status !== 'value') {
    return unknown('hard', threshold, troubleCode('monitor_health', health));
  }
  const { hard_count: now } = health.value;
  const value = String(now);
  if (isDisputed(sources)) {
    return { status: 'hard', value, threshold, reasons: ['monitor_history_disagrees'] };
  }
  if (now === 0) return { status: 'pass', value, threshold, reasons: [] };
  const { hard: streak } = streaksOf(sources);
  const reasons = [`hard_metrics:${now}:${streak}`, ...gapOf(evidence, 'history', streak)];
  return { status: streak < min ? 'warn' : 'hard', value, threshold, reasons };
}

export function monitorWarning(evidence: Evidence): Verdict {
  const { sources, policy } = evidence;
  const { warning_streak_hold_min: hold, warning_streak_rollback_min: rollback } = policy;
  const threshold = `hold at ${hold}; review at ${rollback ?? 'never'} in a row`;
  const { health } = sources;
  if (health.status !== 'value') {
    return unknown('hard', threshold, troubleCode('monitor_health', health));
  }
  const { warning_count: now } = health.value;
  const value = String(now);
  const { warning: streak } = streaksOf(sources);
  if (now === 0 || streak < hold) return { status: 'pass', value, threshold, reasons: [] };
  const reasons = [`warning_metrics:${now}:${streak}`, ...gapOf(evidence, 'history', streak)];
  const isLong = rollback !== null && streak >= rollback;
  return { status: isLong ? 'hard' : 'warn', value, threshold, reasons };
}

export function divergenceLevel(evidence: Evidence): Verdict {
  const { sources, policy } = evidence;
  const { rollback_min: min } = policy.divergence_high_streak;
  const threshold = `hold at medium; review at ${min} high in a row`;
  const { divergence } = sources;
  if (divergence.status !== 'value') {
    return unknown('hard', threshold, troubleCode('divergence_log', divergence));
  }
  const row = newestOf(divergence);
  if (row === null) return unknown('hard', threshold, 'divergence_log_empty');
  const { divergence_level: value } = row;
  if (value === 'none' || value === 'low') {
    return { status: 'pass', value, threshold, reasons: [] };
  }
  if (value === 'medium') {
    return { status: 'warn', value, threshold, reasons: ['divergence_medium'] };
  }
  const { divergenceHigh: streak } = streaksOf(sources);
  const reasons = [`divergence_high:${streak}`, ...gapOf(evidence, 'divergence', streak)];
  return { status: streak < min ? 'warn' : 'hard', value, threshold, reasons };
}

/** It only ever warns; where nothing is known that is what it does. */
export function controlCandidateAlignment(evidence: Evidence): Verdict {
  const { sources, policy } = evidence;
  const { warn } = policy.misalignment_streak;
  const threshold = `hold at ${warn} in a row`;
  const { divergence } = sources;
  if (divergence.status !== 'value') {
    return unknown('warn', threshold, troubleCode('divergence_log', divergence));
  }
  if (divergence.value.length === 0) return unknown('warn', threshold, 'divergence_log_empty');
  const { misaligned: streak } = streaksOf(sources);
  const value = String(streak);
  if (streak < warn) return { status: 'pass', value, threshold, reasons: [] };
  const reasons = [`misaligned:${streak}`, ...gapOf(evidence, 'divergence', streak)];
  return { status: 'warn', value, threshold, reasons };
}
