import { describe, expect, it } from 'vitest';
import type { DiaryFact, DiaryReading } from '../../evidence/diary-fact.ts';
import type { Posture } from '../posture.ts';
import { type Gate, MEASURED_AT } from '../stage.ts';
import { barBlockers, integrityBlockers, type Case } from './bars.ts';
import { blockerKey } from './blockers.ts';
import type { GraduationConfig } from './config.ts';
import { epochsOf } from './epoch.ts';
import {
  config,
  DAY_MS,
  diary,
  EXPERIMENT,
  except,
  fact,
  firstOf,
  NOW,
  PAPER,
  PILOT,
  posture,
  reading,
  T0,
} from './evidence.fixture.ts';
import { measure } from './metrics.ts';

interface Told {
  readonly posture?: Partial<Posture>;
  readonly config?: Partial<GraduationConfig>;
  readonly reading?: Partial<DiaryReading>;
}

function caseOf(facts: readonly DiaryFact[], told: Told = {}): Case {
  const about = {
    posture: posture(told.posture),
    config: config(told.config),
    reading: reading(facts, told.reading),
  };
  const metrics = measure(about.reading.facts, {
    environment: about.config.environment,
    max_paper_gap_hours: about.config.max_paper_gap_hours,
    policyId: about.posture.policyId,
    epochs: epochsOf(about.posture),
    since: null,
    now: NOW,
  });
  return { ...about, metrics };
}

const keysAt = (gate: Gate, facts: readonly DiaryFact[], told: Told = {}): readonly string[] =>
  barBlockers(gate, caseOf(facts, told)).map(blockerKey);

const experiment = (at: (place: number) => Partial<DiaryFact>, count = 20) =>
  diary({ stage: 'experiment', count, at });
const paper = (at: (place: number) => Partial<DiaryFact>, count = 40) =>
  diary({ ...PAPER, count, at });
const NONE = except([]);
const FORCED = { isRiskForced: true };
const GAPS = ['missing_evidence'] as const;
const WARN = { severity: 'warn' };

describe('the quality bars', () => {
  it.each([
    ['7/20 forced', firstOf(7, FORCED), []],
    ['8/20 forced', firstOf(8, FORCED), ['experiment_forced_ratio_exceeds:0.40>0.35']],
    ['8/20 warn', firstOf(8, WARN), []],
    ['9/20 warn', firstOf(9, WARN), ['experiment_warn_ratio_exceeds:0.45>0.40']],
    [
      '10/20 normal',
      (place: number) => (place < 2 ? { severity: 'unknown' } : firstOf(10, WARN)(place)),
      [],
    ],
    [
      '9/20 normal',
      (place: number) => (place < 3 ? { severity: 'unknown' } : firstOf(11, WARN)(place)),
      ['experiment_normal_ratio_below:0.45<0.50'],
    ],
  ])('E-07 of experiment, at %s', (_, at, keys) => {
    const lenient = { config: { strict_unknown_severity: false } };
    expect(keysAt('paper', experiment(at), lenient)).toEqual(keys);
  });

  it.each([
    ['10/40 forced', firstOf(10, FORCED), []],
    ['11/40 forced', firstOf(11, FORCED), ['paper_forced_ratio_exceeds:0.28>0.25']],
    ['8/40 warn', firstOf(8, WARN), []],
    ['9/40 warn', firstOf(9, WARN), ['paper_warn_ratio_exceeds:0.23>0.20']],
    ['26/40 normal', firstOf(14, { severity: 'unknown' }), []],
    ['25/40 normal', firstOf(15, { severity: 'unknown' }), ['paper_normal_ratio_below:0.62<0.65']],
  ])('of paper, at %s', (_, at, keys) => {
    // Daily, so that the span behind them is long enough.
    const facts = diary({ stage: 'paper', count: 40, everyHours: 24, at });
    expect(keysAt('pilot', facts, { config: { strict_unknown_severity: false } })).toEqual(keys);
  });

  it.each([
    ['6/60 forced', firstOf(6, FORCED), []],
    ['7/60 forced', firstOf(7, FORCED), ['pilot_forced_ratio_exceeds:0.12>0.10']],
    ['6/60 warn', firstOf(6, WARN), []],
    ['7/60 warn', firstOf(7, WARN), ['pilot_warn_ratio_exceeds:0.12>0.10']],
    ['48/60 normal', firstOf(12, { severity: 'unknown' }), []],
    ['47/60 normal', firstOf(13, { severity: 'unknown' }), ['pilot_normal_ratio_below:0.78<0.80']],
  ])('of pilot, at %s', (_, at, keys) => {
    const facts = diary(PAPER, { ...PILOT, at });
    const told = { config: { strict_unknown_severity: false } };
    expect(keysAt('limited_live', facts, told)).toEqual(keys);
  });

  it.each([
    ['paper', 'experiment', 20],
    ['pilot', 'paper', 40],
    ['limited_live', 'pilot', 60],
  ] as const)('E-10 of %s tell only the sample while it is too small', (gate, stage, need) => {
    const bad = { severity: 'alert', isRiskForced: true };
    const series = (count: number) =>
      diary(
        { ...PAPER, count: gate === 'limited_live' ? 40 : 0 },
        { stage, count, everyHours: 12, at: firstOf(1, bad) },
      );
    const told = {
      posture: {
        approversOf: { paper: 0, pilot: 0, limited_live: 0 },
        gapsOf: { paper: GAPS, pilot: GAPS, limited_live: GAPS },
      },
    };
    expect(keysAt(gate, series(need - 1), told)).toEqual([
      `${stage}_stage_decisions_insufficient:${need - 1}/${need}`,
    ]);
    expect(keysAt(gate, series(need), told)).toContain(`${stage}_stage_alerts_present:1`);
  });

  it('E-09 tell everything in one order', () => {
    const at = (place: number): Partial<DiaryFact> => {
      if (place < 2) return { severity: 'alert' };
      if (place < 20) return { severity: 'warn', isRiskForced: true };
      return place === 59 ? { severity: 'unknown', provenance: null } : {};
    };
    const facts = diary(
      { ...PAPER, count: 2 },
      {
        stage: 'pilot',
        count: 60,
        at: (place) => ({
          provenance: { clock: 'virtual', venue: 'simulated', data: 'synthetic' },
          ...at(place),
        }),
      },
    );
    const told: Told = {
      posture: {
        approversOf: { paper: 0, pilot: 0, limited_live: 1 },
        gapsOf: { paper: [], pilot: [], limited_live: ['missing_evidence', 'missing_risk_audit'] },
      },
      reading: { missing: 3 },
    };
    expect(keysAt('limited_live', facts, told)).toEqual([
      'pilot_stage_alerts_present:2',
      'pilot_forced_ratio_exceeds:0.30>0.10',
      'pilot_warn_ratio_exceeds:0.30>0.10',
      'pilot_normal_ratio_below:0.65<0.80',
      'pilot_unknown_severity_present:1',
      'pilot_normal_streak_below:0/15',
      'approvals_required:2_have:1',
      'audit_gaps_present:missing_evidence,missing_risk_audit',
      'paper_green_gate_duration_below:0.50<14.00',
      'paper_trading_days_insufficient:1/10',
      'pilot_decisions_missing:3',
      'pilot_evidence_virtual:59',
      'pilot_evidence_simulated:59',
      'pilot_evidence_unlabelled:1',
    ]);
  });

  it('give numerator and denominator of a ratio, so that 0.10>0.10 can be read', () => {
    const facts = diary(PAPER, { stage: 'pilot', count: 125, at: firstOf(13, WARN) });
    const blockers = barBlockers('limited_live', caseOf(facts));
    expect(blockers).toEqual([
      {
        code: 'pilot_warn_ratio_exceeds',
        gate: 'limited_live',
        measured_stage: 'pilot',
        value: 0.104,
        limit: 0.1,
        comparator: '>',
        numerator: 13,
        denominator: 125,
        remediation: 'Find what drifts; go on at this stage until warnings are rare enough.',
      },
    ]);
    expect(blockers.map(blockerKey)).toEqual(['pilot_warn_ratio_exceeds:0.10>0.10']);
  });

  it('take as many alerts as an approved change allows, and no more', () => {
    const { gates } = config();
    const allowing = { config: { gates: { ...gates, paper: { ...gates.paper, max_alerts: 1 } } } };
    expect(keysAt('paper', experiment(firstOf(1, { severity: 'alert' })), allowing)).toEqual([]);
    expect(keysAt('paper', experiment(firstOf(2, { severity: 'alert' })), allowing)).toEqual([
      'experiment_stage_alerts_present:2',
    ]);
  });
});

describe('unknown severity', () => {
  it('G-03 blocks by name, at one entry, unless records are imported', () => {
    const facts = experiment(firstOf(1, { severity: 'unknown' }));
    const lenient = { config: { strict_unknown_severity: false } };
    expect(keysAt('paper', facts)).toEqual(['experiment_unknown_severity_present:1']);
    expect(keysAt('paper', facts, lenient)).toEqual([]);
  });

  it('is also that of a label nobody knows', () => {
    expect(keysAt('paper', experiment(firstOf(1, { severity: 'green' })))).toEqual([
      'experiment_unknown_severity_present:1',
    ]);
  });
});

describe('the streak', () => {
  const after = (calm: number, count: number) => except([count - calm - 1]);

  it.each([
    [6, ['paper_normal_streak_below:6/8']],
    [7, ['paper_normal_streak_below:7/8']],
    [8, []],
  ])('E-08 of paper with %d calm decisions since a warn', (calm, keys) => {
    const facts = paper(after(calm, 40));
    expect(keysAt('pilot', facts, { config: { pilot_is_real_money: false } })).toEqual(keys);
  });

  it('E-08 of paper is not asked for once the latest stage is pilot', () => {
    const facts = diary({ ...PAPER, at: after(6, 40) }, { stage: 'pilot', count: 1 });
    expect(keysAt('pilot', facts, { config: { pilot_is_real_money: false } })).toEqual([]);
  });

  it.each([
    [14, ['pilot_normal_streak_below:14/15']],
    [15, []],
  ])('of pilot with %d', (calm, keys) => {
    const facts = diary(PAPER, { ...PILOT, at: after(calm, 60) });
    expect(keysAt('limited_live', facts)).toEqual(keys);
  });

  it('of experiment is never asked for', () => {
    expect(keysAt('paper', experiment(except([19])))).toEqual([]);
  });
});

describe('approvals and record', () => {
  const withPeople = (pilot: number, limitedLive: number): Told => ({
    posture: { approversOf: { paper: 0, pilot, limited_live: limitedLive } },
  });

  it.each([
    [0, ['approvals_required:1_have:0']],
    [1, []],
  ])('G-34 pilot with %d approving', (people, keys) => {
    expect(keysAt('pilot', paper(NONE), withPeople(people, 0))).toEqual(keys);
  });

  it.each([
    [0, ['approvals_required:2_have:0']],
    [1, ['approvals_required:2_have:1']],
    [2, []],
  ])('E-03 limited_live with %d approving', (people, keys) => {
    const facts = diary(PAPER, PILOT);
    expect(keysAt('limited_live', facts, withPeople(1, people))).toEqual(keys);
  });

  it('nobody has to approve paper', () => {
    expect(keysAt('paper', diary(EXPERIMENT), withPeople(0, 0))).toEqual([]);
  });

  it.each(['paper', 'pilot', 'limited_live'] as const)(
    'E-14 the gaps of the stage behind %s, and of no other, are told',
    (gate) => {
      const facts = diary(EXPERIMENT, PAPER, PILOT);
      const gaps = { paper: [], pilot: [], limited_live: [], [gate]: ['missing_evidence'] };
      const told = { posture: { gapsOf: gaps } } as Told;
      expect(keysAt(gate, facts, told)).toEqual(['audit_gaps_present:missing_evidence']);
      for (const other of (['paper', 'pilot', 'limited_live'] as const).filter((g) => g !== gate)) {
        expect(keysAt(other, facts, told)).toEqual([]);
      }
    },
  );

  it('E-14 two approvals and evidence without a checklist leave three gaps', () => {
    const facts = diary(EXPERIMENT, PAPER, PILOT);
    const gaps = [
      'missing_oos_regime_grid',
      'missing_leakage_checks',
      'missing_risk_audit',
    ] as const;
    const gapsOf = { paper: [], pilot: [], limited_live: gaps };
    expect(keysAt('limited_live', facts, { posture: { gapsOf } })).toEqual([
      'audit_gaps_present:missing_oos_regime_grid,missing_leakage_checks,missing_risk_audit',
    ]);
  });
});

describe('paper green', () => {
  const everyHours = (hours: number, count = 40) =>
    diary({ stage: 'paper', count, everyHours: hours });

  it('E-04 of 9.75 days keeps pilot and limited_live shut', () => {
    const facts = [...everyHours(6)];
    expect(keysAt('pilot', facts)).toEqual(['paper_green_gate_duration_below:9.75<14.00']);
    expect(keysAt('limited_live', facts)).toEqual([
      'pilot_stage_decisions_insufficient:0/60',
      'paper_green_gate_duration_below:9.75<14.00',
    ]);
  });

  it('G-31 is asked for at pilot where pilot is real money', () => {
    const facts = [...everyHours(6)];
    expect(keysAt('pilot', facts, { config: { pilot_is_real_money: false } })).toEqual([]);
    expect(keysAt('limited_live', facts, { config: { pilot_is_real_money: false } })).toContain(
      'paper_green_gate_duration_below:9.75<14.00',
    );
  });

  it('passes at fourteen days exactly, and a millisecond less does not', () => {
    const whole = diary({ stage: 'paper', count: 43, everyHours: 8 });
    expect(keysAt('pilot', whole)).toEqual([]);
    const short = whole.map((one, place) =>
      place === 42 ? { ...one, recordedAt: one.recordedAt - 1 } : one,
    );
    expect(keysAt('pilot', short)).toEqual(['paper_green_gate_duration_below:14.00<14.00']);
  });

  it('E-06 of fifteen days is nought after a warn at the end', () => {
    const facts = diary({ ...PAPER, count: 41, at: except([40]) });
    expect(keysAt('limited_live', facts)).toEqual([
      'pilot_stage_decisions_insufficient:0/60',
      'paper_green_gate_duration_below:0.00<14.00',
      'paper_trading_days_insufficient:0/10',
    ]);
  });

  it('E-16 G-19 is broken between two entries fifteen days apart', () => {
    const sparse = diary(
      { stage: 'paper', count: 1, everyHours: 15 * 24 },
      { stage: 'paper', count: 1 },
      PILOT,
    );
    expect(keysAt('limited_live', sparse)).toEqual([
      'paper_green_gate_duration_below:0.00<14.00',
      'paper_trading_days_insufficient:1/10',
    ]);
  });

  it.each([
    [[0, 2, 4, 6, 8, 10, 12, 13, 14], ['paper_trading_days_insufficient:9/10']],
    [[0, 2, 4, 6, 8, 10, 11, 12, 13, 14], []],
  ])('G-19 asks for ten days with decisions: %j', (days, keys) => {
    const facts = days.flatMap((day) =>
      [0, 1, 2, 3, 4].map((minute) =>
        fact('paper', { recordedAt: T0 + day * DAY_MS + minute * 60_000, seq: minute }),
      ),
    );
    // A gap of two days is not too long here, so that the days alone decide.
    expect(keysAt('pilot', facts, { config: { max_paper_gap_hours: 48 } })).toEqual(keys);
  });
});

describe('where the evidence comes from', () => {
  const VIRTUAL = { clock: 'virtual', venue: 'live', data: 'recorded' } as const;
  const SIMULATED = { clock: 'real', venue: 'simulated', data: 'recorded' } as const;
  const SYNTHETIC = { clock: 'real', venue: 'live', data: 'synthetic' } as const;

  it.each([
    ['a virtual clock', VIRTUAL, 'evidence_virtual:1'],
    ['a simulated venue', SIMULATED, 'evidence_simulated:1'],
    ['synthetic data', SYNTHETIC, 'evidence_simulated:1'],
    ['no label', null, 'evidence_unlabelled:1'],
  ])('%s is refused by name, at every gate, outside dev', (_, provenance, key) => {
    const at = firstOf(1, { provenance });
    const facts = diary({ ...EXPERIMENT, at }, { ...PAPER, at }, { ...PILOT, at });
    for (const gate of ['paper', 'pilot', 'limited_live'] as const) {
      const wanted = [`${MEASURED_AT[gate]}_${key}`];
      for (const environment of ['staging', 'paper', 'micro-live', 'prod'] as const) {
        expect(keysAt(gate, facts, { config: { environment } })).toEqual(wanted);
      }
      expect(keysAt(gate, facts, { config: { environment: 'dev' } })).toEqual([]);
    }
  });

  it.each(['live', 'testnet', 'mirror'] as const)('the venue %s is evidence', (venue) => {
    const provenance = { clock: 'real', venue, data: 'recorded' } as const;
    expect(keysAt('paper', experiment(firstOf(20, { provenance })))).toEqual([]);
  });

  it('is said of too small a sample as well', () => {
    const unlabelled = paper(firstOf(40, { executionMode: null }));
    expect(keysAt('pilot', unlabelled)).toEqual([
      'paper_stage_decisions_insufficient:0/40',
      'paper_evidence_unlabelled:40',
    ]);
  });

  it.each([
    [0, []],
    [1, ['experiment_decisions_missing:1']],
  ])('%d decisions that the feed lost', (missing, keys) => {
    for (const environment of ['dev', 'prod'] as const) {
      const told = { reading: { missing }, config: { environment } };
      expect(keysAt('paper', diary(EXPERIMENT), told)).toEqual(keys);
    }
  });
});

describe('integrity', () => {
  it.each(['paper', 'pilot', 'limited_live'] as const)('keeps %s shut by name', (gate) => {
    const keys = (told: Told) => integrityBlockers(gate, caseOf([], told)).map(blockerKey);
    expect(keys({})).toEqual([]);
    const broken = { reading: { violations: ['dd-7', 'dd-9'] }, posture: { ledgerOk: false } };
    expect(keys(broken)).toEqual([
      'diary_integrity_violation:dd-7',
      'diary_integrity_violation:dd-9',
      'ledger_integrity_violation',
    ]);
  });
});
