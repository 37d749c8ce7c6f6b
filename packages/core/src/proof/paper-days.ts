import type { PaperRun } from './paper-run.ts';

/** Of a UTC day; there are no leap seconds in epoch time. */
export const DAY_MS = 86_400_000;

/** From the first instant up to, and without, the last. */
interface Span {
  readonly from: number;
  readonly to: number;
}

export interface Coverage {
  /** A gap that is no longer costs no time. ms. */
  readonly gapMs: number;
  /** So much of a UTC day must be covered for it to count. ms. */
  readonly dayMs: number;
}

/** The runs without a stain that began after the last one with a stain had ended. */
export function cleanOf(
  runs: readonly PaperRun[],
  isStained: (run: PaperRun) => boolean,
): readonly PaperRun[] {
  const since = Math.max(0, ...runs.filter(isStained).map((run) => run.written_at));
  return runs.filter((run) => !isStained(run) && run.started_at >= since);
}

/** UTC days, counted from 1970, of which the runs together cover enough; in their order. */
export function coveredDays(runs: readonly PaperRun[], rule: Coverage): readonly number[] {
  const spans = joined(runs.flatMap((run) => spansOf(run, rule.gapMs)));
  const byDay = new Map<number, number>();
  for (const { from, to } of spans) {
    for (let at = from; at < to; ) {
      const day = Math.floor(at / DAY_MS);
      const end = Math.min(to, (day + 1) * DAY_MS);
      byDay.set(day, (byDay.get(day) ?? 0) + end - at);
      at = end;
    }
  }
  return [...byDay]
    .filter(([, covered]) => covered >= rule.dayMs)
    .map(([day]) => day)
    .sort((a, b) => a - b);
}

/** Days on which the runs sent an order. */
export function tradedDays(runs: readonly PaperRun[]): ReadonlySet<number> {
  const traded = runs.flatMap((run) => run.days.filter(({ orders }) => orders > 0));
  return new Set(traded.map(({ from }) => from / DAY_MS));
}

/** The most days in a row. */
export function longestStreak(days: readonly number[]): number {
  let longest = 0;
  let streak = 0;
  let before = Number.NaN;
  for (const day of days) {
    streak = day === before + 1 ? streak + 1 : 1;
    longest = Math.max(longest, streak);
    before = day;
  }
  return longest;
}

/** A run without its longer gaps. */
function spansOf(run: PaperRun, gapMs: number): readonly Span[] {
  const end = run.written_at;
  const gaps = run.gaps
    .filter(({ scope }) => scope === 'source')
    .map(({ started_at: from, ended_at: to }) => ({ from, to: to ?? end }))
    .filter(({ from, to }) => to - from > gapMs);
  const spans: Span[] = [];
  let at = run.started_at;
  for (const { from, to } of joined(gaps)) {
    if (from > at) spans.push({ from: at, to: Math.min(from, end) });
    at = Math.max(at, to);
  }
  if (at < end) spans.push({ from: at, to: end });
  return spans;
}

/** The same time, each instant once, in its order. */
function joined(spans: readonly Span[]): readonly Span[] {
  const result: Span[] = [];
  for (const span of spans.toSorted((a, b) => a.from - b.from)) {
    const last = result.at(-1);
    if (last === undefined || span.from > last.to) result.push(span);
    else if (span.to > last.to) result[result.length - 1] = { from: last.from, to: span.to };
  }
  return result;
}
