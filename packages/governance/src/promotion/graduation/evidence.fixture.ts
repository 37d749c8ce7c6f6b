/** Diaries and postures as the tests of the gates tell them. */
import type { DiaryFact, DiaryReading, Provenance } from '../../evidence/diary-fact.ts';
import type { Posture } from '../posture.ts';
import type { Stage } from '../stage.ts';
import { GRADUATION_DEFAULTS, type GraduationConfig } from './config.ts';

export const HOUR_MS = 3_600_000;
export const DAY_MS = 24 * HOUR_MS;
/** 2026-03-01T00:00:00Z: the first entry. */
export const T0 = Date.UTC(2026, 2, 1);
export const NOW = T0 + 200 * DAY_MS;
export const POLICY = 'alpha.btc';

const LIVE: Provenance = { clock: 'real', venue: 'live', data: 'recorded' };
const MODE: Readonly<Record<Stage, DiaryFact['executionMode']>> = {
  experiment: 'shadow',
  paper: 'paper',
  pilot: 'live',
  limited_live: 'live',
};

/** A clean decision of a stage, and what is different about it. */
export function fact(stage: Stage | null, changes: Partial<DiaryFact> = {}): DiaryFact {
  const seq = changes.seq ?? 0;
  return {
    entryId: `dd-${seq}`,
    seq,
    policyId: POLICY,
    recordedAt: T0,
    stage,
    severity: 'normal',
    isRiskForced: false,
    route: stage === 'experiment' ? 'paper' : stage,
    regime: 'balanced',
    regimeConfidence: 0.9,
    executionMode: stage === null ? null : MODE[stage],
    provenance: LIVE,
    ...changes,
  };
}

export interface Series {
  readonly stage: Stage;
  readonly count: number;
  /** Between two entries. */
  readonly everyHours?: number;
  /** What is different about the entry of that place, counted from nought. */
  readonly at?: (place: number) => Partial<DiaryFact>;
}

/** One series behind the other, on one clock and one chain. */
export function diary(...series: readonly Series[]): readonly DiaryFact[] {
  const facts: DiaryFact[] = [];
  let recordedAt = T0;
  for (const { stage, count, everyHours = 1, at = () => ({}) } of series) {
    for (let place = 0; place < count; place += 1) {
      facts.push(fact(stage, { seq: facts.length, recordedAt, ...at(place) }));
      recordedAt += everyHours * HOUR_MS;
    }
  }
  return facts;
}

/** `places` are warnings, or whatever else is said. */
export function except(
  places: readonly number[],
  changes: Partial<DiaryFact> = { severity: 'warn' },
): (place: number) => Partial<DiaryFact> {
  return (place) => (places.includes(place) ? changes : {});
}

export function firstOf(
  count: number,
  changes: Partial<DiaryFact>,
): (place: number) => Partial<DiaryFact> {
  return (place) => (place < count ? changes : {});
}

export function reading(
  facts: readonly DiaryFact[],
  changes: Partial<DiaryReading> = {},
): DiaryReading {
  return { facts, violations: [], missing: 0, ...changes };
}

/** A whole record at experiment, with everything that any gate asks of it. */
export function posture(changes: Partial<Posture> = {}): Posture {
  return {
    policyId: POLICY,
    tacticId: POLICY,
    recordPresent: true,
    stage: 'experiment',
    declaredStage: 'experiment',
    auditStage: 'limited_live',
    approvals: ['compliance', 'risk'],
    approversOf: { paper: 2, pilot: 2, limited_live: 2 },
    evidenceId: 'dd-1',
    auditGaps: [],
    gapsOf: { paper: [], pilot: [], limited_live: [] },
    transitions: [{ from: null, to: 'experiment', at: T0 - DAY_MS }],
    resets: [],
    ledgerOk: true,
    ...changes,
  };
}

export function config(changes: Partial<GraduationConfig> = {}): GraduationConfig {
  return { ...GRADUATION_DEFAULTS, environment: 'paper', ...changes };
}

export const EXPERIMENT: Series = { stage: 'experiment', count: 25 };
/** Twelve hours apart: 19.5 days, twenty of them with decisions. */
export const PAPER: Series = { stage: 'paper', count: 40, everyHours: 12 };
export const PILOT: Series = { stage: 'pilot', count: 60 };
