/**
 * How far the branches are apart (section 8.7). Positions are compared first, then the signals of
 * the session; a difference that the candidate was approved to make is explained.
 */
import type { TradeAttribution } from './attribution.ts';
import type { BranchRole, BranchStatus } from './branch-status.ts';
import { count, day, flag, maybe, oneOf, type Table, tableOf, text, time } from './csv.ts';
import { bySession, streakOf } from './monitor-history.ts';
import { textOfTime } from './spelling.ts';

export const LEVELS = ['none', 'low', 'medium', 'high'] as const;
export type DivergenceLevel = (typeof LEVELS)[number];

/** Of a branch without a row position and signal are null: nobody knows them. */
export interface DivergenceRow {
  readonly as_of: string;
  readonly reference_position: string | null;
  readonly control_position: string | null;
  readonly candidate_position: string | null;
  readonly reference_signal: Signal | null;
  readonly control_signal: Signal | null;
  readonly candidate_signal: Signal | null;
  readonly control_candidate_aligned: boolean;
  readonly divergence_level: DivergenceLevel;
  readonly explained: boolean;
  readonly explanation_code: string | null;
  /** Sessions in a row of this level, with this one. */
  readonly streak_sessions: number;
  readonly generated_at: string;
}

/** The latest real event, where it was of this very session. */
type Signal = 'BUY' | 'SELL' | 'none';
const signal = maybe(oneOf(['BUY', 'SELL', 'none']));

export const DIVERGENCE_TABLE: Table<DivergenceRow> = tableOf('branch-divergence-log', {
  as_of: day,
  reference_position: maybe(text),
  control_position: maybe(text),
  candidate_position: maybe(text),
  reference_signal: signal,
  control_signal: signal,
  candidate_signal: signal,
  control_candidate_aligned: flag,
  divergence_level: oneOf(LEVELS),
  explained: flag,
  explanation_code: maybe(text),
  streak_sessions: count,
  generated_at: time,
});

/** What the candidate may differ by. */
export interface Declared {
  /** Null where there is none: then no trade explains anything. */
  readonly attribution: TradeAttribution | null;
  /** `declared_difference_families` of the policy. */
  readonly families: readonly string[];
}

interface Found {
  readonly level: DivergenceLevel;
  readonly explained: boolean;
  readonly code: string | null;
}

/** The row of one session. `log` is what was written so far, `now` is epoch ms. */
export function divergenceOf(
  asOf: string,
  statuses: readonly BranchStatus[],
  declared: Declared,
  log: readonly DivergenceRow[],
  now: number,
): DivergenceRow {
  const [reference, control, candidate] = (['reference', 'control', 'candidate'] as const).map(
    (role) => standingOf(statuses, role, asOf),
  );
  const found = levelOf(reference ?? null, control ?? null, candidate ?? null, asOf, declared);
  const before = bySession(log).filter((row) => row.as_of < asOf);
  return {
    as_of: asOf,
    reference_position: reference?.position ?? null,
    control_position: control?.position ?? null,
    candidate_position: candidate?.position ?? null,
    reference_signal: signalOf(reference ?? null, asOf),
    control_signal: signalOf(control ?? null, asOf),
    candidate_signal: signalOf(candidate ?? null, asOf),
    control_candidate_aligned: isAligned(control ?? null, candidate ?? null),
    divergence_level: found.level,
    explained: found.explained,
    explanation_code: found.code,
    streak_sessions: 1 + streakOf(before, (row) => row.divergence_level === found.level),
    generated_at: textOfTime(now),
  };
}

type Standing = BranchStatus | null;

/** Two rows of one role say nothing of it: which of them is it? */
function standingOf(rows: readonly BranchStatus[], role: BranchRole, asOf: string): Standing {
  const [only, other] = rows.filter((row) => row.role === role && row.as_of === asOf);
  return only === undefined || other !== undefined ? null : only;
}

function signalOf(branch: Standing, asOf: string): Signal | null {
  if (branch === null) return null;
  return branch.last_event_date === asOf ? (branch.last_event_side ?? 'none') : 'none';
}

function isAligned(control: Standing, candidate: Standing): boolean {
  return control !== null && candidate !== null && control.position === candidate.position;
}

function levelOf(
  reference: Standing,
  control: Standing,
  candidate: Standing,
  asOf: string,
  declared: Declared,
): Found {
  if (control === null || candidate === null) {
    const gone = control === null ? 'control' : 'candidate';
    return { level: 'high', explained: false, code: `${gone}_row_missing` };
  }
  if (control.position !== candidate.position) {
    const code = explanationOf(control, candidate, declared);
    if (code === null) return { level: 'high', explained: false, code: null };
    return { level: 'medium', explained: true, code };
  }
  if (signalOf(control, asOf) !== signalOf(candidate, asOf)) {
    return { level: 'medium', explained: false, code: null };
  }
  // The reference is no trading track, but nobody can say that it does not differ.
  if (reference === null) {
    return { level: 'medium', explained: false, code: 'reference_row_missing' };
  }
  const same =
    reference.position === control.position &&
    signalOf(reference, asOf) === signalOf(control, asOf);
  return { level: same ? 'none' : 'low', explained: false, code: null };
}

/** Every open trade that only one of the two has must be declared; null where one is not. */
function explanationOf(
  control: BranchStatus,
  candidate: BranchStatus,
  declared: Declared,
): string | null {
  if (control.open_trade_id === candidate.open_trade_id) return null;
  const added = ofTrade(candidate, 'added', candidate.branch, declared);
  const removed = ofTrade(control, 'removed', candidate.branch, declared);
  if (added === null || removed === null) return null;
  return [added, removed].filter((code) => code !== '').join(' ');
}

/** Empty where nothing is open, null where what is open was declared by nobody. */
function ofTrade(
  { open_trade_id: id, reason_family: family }: BranchStatus,
  action: 'added' | 'removed',
  candidate: string,
  { attribution, families }: Declared,
): string | null {
  if (id === null) return '';
  const changes = attribution?.candidate_branch === candidate ? attribution.changes : [];
  if (changes.some((change) => change.trade_id === id && change.action === action)) {
    return `${action}:${id}`;
  }
  return family !== null && families.includes(family) ? `family:${family}` : null;
}

export function contradictionOfDivergence(rows: readonly DivergenceRow[]): string | null {
  for (const row of rows) {
    const { as_of: asOf, control_position: control, candidate_position: candidate } = row;
    const { divergence_level: level } = row;
    const aligned = control !== null && control === candidate;
    if (row.control_candidate_aligned !== aligned) return `${asOf}: aligned is not its positions`;
    const isUnknown = control === null || candidate === null;
    const isHigh = isUnknown || (!aligned && !row.explained);
    if (isHigh !== (level === 'high')) return `${asOf}: high is not its positions`;
    if (!aligned && (level === 'none' || level === 'low')) {
      return `${asOf}: ${level} is not its positions`;
    }
  }
  return null;
}
