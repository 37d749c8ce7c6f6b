import { describe, expect, it } from 'vitest';
import { assess } from './assess.ts';
import { assessmentDigest } from './assessment.ts';
import { CATALOGUE } from './catalogue.ts';
import { configDigest } from './config.ts';
import {
  config,
  diary,
  EXPERIMENT,
  except,
  fact,
  firstOf,
  HOUR_MS,
  NOW,
  PAPER,
  posture,
  reading,
  T0,
} from './evidence.fixture.ts';

const assessed = (facts = diary(EXPERIMENT), windowHours: number | null = null) =>
  assess(reading(facts), posture(), config(), NOW, windowHours);

/** Of 25 decisions at experiment, the first three forced and warned. */
const DOCUMENT = {
  policy_id: 'alpha.btc',
  current_stage: 'experiment',
  declared_stage: 'experiment',
  audit_stage: 'limited_live',
  recommended_stage: 'paper',
  approvals: ['compliance', 'risk'],
  evidence_id: 'dd-1',
  audit_gaps: [],
  metrics: {
    policy_id: 'alpha.btc',
    total_decisions: 25,
    stage_metrics: {
      experiment: {
        stage: 'experiment',
        total: 25,
        forced: 3,
        severity: { normal: 22, warn: 3 },
        forced_ratio: 0.12,
        normal_ratio: 0.88,
        warn_ratio: 0.12,
        alert_ratio: 0,
      },
    },
    release_routes: { paper: 25 },
    severity: { normal: 22, warn: 3 },
    forced_total: 3,
    forced_ratio: 0.12,
    consecutive_normal_latest_stage: 22,
    first_entry_at: '2026-03-01T00:00:00.000Z',
    last_entry_at: '2026-03-02T00:00:00.000Z',
    latest_stage: 'experiment',
  },
  stage_blockers: {
    paper: [],
    pilot: ['paper_stage_decisions_insufficient:0/40'],
    limited_live: [],
  },
  next_gate: 'paper',
  gate_status: { paper: 'clear', pilot: 'blocked', limited_live: 'not_evaluated' },
  blockers_structured: [
    {
      code: 'paper_stage_decisions_insufficient',
      gate: 'pilot',
      measured_stage: 'paper',
      value: 0,
      limit: 40,
      comparator: '<',
      remediation: CATALOGUE['{stage}_stage_decisions_insufficient'].remedy,
    },
  ],
  regressions: [],
  evidence_epoch: { experiment: '2026-02-28T00:00:00.000Z' },
  paper_green_days: 0,
  integrity: { diary_ok: true, ledger_ok: true },
  evaluator_config_digest: configDigest(config()),
  assessed_at: '2026-09-17T00:00:00.000Z',
  window_hours: null,
  data_quality: [],
};

describe('the assessment', () => {
  it('has the keys of section 3.6, and what they say', () => {
    const facts = diary({
      ...EXPERIMENT,
      at: except([0, 1, 2], { severity: 'warn', isRiskForced: true }),
    });
    expect(assess(reading(facts), posture(), config(), NOW)).toEqual(DOCUMENT);
  });

  it('of a policy without entries has nulls and noughts', () => {
    const told = posture({
      declaredStage: null,
      evidenceId: null,
      auditStage: null,
      transitions: [],
    });
    expect(assess(reading([]), told, config(), NOW)).toMatchObject({
      declared_stage: null,
      audit_stage: null,
      evidence_id: null,
      metrics: {
        total_decisions: 0,
        stage_metrics: {},
        forced_ratio: 0,
        first_entry_at: null,
        last_entry_at: null,
        latest_stage: null,
      },
      evidence_epoch: {},
    });
  });

  it('rounds ratios and days to five decimals, ties to the even digit', () => {
    const forced = { isRiskForced: true };
    const facts = diary({ stage: 'paper', count: 64, everyHours: 1, at: firstOf(1, forced) });
    const { metrics, paper_green_days: days } = assessed(facts);
    expect(metrics.forced_ratio).toBe(0.01562);
    expect(metrics.stage_metrics.paper?.forced_ratio).toBe(0.01562);
    expect(days).toBe(2.58333);
    const third = diary({ stage: 'paper', count: 3, at: firstOf(1, { severity: 'alert' }) });
    expect(assessed(third).metrics.stage_metrics.paper).toMatchObject({
      alert_ratio: 0.33333,
      normal_ratio: 0.66667,
      warn_ratio: 0,
    });
  });

  it('sorts approvals, and drops blank ones', () => {
    const told = posture({ approvals: ['risk', '', 'compliance'] });
    expect(assess(reading([]), told, config(), NOW).approvals).toEqual(['compliance', 'risk']);
  });

  it('says of both records whether they are what was written', () => {
    const broken = assess(
      reading([], { violations: ['dd-1'] }),
      posture({ ledgerOk: false }),
      config(),
      NOW,
    );
    expect(broken.integrity).toEqual({ diary_ok: false, ledger_ok: false });
  });

  it('lists the blockers of all gates in their order', () => {
    const found = assess(reading([]), posture({ ledgerOk: false }), config(), NOW);
    expect(found.blockers_structured.map(({ gate, code }) => `${gate} ${code}`)).toEqual([
      'paper ledger_integrity_violation',
      'paper experiment_stage_decisions_insufficient',
      'pilot ledger_integrity_violation',
      'limited_live ledger_integrity_violation',
    ]);
    expect(found.blockers_structured[0]).toMatchObject({ value: 1, limit: 0, comparator: '>' });
  });

  it('has an epoch for each stage that was entered', () => {
    const told = posture({
      transitions: [
        { from: null, to: 'experiment', at: T0 },
        { from: 'experiment', to: 'paper', at: T0 + HOUR_MS },
      ],
      resets: [{ stage: 'pilot', at: T0 + 2 * HOUR_MS }],
    });
    expect(assess(reading([]), told, config(), NOW).evidence_epoch).toEqual({
      experiment: '2026-03-01T00:00:00.000Z',
      paper: '2026-03-01T01:00:00.000Z',
      pilot: '2026-03-01T02:00:00.000Z',
    });
  });

  it('asserts that missing decisions were counted', () => {
    const nonsense = reading([], { missing: Number.NaN });
    expect(() => assess(nonsense, posture(), config(), NOW)).toThrow('counted');
  });
});

describe('data quality', () => {
  it('E-17 warns of an entry without a stage, and the streak goes on', () => {
    const facts = diary({ ...PAPER, count: 9 });
    const found = assessed([...facts, fact(null, { seq: 99, recordedAt: NOW })]);
    expect(found.data_quality).toEqual(['entries_without_stage:1']);
    expect(found.metrics.consecutive_normal_latest_stage).toBe(9);
    expect(found.metrics.latest_stage).toBe('paper');
  });

  it('names entries ahead of now, and of another mode', () => {
    const found = assessed([
      fact('paper', { executionMode: 'shadow' }),
      fact('pilot', { executionMode: 'paper', seq: 1 }),
      fact('pilot', { recordedAt: NOW + 1, seq: 2 }),
    ]);
    expect(found.data_quality).toEqual([
      'entries_ahead_of_now:1',
      'paper_entries_of_other_mode:1',
      'pilot_entries_of_other_mode:1',
    ]);
  });
});

describe('a window', () => {
  const recent = fact('experiment', { seq: 7, recordedAt: NOW - 2 * HOUR_MS });

  it('takes the entries of its hours, and says so', () => {
    expect(assessed([recent], 2)).toMatchObject({
      window_hours: 2,
      metrics: { total_decisions: 1 },
    });
    expect(assessed([recent], 1.999).metrics.total_decisions).toBe(0);
  });

  it.each([0, -5, Number.NaN])('of %d hours is nonsense', (hours) => {
    expect(() => assessed([recent], hours)).toThrow('hours');
  });
});

describe('the digest of an assessment', () => {
  it('is of everything but the time', () => {
    const facts = diary(EXPERIMENT);
    const at = (now: number) => assessmentDigest(assess(reading(facts), posture(), config(), now));
    expect(at(NOW)).toMatch(/^[0-9a-f]{64}$/);
    expect(at(NOW + 1)).toBe(at(NOW));
    expect(assessmentDigest(assessed(facts, 24_000))).not.toBe(at(NOW));
    const other = assess(reading(facts), posture(), config({ min_trading_days: 11 }), NOW);
    expect(assessmentDigest(other)).not.toBe(at(NOW));
    expect(assessmentDigest(assessed(diary({ ...EXPERIMENT, count: 26 })))).not.toBe(at(NOW));
  });
});
