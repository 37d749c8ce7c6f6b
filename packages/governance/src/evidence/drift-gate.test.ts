import { describe, expect, it } from 'vitest';
import { PAPER_THRESHOLDS, STAGE_REASON, T0 } from './diary.fixture.ts';
import { type DriftQuestion, type DriftSnapshot, evaluateDrift } from './drift-gate.ts';
import { classifyForced, isRiskForced } from './forced.ts';
import { releaseExecution } from './release-execution.ts';

const THRESHOLDS = {
  warn_confidence_floor: 0.6,
  warn_notional_limit: 25_000,
  block_severity: 'alert',
} as const;
const snapshot = (status: DriftSnapshot['status']): DriftSnapshot => ({
  status,
  takenAt: T0 - 1_000,
  dimensions: { slippage: status, fill_rate: 'normal', edge: 'alert' },
  metadata: { snapshot_id: 'drift-7' },
});
const ask = (change: Partial<DriftQuestion> = {}) =>
  evaluateDrift({
    snapshot: snapshot('normal'),
    snapshotAgeMaxMs: 60_000,
    stage: 'pilot',
    thresholds: THRESHOLDS,
    confidence: 0.9,
    notionalUsd: 10_000,
    now: T0,
    ...change,
  });
const isRisk = (change: Partial<DriftQuestion>): boolean =>
  isRiskForced(classifyForced({ metadata: { drift_decision: ask(change) }, decision: {} }));

describe('the drift gate', () => {
  it('lets pass what is normal, and says what it asked for', () => {
    expect(ask({ context: { venue: 'deribit' } })).toEqual({
      allowed: true,
      severity: 'normal',
      evaluated_at: '2026-03-01T09:00:00.000Z',
      blocked_dimensions: ['edge'],
      requirements: {
        confidence_floor: 0.6,
        warn_notional_limit: 25_000,
        block_severity: 'alert',
        release_stage: 'pilot',
        'context.venue': 'deribit',
      },
      snapshot_metadata: { snapshot_id: 'drift-7' },
      force_paper: false,
    });
  });

  it('D-09 knows nothing without a snapshot, and that is not normal', () => {
    expect(ask({ snapshot: null })).toMatchObject({
      allowed: false,
      severity: 'unknown',
      blocked_dimensions: [],
      snapshot_metadata: {},
      force_paper: true,
      reason: 'no_snapshot',
    });
    expect(isRisk({ snapshot: null })).toBe(true);
    expect(ask({ snapshot: null, stage: 'paper' })).toMatchObject({
      reason: 'no_snapshot',
      requirements: { release_stage_gate: STAGE_REASON },
    });
  });

  it('knows as little from an old snapshot, or from one of the future', () => {
    const takenAt = (at: number) => ({ snapshot: { ...snapshot('normal'), takenAt: at } });
    expect(ask(takenAt(T0 - 60_000))).toMatchObject({ allowed: true, severity: 'normal' });
    expect(ask(takenAt(T0))).toMatchObject({ severity: 'normal' });
    for (const at of [T0 - 60_001, T0 + 1, Number.NaN]) {
      expect(ask(takenAt(at))).toMatchObject({
        allowed: false,
        severity: 'unknown',
        blocked_dimensions: [],
        force_paper: true,
        reason: 'drift_snapshot_stale',
      });
      expect(isRisk(takenAt(at))).toBe(true);
    }
  });

  it.each([
    ['alert', 'alert', false],
    ['warn', 'alert', true],
    ['warn', 'warn', false],
    ['alert', 'warn', false],
  ] as const)('at %s with a block at %s is allowed: %s', (status, block_severity, allowed) => {
    const thresholds = { ...THRESHOLDS, block_severity };
    const reason = `drift_severity_${status}`;
    const told = ask({ snapshot: snapshot(status), thresholds });
    expect(told).toMatchObject({ allowed, severity: status, force_paper: true, reason });
    expect(isRisk({ snapshot: snapshot(status), thresholds })).toBe(true);
  });

  it('names the dimensions that reach the block, sorted', () => {
    const thresholds = { ...THRESHOLDS, block_severity: 'warn' } as const;
    const told = ask({ snapshot: snapshot('warn'), thresholds });
    expect(told.blocked_dimensions).toEqual(['edge', 'slippage']);
  });

  it.each([
    [{ confidence: 0.6 }, true, 'drift_severity_warn'],
    [{ confidence: 0.5999 }, false, 'confidence 0.5999 below 0.6'],
    [{ confidence: null }, false, 'confidence missing'],
    [{ confidence: Number.NaN }, false, 'confidence NaN below 0.6'],
    [{ notionalUsd: 25_000 }, true, 'drift_severity_warn'],
    [{ notionalUsd: 25_001 }, false, 'notional 25001 above 25000'],
    [{ notionalUsd: null }, false, 'notional missing'],
    [{ confidence: null, notionalUsd: null }, false, 'confidence missing; notional missing'],
  ])('under warn with %j is allowed: %s', (change, allowed, reason) => {
    const warned = { ...change, snapshot: snapshot('warn') };
    expect(ask(warned)).toMatchObject({ allowed, force_paper: true, reason });
    expect(isRisk(warned)).toBe(true);
    // Without a warning nobody asks.
    expect(ask(change)).toMatchObject({ allowed: true, force_paper: false });
  });

  it.each([
    ['experiment', 'release_stage_experiment_requires_paper_or_better'],
    ['paper', STAGE_REASON],
  ] as const)('sends what is at %s to paper, and that is no risk', (stage, reason) => {
    const told = ask({ stage });
    expect(told).toMatchObject({ allowed: true, severity: 'normal', force_paper: true, reason });
    expect(told.requirements).toMatchObject({ release_stage: stage, release_stage_gate: reason });
    expect(isRisk({ stage })).toBe(false);
    expect(isRisk({ stage, snapshot: snapshot('warn') })).toBe(true);
  });

  it.each(['pilot', 'limited_live'] as const)('sends nothing at %s anywhere', (stage) => {
    expect(ask({ stage }).force_paper).toBe(false);
    expect(ask({ stage })).not.toHaveProperty('reason');
  });

  it('blocks everything where the block stands at normal', () => {
    const thresholds = { ...PAPER_THRESHOLDS, block_severity: 'normal' } as const;
    expect(ask({ thresholds })).toMatchObject({ allowed: false, reason: 'drift_severity_normal' });
  });
});

describe('a release', () => {
  it('tells stage, route, force and all its reasons', () => {
    const audit = {
      declared_stage: 'pilot',
      audit_stage: 'paper',
      gaps: ['missing_approvals'],
      enforced: true,
      updated_at: '2026-03-01T09:00:00.000Z',
    } as const;
    const reasons = ['release_audit_enforced', 'release_audit_gap_missing_approvals'];
    const overridden = 'pilot';
    expect(
      releaseExecution({
        stage: 'paper',
        route: 'paper',
        forced: true,
        reasons,
        overridden,
        audit,
        driftSeverity: 'normal',
      }),
    ).toEqual({
      stage: 'paper',
      route: 'paper',
      forced: true,
      forced_reason: 'release_audit_enforced',
      forced_reasons: reasons,
      overridden,
      audit,
      drift_severity: 'normal',
    });
  });

  it('that is not forced has no reason', () => {
    const plain = { stage: 'pilot', route: 'pilot', forced: false } as const;
    expect(releaseExecution({ ...plain, reasons: [] })).toEqual(plain);
    expect(() => releaseExecution({ ...plain, reasons: ['drift_gate_blocked'] })).toThrow(
      'a route with reasons',
    );
  });
});
