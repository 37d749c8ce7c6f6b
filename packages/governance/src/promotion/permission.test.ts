import { describe, expect, it } from 'vitest';
import {
  mayOpen,
  mayReduce,
  PERMISSION_REASONS,
  type PermissionInputs,
  type PermissionReason,
} from './permission.ts';

const LIVE: PermissionInputs = {
  environment: 'micro-live',
  tradingMode: 'Active',
  isOpenLatched: false,
  riskState: 'Healthy',
  certificate: 'PASS',
  stage: 'pilot',
  status: 'pilot_active',
  isLedgerWhole: true,
  isDiaryWhole: true,
  manifest: 'pass',
  rollout: 'FORWARD_OK',
  operationsLock: { state: 'free' },
};

const reasons = (over: Partial<PermissionInputs>): readonly PermissionReason[] => {
  const permission = mayOpen({ ...LIVE, ...over });
  return permission.may ? [] : permission.reasons;
};
const since = '2026-11-22T00:00:00.000Z';

describe('a policy may open', () => {
  it('where nobody says no', () => {
    expect(mayOpen(LIVE)).toEqual({ may: true });
  });

  const ALONE: readonly (readonly [PermissionReason, Partial<PermissionInputs>])[] = [
    ['TRADING_MODE_NOT_ACTIVE', { tradingMode: 'ReduceOnly' }],
    ['TRADING_MODE_NOT_ACTIVE', { tradingMode: 'Kill' }],
    ['TRADING_MODE_NOT_ACTIVE', { tradingMode: null }],
    ['OPEN_PERMISSION_LATCHED', { isOpenLatched: true }],
    ['OPEN_PERMISSION_LATCHED', { isOpenLatched: null }],
    ['RISK_STATE_NOT_HEALTHY', { riskState: 'Degraded' }],
    ['RISK_STATE_NOT_HEALTHY', { riskState: null }],
    ['F1_CERT_NOT_PASS', { certificate: 'STALE' }],
    ['F1_CERT_NOT_PASS', { certificate: null }],
    ['ENV_CAPITAL_BELOW_TIER', { stage: 'limited_live' }],
    ['PROMO_STAGE_BELOW_REQUIRED', { stage: 'paper' }],
    ['PROMO_STAGE_BELOW_REQUIRED', { stage: null }],
    ['PROMO_STATUS_NOT_ALLOWED', { status: 'approved' }],
    ['PROMO_STATUS_NOT_ALLOWED', { status: null }],
    ['PROMO_LEDGER_INTEGRITY', { isLedgerWhole: false }],
    ['PROMO_LEDGER_INTEGRITY', { isLedgerWhole: null }],
    ['PROMO_DIARY_INTEGRITY', { isDiaryWhole: false }],
    ['PROMO_DIARY_INTEGRITY', { isDiaryWhole: null }],
    ['MANIFEST_NOT_PASS', { manifest: 'fail' }],
    ['MANIFEST_NOT_PASS', { manifest: null }],
    ['ROLLOUT_ROLLBACK_REVIEW', { rollout: 'ROLLBACK_REVIEW_REQUIRED' }],
    ['ROLLOUT_ROLLBACK_REVIEW', { rollout: null }],
    ['OPS_LOCK_ACTIVE', { operationsLock: { state: 'running', operationId: 'OPS-1', since } }],
    ['OPS_LOCK_ACTIVE', { operationsLock: { state: 'latched', operationId: 'OPS-1', since } }],
    ['OPS_LOCK_ACTIVE', { operationsLock: { state: 'unreadable' } }],
    ['OPS_LOCK_ACTIVE', { operationsLock: null }],
  ];
  it.each(ALONE)('not where %s alone says no: %j', (reason, over) => {
    expect(reasons(over)).toEqual([reason]);
  });

  it('not for any of its reasons untested here', () => {
    expect(new Set(ALONE.map(([reason]) => reason))).toEqual(new Set(PERMISSION_REASONS));
  });

  it('on hold: it keeps what runs', () => {
    expect(reasons({ rollout: 'HOLD_AND_REVIEW' })).toEqual([]);
  });

  it('never where nothing is known, and all of it is told', () => {
    const unknown: PermissionInputs = {
      environment: 'prod',
      tradingMode: null,
      isOpenLatched: null,
      riskState: null,
      certificate: null,
      stage: null,
      status: null,
      isLedgerWhole: null,
      isDiaryWhole: null,
      manifest: null,
      rollout: null,
      operationsLock: null,
    };
    expect(reasons(unknown)).toEqual(
      PERMISSION_REASONS.filter((reason) => reason !== 'ENV_CAPITAL_BELOW_TIER'),
    );
  });

  it.each([
    ['dev', 'experiment', 'evolved', []],
    ['staging', 'experiment', 'evolved', []],
    ['dev', 'paper', 'approved', []],
    ['paper', 'experiment', 'evolved', ['PROMO_STAGE_BELOW_REQUIRED', 'PROMO_STATUS_NOT_ALLOWED']],
    ['paper', 'paper', 'evolved', ['PROMO_STATUS_NOT_ALLOWED']],
    ['paper', 'paper', 'approved', []],
    ['paper', 'paper', 'approved_default', []],
    ['paper', 'paper', 'approved_fallback', []],
    ['paper', 'pilot', 'pilot_active', ['ENV_CAPITAL_BELOW_TIER']],
    ['dev', 'pilot', 'pilot_active', ['ENV_CAPITAL_BELOW_TIER']],
    ['dev', 'limited_live', 'active', ['ENV_CAPITAL_BELOW_TIER']],
    ['paper', 'limited_live', 'active', ['ENV_CAPITAL_BELOW_TIER']],
    ['micro-live', 'limited_live', 'active', ['ENV_CAPITAL_BELOW_TIER']],
    ['prod', 'pilot', 'pilot_active', ['PROMO_STAGE_BELOW_REQUIRED', 'PROMO_STATUS_NOT_ALLOWED']],
    ['prod', 'limited_live', 'pilot_active', ['PROMO_STATUS_NOT_ALLOWED']],
    ['prod', 'limited_live', 'active', []],
    ['prod', 'limited_live', 'inactive', ['PROMO_STATUS_NOT_ALLOWED']],
    ['dev', 'experiment', 'inactive', ['PROMO_STATUS_NOT_ALLOWED']],
    ['dev', 'experiment', 'rejected', ['PROMO_STATUS_NOT_ALLOWED']],
  ] as const)('in %s at %s as %s: %j', (environment, stage, status, expected) => {
    expect(reasons({ environment, stage, status })).toEqual(expected);
  });

  it('on the first tier without manifest and rollout, which nothing there has', () => {
    const first = {
      stage: 'experiment',
      status: 'evolved',
      manifest: null,
      rollout: null,
    } as const;
    expect(reasons({ ...first, environment: 'dev' })).toEqual([]);
    expect(reasons({ ...first, environment: 'staging' })).toEqual([]);
    const review = { ...first, rollout: 'ROLLBACK_REVIEW_REQUIRED' } as const;
    expect(reasons({ ...review, environment: 'dev' })).toEqual(['ROLLOUT_ROLLBACK_REVIEW']);
  });
});

describe('risk may be taken away', () => {
  it.each([
    ['Active', 'none', true],
    ['ReduceOnly', 'none', true],
    [null, 'none', true],
    ['Kill', 'some', true],
    ['Kill', null, true],
    ['Kill', 'none', false],
  ] as const)('in %s with %s: %s', (mode, exposure, expected) => {
    expect(mayReduce(mode, exposure)).toBe(expected);
  });
});
