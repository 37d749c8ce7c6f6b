/** A policy that has earned everything, to take something away from. */
import type { DiaryFact } from '../../evidence/diary-fact.ts';
import type { Posture } from '../posture.ts';
import type { Gate, Stage } from '../stage.ts';
import { DEFAULT_GUARD_CONFIG } from './config.ts';
import { tallyOf } from './coverage.ts';
import type { DiaryEvidence, GraduationFinding, GuardInputs } from './guard.ts';

export const NOW = Date.UTC(2026, 10, 22);
export const REGIMES = ['balanced', 'bullish', 'bearish', 'dislocated'] as const;

const MODES = {
  experiment: 'shadow',
  paper: 'paper',
  pilot: 'live',
  limited_live: 'live',
} as const;
let made = 0;

export function fact(over: Partial<DiaryFact> = {}): DiaryFact {
  made += 1;
  const stage = over.stage === undefined ? 'pilot' : over.stage;
  return {
    entryId: `dd-20261101T000000Z-${String(made).padStart(16, '0')}`,
    seq: made,
    policyId: 'alpha',
    recordedAt: NOW - 86_400_000,
    severity: 'normal',
    isRiskForced: false,
    route: 'live',
    regime: 'balanced',
    regimeConfidence: 0.8,
    executionMode: stage === null ? null : MODES[stage],
    provenance: { clock: 'real', venue: 'live', data: 'recorded' },
    ...over,
    stage,
  };
}

/** Three decisions in each regime. */
export function wholeCoverage(stage: Stage): readonly DiaryFact[] {
  return REGIMES.flatMap((regime) => [1, 2, 3].map(() => fact({ regime, stage })));
}

export function posture(over: Partial<Posture> = {}): Posture {
  return {
    policyId: 'alpha',
    tacticId: 'alpha',
    recordPresent: true,
    stage: 'limited_live',
    declaredStage: 'limited_live',
    auditStage: 'limited_live',
    approvals: ['compliance', 'risk'],
    approversOf: { paper: 0, pilot: 1, limited_live: 2 },
    evidenceId: 'dd-20261101T000000Z-0000000000000001',
    auditGaps: [],
    gapsOf: { paper: [], pilot: [], limited_live: [] },
    transitions: [],
    resets: [],
    ledgerOk: true,
    ...over,
  };
}

export function diary(facts: readonly DiaryFact[], violations: readonly string[] = []) {
  return {
    state: 'read',
    reading: { facts, violations, missing: 0 },
    isViewOk: true,
    tally: (query) => tallyOf(facts, query),
  } as const satisfies DiaryEvidence;
}

export function graduation(over: Partial<GraduationFinding> = {}): GraduationFinding {
  return {
    gateStatus: {
      paper: 'satisfied_by_history',
      pilot: 'satisfied_by_history',
      limited_live: 'clear',
    },
    paperGreenDays: 20,
    epochs: { experiment: null, paper: null, pilot: null, limited_live: null },
    ...over,
  };
}

export function gates(gate: Gate, status: GraduationFinding['gateStatus'][Gate]) {
  const gateStatus = { ...graduation().gateStatus, [gate]: status };
  return graduation({ gateStatus });
}

/** Passes for every status. */
export function inputs(over: Partial<GuardInputs> = {}): GuardInputs {
  return {
    config: DEFAULT_GUARD_CONFIG,
    policyId: 'alpha',
    posture: posture(),
    diary: diary([...wholeCoverage('pilot'), fact({ stage: 'paper' })]),
    graduation: graduation(),
    relief: [],
    evidenceSince: 0,
    environment: 'prod',
    now: NOW,
    ...over,
  };
}
