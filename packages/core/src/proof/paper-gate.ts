import { cleanOf, coveredDays, DAY_MS, longestStreak, tradedDays } from './paper-days.ts';
import type { PaperRun } from './paper-run.ts';

/** What paper trading has to show before real money (D-19), and the bounds it is measured by. */
export const PAPER_NEEDS = Object.freeze({
  tradingDays: 10,
  calendarDays: 14,
  faults: 8,
  /** A gap of the source that is no longer costs no time. ms. */
  gapMs: 60_000,
  /** So much of a UTC day must be covered for it to count. ms. */
  dayMs: 79_200_000,
  /** Containments of one UTC day. */
  containmentsPerDay: 3,
  /** How far the offset between our clock and the source's may move in one run. ms. */
  offsetMovedMs: 1_000,
});

/** Missing evidence is never a pass, and an error is no no (D-23). */
export type PaperAnswer = 'pass' | 'fail' | 'error' | 'inconclusive';

export type PaperBlockerCode = keyof typeof ANSWERS;

/** Why not, by code with its operands. */
export interface PaperBlocker {
  readonly code: PaperBlockerCode;
  /** Which run; null where it is about all of them. */
  readonly runId: string | null;
  readonly operands: Readonly<Record<string, string | number>>;
}

/** What each blocker makes the answer: known to be wrong, or not known to be right. */
const ANSWERS = Object.freeze({
  evidence_unreadable: 'error',
  run_told_twice: 'error',
  no_runs: 'inconclusive',
  venue_not_mirror: 'fail',
  clock_not_real: 'fail',
  data_synthetic: 'fail',
  engine_unknown: 'inconclusive',
  positions_unknown: 'inconclusive',
  positions_unreconciled: 'fail',
  orders_left_unknown: 'inconclusive',
  orders_left_open: 'fail',
  duplicate_dispatches: 'fail',
  containment_unbounded: 'fail',
  containment_without_reason: 'fail',
  ledger_not_verified: 'fail',
  invariant_violated: 'fail',
  gaps_left_out: 'inconclusive',
  clock_offset_unknown: 'inconclusive',
  clock_offset_moved: 'fail',
  days_insufficient: 'fail',
  faults_insufficient: 'fail',
} as const satisfies Readonly<Record<string, Exclude<PaperAnswer, 'pass'>>>);

export interface PaperVerdict {
  readonly answer: PaperAnswer;
  readonly blockers: readonly PaperBlocker[];
  /** UTC days, counted from 1970, each covered enough by runs that count and are clean. */
  readonly days: readonly number[];
  /** How many of them saw an order. */
  readonly tradingDays: number;
  /** The most of them in a row. */
  readonly calendarDays: number;
  /** Names of the faults that count. */
  readonly faults: readonly string[];
  readonly counted: readonly string[];
}

/** A file that should have been a run. */
export interface Unreadable {
  readonly place: string;
  readonly detail: string;
}

/**
 * The paper gate (D-19, D-38): 10 trading or 14 calendar days clean, and 8 faults recorded. Only
 * runs that mirrored a real market as it happened are counted; what they overlap is counted once,
 * and what the source left out longer than the bound is not. A run that is not clean takes back
 * everything before its end: the days begin anew after it.
 */
export function paperGate(
  runs: readonly PaperRun[],
  unreadable: readonly Unreadable[] = [],
): PaperVerdict {
  const broken = [...unreadable.map(unreadableOf), ...toldTwice(runs)];
  const strangers = runs.flatMap(strangenessOf);
  const strange = new Set(strangers.map(({ runId }) => runId));
  const counted = runs.filter(({ run_id: id }) => !strange.has(id));
  const stains = counted.flatMap(stainsOf);
  const known = achievedBy(counted, stains);
  // If what nobody knows were good: is it only that which is missing?
  const proven = stains.filter(({ code }) => ANSWERS[code] === 'fail');
  const short = shortcomings(runs, known);
  const shortAnyway = shortcomings(runs, achievedBy(counted, proven));
  // Where everything is there, what went before it has been made good.
  const open =
    short.length === 0
      ? []
      : shortAnyway.length === 0
        ? stains.filter((stain) => !proven.includes(stain))
        : [...strangers, ...stains, ...shortAnyway];
  const blockers = [...broken, ...open];
  return {
    answer: answerOf(blockers),
    blockers,
    ...known,
    counted: counted.map(({ run_id: id }) => id),
  };
}

type Achieved = Pick<PaperVerdict, 'days' | 'tradingDays' | 'calendarDays' | 'faults'>;

/** What the runs come to where these stains count. */
function achievedBy(counted: readonly PaperRun[], stains: readonly PaperBlocker[]): Achieved {
  const stained = new Set(stains.map(({ runId }) => runId));
  const clean = cleanOf(counted, (run) => stained.has(run.run_id));
  const days = coveredDays(clean, PAPER_NEEDS);
  const traded = tradedDays(clean);
  return {
    days,
    tradingDays: days.filter((day) => traded.has(day)).length,
    calendarDays: longestStreak(days),
    faults: [...new Set(clean.flatMap((run) => run.faults.map(({ name }) => name)))].sort(),
  };
}

function answerOf(blockers: readonly PaperBlocker[]): PaperAnswer {
  const said = new Set<PaperAnswer>(blockers.map(({ code }) => ANSWERS[code]));
  if (said.has('error')) return 'error';
  if (said.has('fail')) return 'fail';
  return said.has('inconclusive') ? 'inconclusive' : 'pass';
}

function blocker(
  code: PaperBlockerCode,
  runId: string | null,
  operands: PaperBlocker['operands'] = {},
): PaperBlocker {
  return { code, runId, operands };
}

function unreadableOf({ place, detail }: Unreadable): PaperBlocker {
  return blocker('evidence_unreadable', null, { place, detail });
}

/** Two files of one run: one of them is not what it says. */
function toldTwice(runs: readonly PaperRun[]): readonly PaperBlocker[] {
  const seen = new Set<string>();
  const twice = new Set<string>();
  for (const { run_id: id } of runs) {
    if (seen.has(id)) twice.add(id);
    seen.add(id);
  }
  return [...twice].map((id) => blocker('run_told_twice', id));
}

/** Why a run is no paper trading at all. */
function strangenessOf(run: PaperRun): readonly PaperBlocker[] {
  const { run_id: id, venue, clock, data } = run;
  if (venue !== 'mirror') return [blocker('venue_not_mirror', id, { venue })];
  if (clock !== 'real') return [blocker('clock_not_real', id, { clock })];
  return data === 'recorded' ? [] : [blocker('data_synthetic', id, { data })];
}

/** Why a run is not clean. */
function stainsOf(run: PaperRun): readonly PaperBlocker[] {
  const { run_id: id, duplicate_dispatches: duplicates, gaps_left_out: left, engine } = run;
  const stains: PaperBlocker[] = [...offsetStains(run)];
  if (duplicates > 0) stains.push(blocker('duplicate_dispatches', id, { duplicates }));
  if (left > 0) stains.push(blocker('gaps_left_out', id, { left }));
  if (engine === null) return [...stains, blocker('engine_unknown', id)];
  const { positions_equal_venue: isEqual, orders_left_open: open } = engine;
  if (isEqual === null) stains.push(blocker('positions_unknown', id));
  else if (!isEqual) stains.push(blocker('positions_unreconciled', id));
  if (open === null) stains.push(blocker('orders_left_unknown', id));
  else if (open > 0) stains.push(blocker('orders_left_open', id, { open }));
  if (!engine.ledger_verified) stains.push(blocker('ledger_not_verified', id));
  const { invariant_violation: violation } = engine;
  if (violation !== null) stains.push(blocker('invariant_violated', id, { violation }));
  return [...stains, ...containmentStains(id, engine.containment_events)];
}

function offsetStains(run: PaperRun): readonly PaperBlocker[] {
  const { least, most } = run.clock_offset_ms;
  if (least === null || most === null) return [blocker('clock_offset_unknown', run.run_id)];
  const moved = most - least;
  const max = PAPER_NEEDS.offsetMovedMs;
  return moved > max ? [blocker('clock_offset_moved', run.run_id, { moved, max })] : [];
}

type Containments = NonNullable<PaperRun['engine']>['containment_events'];

function containmentStains(id: string, events: Containments): readonly PaperBlocker[] {
  const stains: PaperBlocker[] = [];
  const byDay = new Map<number, number>();
  for (const { at, reason } of events) {
    if (reason.trim() === '') stains.push(blocker('containment_without_reason', id, { at }));
    const day = Math.floor(at / DAY_MS);
    byDay.set(day, (byDay.get(day) ?? 0) + 1);
  }
  const most = Math.max(0, ...byDay.values());
  const max = PAPER_NEEDS.containmentsPerDay;
  return most > max ? [...stains, blocker('containment_unbounded', id, { most, max })] : stains;
}

function shortcomings(runs: readonly PaperRun[], have: Achieved): readonly PaperBlocker[] {
  if (runs.length === 0) return [blocker('no_runs', null)];
  const { tradingDays, calendarDays, faults } = PAPER_NEEDS;
  const short: PaperBlocker[] = [];
  if (have.tradingDays < tradingDays && have.calendarDays < calendarDays) {
    const needed = { needed_trading: tradingDays, needed_calendar: calendarDays };
    const found = { trading: have.tradingDays, calendar: have.calendarDays };
    short.push(blocker('days_insufficient', null, { ...found, ...needed }));
  }
  if (have.faults.length < faults) {
    const found = have.faults.length;
    short.push(blocker('faults_insufficient', null, { faults: found, needed: faults }));
  }
  return short;
}
