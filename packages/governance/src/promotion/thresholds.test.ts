import { describe, expect, it } from 'vitest';
import { type Stage, STAGES } from './stage.ts';
import { judgeOverrides, resolveThresholds, THRESHOLD_PROFILES } from './thresholds.ts';

describe('the profiles', () => {
  it('are those of section 2.8', () => {
    expect(STAGES.map((stage) => Object.values(THRESHOLD_PROFILES[stage]))).toEqual([
      [0.85, 10_000, 'warn'],
      [0.75, 50_000, 'alert'],
      [0.7, 75_000, 'alert', 0.35],
      [0.6, 100_000, 'alert', 0.2, 0.35],
    ]);
    expect(Object.keys(THRESHOLD_PROFILES.limited_live)).toEqual([
      'warn_confidence_floor',
      'warn_notional_limit',
      'block_severity',
      'counterfactual_relative_delta_limit',
      'counterfactual_relative_delta_limit_passive',
    ]);
  });
});

const PASSIVE = 'counterfactual_relative_delta_limit_passive';

describe('an override', () => {
  it.each<readonly [Stage, string, string | number | null, string]>([
    ['paper', 'warn_confidence_floor', 0.75, 'tighter'],
    ['paper', 'warn_confidence_floor', 0.7499, 'threshold_loosened'],
    ['paper', 'warn_confidence_floor', 1, 'tighter'],
    ['paper', 'warn_confidence_floor', 1.01, 'threshold_invalid'],
    ['paper', 'warn_confidence_floor', -0.01, 'threshold_invalid'],
    ['paper', 'warn_confidence_floor', null, 'threshold_loosened'],
    ['paper', 'warn_confidence_floor', '0.9', 'threshold_invalid'],
    ['paper', 'warn_notional_limit', 50_000, 'tighter'],
    ['paper', 'warn_notional_limit', 50_001, 'threshold_loosened'],
    ['paper', 'warn_notional_limit', 0, 'tighter'],
    ['paper', 'warn_notional_limit', Number.NaN, 'threshold_invalid'],
    ['paper', 'warn_notional_limit', Number.POSITIVE_INFINITY, 'threshold_invalid'],
    ['paper', 'block_severity', 'warn', 'tighter'],
    ['paper', 'block_severity', 'normal', 'tighter'],
    ['paper', 'block_severity', 'alert', 'tighter'],
    ['experiment', 'block_severity', 'alert', 'threshold_loosened'],
    ['paper', 'block_severity', null, 'threshold_loosened'],
    ['paper', 'block_severity', 'panic', 'threshold_invalid'],
    ['paper', 'block_severity', 1, 'threshold_invalid'],
    ['pilot', 'counterfactual_relative_delta_limit', 0.36, 'threshold_loosened'],
    ['pilot', 'counterfactual_relative_delta_limit', 0.35, 'tighter'],
    ['pilot', PASSIVE, 9, 'tighter'],
    ['pilot', PASSIVE, null, 'tighter'],
    ['limited_live', PASSIVE, 0.36, 'threshold_loosened'],
    ['paper', 'max_leverage', 1, 'threshold_invalid'],
    ['paper', 'constructor', 1, 'threshold_invalid'],
  ])('at %s of %s to %s is %s', (stage, key, value, verdict) => {
    const faults = judgeOverrides(stage, { [key]: value });
    expect(faults).toEqual(verdict === 'tighter' ? [] : [{ code: verdict, key }]);
    const resolved = resolveThresholds(stage, { [key]: value }, false);
    const wanted = verdict === 'tighter' ? { [key]: value } : {};
    expect(resolved).toEqual({ ...THRESHOLD_PROFILES[stage], ...wanted, stage });
    const approved = resolveThresholds(stage, { [key]: value }, true);
    const loosened = verdict === 'threshold_invalid' ? {} : { [key]: value };
    expect(approved).toEqual({ ...THRESHOLD_PROFILES[stage], ...loosened, stage });
  });

  it('tells what is no threshold before what loosens, each sorted', () => {
    const overrides = {
      zoo: 1,
      warn_notional_limit: 60_000,
      warn_confidence_floor: 0.1,
      ape: 2,
    };
    expect(judgeOverrides('paper', overrides).map(({ key }) => key)).toEqual([
      'ape',
      'zoo',
      'warn_confidence_floor',
      'warn_notional_limit',
    ]);
  });

  it('of one stage never loosens the stage a policy is held at', () => {
    const overrides = { warn_notional_limit: 90_000, block_severity: 'warn' };
    expect(judgeOverrides('limited_live', overrides)).toEqual([]);
    expect(resolveThresholds('pilot', overrides, false)).toMatchObject({
      stage: 'pilot',
      warn_notional_limit: 75_000,
      block_severity: 'warn',
    });
  });

  it('cannot name another stage', () => {
    expect(resolveThresholds('paper', { stage: 'limited_live' }, true).stage).toBe('paper');
  });
});
