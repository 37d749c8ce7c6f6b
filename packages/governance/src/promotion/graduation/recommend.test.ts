import { describe, expect, it } from 'vitest';
import type { DiaryFact, DiaryReading } from '../../evidence/diary-fact.ts';
import type { Posture, Transition } from '../posture.ts';
import type { Gate, Stage } from '../stage.ts';
import { assess } from './assess.ts';
import type { Assessment } from './assessment.ts';
import type { GraduationConfig } from './config.ts';
import {
  config,
  diary,
  EXPERIMENT,
  except,
  NOW,
  PAPER,
  PILOT,
  posture,
  reading,
  T0,
} from './evidence.fixture.ts';

interface Told {
  readonly posture?: Partial<Posture>;
  readonly config?: Partial<GraduationConfig>;
  readonly reading?: Partial<DiaryReading>;
}

const judged = (facts: readonly DiaryFact[], told: Told = {}): Assessment =>
  assess(reading(facts, told.reading), posture(told.posture), config(told.config), NOW);

const START: Transition = { from: null, to: 'experiment', at: T0 - 4 };
const TO_PAPER: Transition = { from: 'experiment', to: 'paper', at: T0 - 3 };
const TO_PILOT: Transition = { from: 'paper', to: 'pilot', at: T0 - 2 };
const TO_LIVE: Transition = { from: 'pilot', to: 'limited_live', at: T0 - 1 };

/** A policy that rose to the stage step by step, before its first entry here. */
const risen = (stage: Stage): Partial<Posture> => ({
  stage,
  declaredStage: stage,
  transitions: {
    experiment: [START],
    paper: [START, TO_PAPER],
    pilot: [START, TO_PAPER, TO_PILOT],
    limited_live: [START, TO_PAPER, TO_PILOT, TO_LIVE],
  }[stage],
});

const approvedBy = (limitedLive: number) => ({
  approversOf: { paper: 0, pilot: 1, limited_live: limitedLive },
});

/** Two weeks and more of green days behind the last warn. */
const PAPER_WITH_WARNS = {
  stage: 'paper',
  count: 45,
  everyHours: 24,
  at: except([5, 17, 29]),
} as const;

describe('the recommended stage', () => {
  it('E-01 is paper after 23 normal and 2 warned decisions at experiment', () => {
    const found = judged(diary({ ...EXPERIMENT, at: except([3, 9]) }));
    expect(found.recommended_stage).toBe('paper');
    expect(found.stage_blockers).toEqual({
      paper: [],
      pilot: ['paper_stage_decisions_insufficient:0/40'],
      limited_live: [],
    });
    expect(found.gate_status).toEqual({
      paper: 'clear',
      pilot: 'blocked',
      limited_live: 'not_evaluated',
    });
    expect(found.next_gate).toBe('paper');
  });

  it('E-02 is pilot after 45 at paper with three warns', () => {
    const facts = diary(EXPERIMENT, PAPER_WITH_WARNS);
    const found = judged(facts);
    expect(found.recommended_stage).toBe('pilot');
    expect(found.stage_blockers.pilot).toEqual([]);
    expect(found.stage_blockers.limited_live).toEqual(['pilot_stage_decisions_insufficient:0/60']);
    expect(found.paper_green_days).toBe(14);
  });

  it('E-03 stays pilot after 60 there with one approval', () => {
    const found = judged(diary(EXPERIMENT, PAPER_WITH_WARNS, PILOT), {
      posture: { ...risen('pilot'), ...approvedBy(1) },
    });
    expect(found.recommended_stage).toBe('pilot');
    expect(found.stage_blockers.limited_live).toEqual(['approvals_required:2_have:1']);
  });

  it('E-05 is limited_live with everything there, and nothing blocks', () => {
    const found = judged(diary(EXPERIMENT, PAPER, PILOT), {
      posture: { ...risen('pilot'), ...approvedBy(2) },
    });
    expect(found.recommended_stage).toBe('limited_live');
    expect(found.stage_blockers).toEqual({ paper: [], pilot: [], limited_live: [] });
    expect(found.gate_status).toEqual({
      paper: 'satisfied_by_history',
      pilot: 'satisfied_by_history',
      limited_live: 'clear',
    });
    expect(found.paper_green_days).toBe(19.5);
    expect(found.next_gate).toBe('limited_live');
    expect(found.regressions).toEqual([]);
  });

  it('E-06 stays where it is when the last paper entry is a warn', () => {
    const found = judged(diary(EXPERIMENT, { ...PAPER, at: except([39]) }, PILOT), {
      posture: { ...risen('pilot'), ...approvedBy(2) },
    });
    expect(found).toMatchObject({ recommended_stage: 'pilot', paper_green_days: 0 });
    expect(found.stage_blockers.limited_live).toEqual([
      'paper_green_gate_duration_below:0.00<14.00',
      'paper_trading_days_insufficient:0/10',
    ]);
  });

  it('E-12 G-01 rises on what was routed to paper by its stage, and not without telemetry', () => {
    // What the stage forces is not forced (D-20), so that the diary says `isRiskForced: false`.
    const routed = (severity: string) => () => ({ route: 'paper', isRiskForced: false, severity });
    const told = (severity: string) =>
      judged(diary({ ...EXPERIMENT, at: routed(severity) }, { ...PAPER, at: routed(severity) }));
    const found = told('normal');
    expect(found).toMatchObject({ recommended_stage: 'pilot', paper_green_days: 19.5 });
    expect(found.metrics).toMatchObject({
      consecutive_normal_latest_stage: 40,
      forced_ratio: 0,
      release_routes: { paper: 65 },
    });
    expect(told('unknown').stage_blockers.paper).toEqual([
      'experiment_normal_ratio_below:0.00<0.50',
      'experiment_unknown_severity_present:25',
    ]);
  });

  it('does not fall back to the evidence of another stage', () => {
    const found = judged(diary(PAPER));
    expect(found.recommended_stage).toBe('experiment');
    expect(found.stage_blockers.paper).toEqual(['experiment_stage_decisions_insufficient:0/20']);
  });

  it('of an unknown policy is experiment, without a record and without an entry', () => {
    const found = judged([], {
      posture: { recordPresent: false, declaredStage: null, transitions: [] },
    });
    expect(found).toMatchObject({
      declared_stage: null,
      recommended_stage: 'experiment',
      next_gate: 'paper',
      regressions: [],
    });
  });
});

describe('a gate that is not measured', () => {
  it('E-18 G-12 is not evaluated, which an empty list does not say', () => {
    const found = judged(diary(EXPERIMENT, { ...PAPER, count: 39 }, PILOT));
    expect(found.stage_blockers.limited_live).toEqual([]);
    expect(found.gate_status).toEqual({
      paper: 'clear',
      pilot: 'blocked',
      limited_live: 'not_evaluated',
    });
  });
});

describe('history', () => {
  it('E-13 G-13 stands for a gate that was passed, and only where the ledger shows it', () => {
    const facts = diary(PAPER);
    const passed = judged(facts, { posture: risen('paper') });
    expect(passed.gate_status.paper).toBe('satisfied_by_history');
    expect(passed).toMatchObject({ recommended_stage: 'pilot', regressions: [] });
    const claimed = judged(facts, { posture: { ...risen('paper'), transitions: [START] } });
    expect(claimed.gate_status).toEqual({
      paper: 'blocked',
      pilot: 'not_evaluated',
      limited_live: 'not_evaluated',
    });
    expect(claimed.stage_blockers.paper).toEqual(['experiment_stage_decisions_insufficient:0/20']);
    expect(claimed.regressions).toEqual(['paper:experiment_stage_decisions_insufficient:0/20']);
    expect(claimed.next_gate).toBe('pilot');
  });

  it.each([
    ['a first row at paper', [{ from: null, to: 'paper', at: 1 }], 'satisfied_by_history'],
    ['a skip', [{ from: 'experiment', to: 'pilot', at: 1 }], 'blocked'],
    ['a demotion', [{ from: 'pilot', to: 'paper', at: 1 }], 'blocked'],
    ['a row that stays', [{ from: 'paper', to: 'paper', at: 1 }], 'blocked'],
  ] as const)('of %s makes paper %s', (_, transitions, status) => {
    const found = judged([], { posture: { ...risen('paper'), transitions } });
    expect(found.gate_status.paper).toBe(status);
  });

  it('of a first row above paper passes nothing', () => {
    const transitions = [{ from: null, to: 'pilot', at: 1 }] as const;
    const found = judged(diary(EXPERIMENT, PAPER), { posture: { ...risen('pilot'), transitions } });
    expect(found.gate_status).toMatchObject({ paper: 'clear', pilot: 'clear' });
  });

  it('is not asked about a gate in front of the declared stage', () => {
    const demoted = [
      START,
      TO_PAPER,
      TO_PILOT,
      { from: 'pilot', to: 'paper', at: T0 - 1 } as const,
    ];
    const found = judged(diary({ ...PAPER, count: 5 }), {
      posture: { ...risen('paper'), transitions: demoted },
    });
    expect(found.gate_status).toMatchObject({ paper: 'satisfied_by_history', pilot: 'blocked' });
    expect(found).toMatchObject({ recommended_stage: 'paper', next_gate: 'pilot' });
  });

  it('at the top leaves no next gate', () => {
    const found = judged(diary(PAPER), { posture: risen('limited_live') });
    expect(found).toMatchObject({ next_gate: null, recommended_stage: 'limited_live' });
  });
});

describe('regressions', () => {
  const alerted = diary({ ...EXPERIMENT, at: except([0], { severity: 'alert' }) });

  it('G-35 tell what is bad today, and the recommendation stays at the declared stage', () => {
    const found = judged(alerted, { posture: risen('paper') });
    expect(found.recommended_stage).toBe('paper');
    expect(found.gate_status.paper).toBe('satisfied_by_history');
    expect(found.stage_blockers.paper).toEqual([]);
    expect(found.regressions).toEqual(['paper:experiment_stage_alerts_present:1']);
  });

  it('are none of a gate in front of the declared stage', () => {
    expect(judged(alerted).regressions).toEqual([]);
    expect(judged(alerted).stage_blockers.paper).toEqual(['experiment_stage_alerts_present:1']);
  });

  it('say nothing of evidence that has become too little since', () => {
    const found = judged([], { posture: risen('limited_live') });
    expect(found.regressions).toEqual([]);
  });

  it('tell approvals and gaps that are gone, of every passed gate', () => {
    const found = judged(diary(EXPERIMENT, PAPER, PILOT), {
      posture: {
        ...risen('limited_live'),
        ...approvedBy(1),
        gapsOf: { paper: [], pilot: ['missing_approvals'], limited_live: [] },
      },
    });
    expect(found.regressions).toEqual([
      'pilot:audit_gaps_present:missing_approvals',
      'limited_live:approvals_required:2_have:1',
    ]);
  });
});

describe('integrity', () => {
  const facts = diary(EXPERIMENT, PAPER, PILOT);
  const gates: readonly Gate[] = ['paper', 'pilot', 'limited_live'];

  it.each([
    [
      'D-05 an entry that was edited',
      { reading: { violations: ['dd-9'] } },
      'diary_integrity_violation:dd-9',
    ],
    ['a ledger that was edited', { posture: { ledgerOk: false } }, 'ledger_integrity_violation'],
  ] as const)('%s blocks every gate, passed or not', (_, told: Told, key) => {
    for (const stage of ['experiment', 'pilot'] as const) {
      const found = judged(facts, { ...told, posture: { ...risen(stage), ...told.posture } });
      for (const gate of gates) {
        expect(found.gate_status[gate]).toBe('blocked');
        expect(found.stage_blockers[gate]).toEqual([key]);
      }
      expect(found.recommended_stage).toBe(stage);
      const passed = stage === 'pilot' ? ['paper', 'pilot'] : [];
      expect(found.regressions).toEqual(passed.map((gate) => `${gate}:${key}`));
    }
  });

  it('is told before what a gate measures', () => {
    const found = judged([], { reading: { violations: ['x'] } });
    expect(found.stage_blockers.paper).toEqual([
      'diary_integrity_violation:x',
      'experiment_stage_decisions_insufficient:0/20',
    ]);
  });
});

describe('an alert', () => {
  it('E-15 before the evidence epoch is ignored, and after it blocks', () => {
    const facts = diary(EXPERIMENT, {
      ...PAPER,
      count: 41,
      at: except([0], { severity: 'alert' }),
    });
    const first = facts.find(({ stage }) => stage === 'paper')?.recordedAt ?? Number.NaN;
    const entering = (at: number) => ({
      posture: {
        ...risen('paper'),
        transitions: [START, { from: 'experiment', to: 'paper', at } as const],
      },
    });
    expect(judged(facts, entering(first)).stage_blockers.pilot).toEqual([
      'paper_stage_alerts_present:1',
    ]);
    expect(judged(facts, entering(first + 1)).stage_blockers.pilot).toEqual([]);
    const reset = (at: number) => ({
      posture: { ...risen('paper'), resets: [{ stage: 'paper', at } as const] },
    });
    expect(judged(facts, reset(first)).stage_blockers.pilot).toEqual([
      'paper_stage_alerts_present:1',
    ]);
    expect(judged(facts, reset(first + 1)).stage_blockers.pilot).toEqual([]);
  });
});
