/** What it costs to assess a policy with a million decisions, from its facts to the document. */
import type { DiaryFact } from '../src/evidence/diary-fact.ts';
import type { Posture } from '../src/promotion/posture.ts';
import type { Stage } from '../src/promotion/stage.ts';
import { assess } from '../src/promotion/graduation/assess.ts';
import { loadGraduationConfig } from '../src/promotion/graduation/config.ts';

export interface BenchResult {
  readonly name: string;
  readonly value: number;
  readonly unit: string;
  readonly target: string;
  readonly pass: boolean;
}

const FACTS = 1_000_000;
const TARGET_MS = 2_000;
const ATTEMPTS = 3;
const T0 = Date.UTC(2026, 0, 1);
const EVERY_MS = 30_000;
const POLICY = 'bench';
const STAGES: readonly Stage[] = ['experiment', 'paper', 'pilot'];
const MODES = {
  experiment: 'shadow',
  paper: 'paper',
  pilot: 'live',
  limited_live: 'live',
} as const;

export function run(): Promise<BenchResult[]> {
  const load = loadGraduationConfig({}, 'prod', null);
  if (!load.ok) throw new Error(load.code);
  const reading = { facts: life(), violations: [], missing: 0 };
  const now = T0 + FACTS * EVERY_MS;
  let slowest = 0;
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    const from = performance.now();
    const { metrics, recommended_stage: stage } = assess(reading, POSTURE, load.config, now);
    slowest = Math.max(slowest, performance.now() - from);
    if (metrics.total_decisions !== FACTS || stage !== 'limited_live') throw new Error(stage);
  }
  return Promise.resolve([
    {
      name: `assessment of ${FACTS.toLocaleString('en')} decisions, slowest of ${ATTEMPTS}`,
      value: Math.round(slowest),
      unit: 'ms',
      target: `<= ${TARGET_MS.toLocaleString('en')}`,
      pass: slowest <= TARGET_MS,
    },
  ]);
}

/** A third at each stage, a warning now and then, one decision every half minute. */
function life(): readonly DiaryFact[] {
  return Array.from({ length: FACTS }, (_, seq) => {
    const stage = STAGES[Math.floor((seq * STAGES.length) / FACTS)] ?? 'pilot';
    const isWarned = stage !== 'paper' && seq % 97 === 0;
    return {
      entryId: `dd-${seq}`,
      seq,
      policyId: POLICY,
      recordedAt: T0 + seq * EVERY_MS,
      stage,
      severity: isWarned ? 'warn' : 'normal',
      isRiskForced: seq % 89 === 0 && stage !== 'paper',
      route: stage,
      regime: 'balanced',
      regimeConfidence: 0.8,
      executionMode: MODES[stage],
      provenance: { clock: 'real', venue: 'live', data: 'recorded' },
    } satisfies DiaryFact;
  });
}

const POSTURE: Posture = {
  policyId: POLICY,
  tacticId: null,
  recordPresent: true,
  stage: 'pilot',
  declaredStage: 'pilot',
  auditStage: 'limited_live',
  approvals: ['compliance', 'risk'],
  approversOf: { paper: 2, pilot: 2, limited_live: 2 },
  evidenceId: 'dd-0',
  auditGaps: [],
  gapsOf: { paper: [], pilot: [], limited_live: [] },
  transitions: [],
  resets: [],
  ledgerOk: true,
};
