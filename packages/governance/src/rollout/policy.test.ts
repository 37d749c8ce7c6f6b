import { describe, expect, it } from 'vitest';
import { METRIC_IDS, METRICS } from './metric.ts';
import { DEFAULT_POLICY, type PolicyRead, readPolicy } from './policy.ts';

type Change = (policy: Record<string, unknown>) => void;
const changed = (change: Change): PolicyRead => {
  const policy = structuredClone(DEFAULT_POLICY) as unknown as Record<string, unknown>;
  change(policy);
  return readPolicy(JSON.stringify(policy));
};
const pathsOf = (read: PolicyRead): readonly string[] =>
  read.ok ? [] : read.faults.map(({ path }) => path);

describe('the rollout policy', () => {
  it('has the defaults of section 8.8, and falls back to the control', () => {
    expect(DEFAULT_POLICY).toMatchObject({
      fallback_branch: 'alpha_first_selective_veto',
      max_source_lag_sessions: { warn: 1, hard: 2 },
      max_data_age_sessions: { warn: 2, hard: 3 },
      hard_streak_rollback_min: 1,
      warning_streak_hold_min: 1,
      warning_streak_rollback_min: 5,
      divergence_high_streak: { hold_min: 1, rollback_min: 5 },
      misalignment_streak: { warn: 10 },
      require_golden: true,
      require_no_silent_path: true,
      equivalence_max_age_sessions: 5,
      recovery_clean_runs: 3,
      hold_blocks_paper: true,
      emergency_stop_enabled: true,
      rollout_review_is_emergency_stop: false,
      rollout_checker_enabled: true,
      rollout: { checker: 'integrated' },
    });
    expect(Object.keys(DEFAULT_POLICY.monitor)).toEqual([...METRIC_IDS]);
    for (const id of METRIC_IDS) {
      expect(DEFAULT_POLICY.monitor[id].direction).toBe(METRICS[id].direction);
      expect(DEFAULT_POLICY.monitor[id].required).toBe(true);
    }
  });

  it('has one digest however it is laid out, and another for another number', () => {
    const one = readPolicy(JSON.stringify(DEFAULT_POLICY));
    const entries = Object.entries(DEFAULT_POLICY).toReversed();
    const other = readPolicy(JSON.stringify(Object.fromEntries(entries), null, 4));
    expect(one).toMatchObject({ ok: true, policy: DEFAULT_POLICY });
    expect(one.ok && other.ok && one.sha256 === other.sha256).toBe(true);
    const third = changed((policy) => Object.assign(policy, { recovery_clean_runs: 4 }));
    expect(one.ok && third.ok && one.sha256 !== third.sha256).toBe(true);
  });

  it('is closed at every level, and names the place', () => {
    expect(pathsOf(changed((policy) => Object.assign(policy, { more: 1 })))).toEqual(['/more']);
    const nested = changed((policy) => Object.assign(policy['rollout'] ?? {}, { more: 1 }));
    expect(pathsOf(nested)).toEqual(['/rollout/more']);
    expect(pathsOf(changed((policy) => delete policy['require_golden']))).toEqual([
      '/require_golden',
    ]);
    const broken = readPolicy('{');
    expect(broken.ok).toBe(false);
    expect(broken.ok ? '' : broken.faults[0]?.detail).toMatch(/line 1, column \d/);
  });

  it('DG-18 takes no direction but that of the metric', () => {
    for (const id of METRIC_IDS) {
      const reversed = METRICS[id].direction === 'min' ? 'max' : 'min';
      const read = changed((policy) => {
        const monitor = policy['monitor'] as Record<string, object>;
        monitor[id] = { ...monitor[id], direction: reversed };
      });
      expect(pathsOf(read)).toEqual([`/monitor/${id}/direction`]);
    }
  });

  it('takes no tier that is passed over', () => {
    const tiers = (key: string, value: unknown) =>
      pathsOf(changed((policy) => Object.assign(policy, { [key]: value })));
    for (const key of ['max_source_lag_sessions', 'max_data_age_sessions']) {
      expect(tiers(key, { warn: 3, hard: 2 })).toEqual([`/${key}`]);
      expect(tiers(key, { warn: 2, hard: 2 })).toEqual([]);
      expect(tiers(key, { warn: 0, hard: 2 })).toEqual([`/${key}/warn`]);
    }
    const streaks = (hold: number, rollback: number | null) =>
      pathsOf(
        changed((policy) =>
          Object.assign(policy, {
            warning_streak_hold_min: hold,
            warning_streak_rollback_min: rollback,
          }),
        ),
      );
    expect(streaks(3, 2)).toEqual(['/warning_streak_rollback_min']);
    expect(streaks(2, 2)).toEqual([]);
    expect(streaks(9, null)).toEqual([]);
    expect(tiers('divergence_high_streak', { hold_min: 2, rollback_min: 5 })).toEqual([
      '/divergence_high_streak/hold_min',
    ]);
  });

  it('takes no threshold that warns after it is hard', () => {
    const limits = (id: string, warn: string | null, hard: string | null) =>
      pathsOf(
        changed((policy) => {
          const monitor = policy['monitor'] as Record<string, object>;
          monitor[id] = { ...monitor[id], warn, hard };
        }),
      );
    expect(limits('max_drawdown', '-0.2', '-0.18')).toEqual(['/monitor/max_drawdown']);
    expect(limits('max_drawdown', '-0.18', '-0.18')).toEqual([]);
    expect(limits('max_loss_streak', '11', '10')).toEqual(['/monitor/max_loss_streak']);
    expect(limits('max_loss_streak', '10', '10')).toEqual([]);
    expect(limits('max_loss_streak', null, '10')).toEqual([]);
    expect(limits('max_loss_streak', '10', null)).toEqual([]);
    expect(limits('max_loss_streak', '1.0', '10')).toEqual(['/monitor/max_loss_streak/warn']);
  });
});
