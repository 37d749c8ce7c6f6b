/**
 * What `holdfast start --market crash --for 120s` shows, in virtual time: the same market, policy,
 * strategy and account, every checker watching.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Decision, Policy } from '@holdfast/core';
import type { Strategy } from '@holdfast/core/strategy';
import { CRASH_DEMONSTRATION, loadConfiguration } from '@holdfast/runtime/config';
import { createStrategies } from '@holdfast/strategies';
import { beforeAll, describe, expect, it } from 'vitest';
import { DEPOSITS } from '../src/cli/exchange.ts';
import { testPolicy } from '../src/fuzz/policy.fixture.ts';
import { QUIET } from '../src/fuzz/quiet.ts';
import { openMarket } from '../src/market/open-market.ts';
import { World } from '../src/world.ts';

const ROOT = join(import.meta.dirname, '../../..');
/** Of the two minutes; what follows is more of the same. */
const SHOWN_MS = 104_000;

type Said<K extends Decision['kind']> = Extract<Decision, { kind: K }>;

const read = (path: string): unknown => JSON.parse(readFileSync(join(ROOT, path), 'utf8'));

function demonstration(): { policy: Policy; strategies: readonly Strategy<unknown>[] } {
  const loaded = loadConfiguration({
    policyPath: join(ROOT, CRASH_DEMONSTRATION.policy),
    runtimePath: join(ROOT, CRASH_DEMONSTRATION.runtime),
    env: {},
    root: ROOT,
    now: 0,
  });
  if (!loaded.ok) throw new Error(loaded.violations.map(({ message }) => message).join('; '));
  const { policy, runtime } = loaded.value;
  const created = createStrategies(
    runtime.strategies.map((place) => ({ place, value: read(place) })),
  );
  if (!created.ok) throw new Error(JSON.stringify(created.faults));
  return { policy, strategies: created.strategies.map(({ strategy }) => strategy) };
}

function worldOf(seed: string): World {
  const opened = openMarket('crash', { seed, cwd: ROOT });
  if (!opened.ok) throw new Error(opened.faults.join());
  const { policy, strategies } = demonstration();
  const { workload: _, ...quiet } = QUIET;
  return new World({
    ...quiet,
    seed,
    policy,
    market: 'still',
    cancels: 0,
    crash: {},
    restartMsMax: 1_000,
    settleMs: 1_000,
    queueCapacity: 1_024,
    commitDeadlineMs: 250,
    consultMs: 500,
    strategies: () => strategies,
    staged: { market: opened.market, deposits: DEPOSITS },
  });
}

describe('the crash demonstration', () => {
  let world: World;
  let zero: number;
  const said = <K extends Decision['kind']>(kind: K): readonly Said<K>[] =>
    world.decisions.filter((each): each is Said<K> => each.kind === kind);
  const ms = ({ at }: { readonly at: number }): number => at - zero;

  beforeAll(async () => {
    world = worldOf('1');
    zero = world.clock.now();
    await world.run(SHOWN_MS);
  });

  it('no checker finds anything', () => {
    expect(world.finding).toBeNull();
  });

  it('pairs are traded whole while the market is calm', () => {
    const whole = said('groupMoved').filter(({ cause }) => cause === 'all_filled');
    expect(whole.some((move) => ms(move) < 18_000)).toBe(true);
  });

  it('AT-117 a pair of which one leg fills is taken down to neutral, and told once', () => {
    const flattened = said('groupMoved').filter(({ state }) => state === 'Flattened');
    expect(flattened.length).toBeGreaterThan(0);
    for (const { groupId } of flattened) {
      const told = said('atomicNakedEvent').filter((event) => event.groupId === groupId);
      expect(told).toHaveLength(1);
      expect(told[0]).toMatchObject({ cause: 'atomic_legging_failure', exposureAfter: 0 });
    }
    expect(ms(flattened[0] ?? { at: Infinity })).toBeLessThan(34_000);
  });

  it('AT-045 Cortex reduces, kills, lets go by itself, and pairs are traded again', () => {
    const steps = said('modeChanged').filter(({ reasons, from }) =>
      [...reasons, from].some((word) => word.includes('CORTEX') || word === 'Kill'),
    );
    expect(steps.map(({ from, to }) => `${from} ${to}`)).toEqual([
      'Active ReduceOnly',
      'ReduceOnly Kill',
      'Kill ReduceOnly',
    ]);
    const [down, kill, eased] = steps;
    expect(down?.reasons).toEqual(['REDUCEONLY_CORTEX_FORCE_REDUCE_ONLY']);
    expect(kill?.reasons).toEqual(['KILL_CORTEX_FORCE_KILL']);
    expect(kill?.details.join()).toMatch(/spread_bps \w+-PERPETUAL [\d.]+ bps against 75 bps/);
    const back = said('modeChanged').find(
      ({ at, to }) => at > (eased?.at ?? NaN) && to === 'Active',
    );
    expect(ms(back ?? { at: Infinity })).toBeLessThan(95_000);
    expect(world.state?.facts.operatorStop).toBeNull();
    const after = said('groupMoved').filter(
      ({ at, cause }) => at > (back?.at ?? NaN) && cause === 'all_filled',
    );
    expect(after.length).toBeGreaterThan(0);
  });

  it('it ends Active, nothing naked, nothing latched', () => {
    expect(said('modeChanged').at(-1)?.to).toBe('Active');
    expect(said('lossLatched')).toEqual([]);
    expect(world.state?.facts.openGroups.size).toBe(0);
  });
});

describe('the documents of the demonstration', () => {
  it('the policy is the launch policy with five shorter times, and its own name', () => {
    const { policy } = demonstration();
    const launch = testPolicy();
    expect({ ...policy, policyId: launch.policyId, parameters: launch.parameters }).toEqual(launch);
    const { parameters } = policy;
    const changed = Object.entries(launch.parameters).filter(
      ([key, value]) => parameters[key as keyof typeof parameters] !== value,
    );
    expect(changed.map(([key]) => key).sort()).toEqual([
      'basisReduceonlyCooldownS',
      'bunkerExitStableS',
      'dvolCooldownS',
      'spreadDepthCooldownS',
      'sviGuardTripWindowS',
    ]);
    for (const [key, value] of changed) {
      expect(parameters[key as keyof typeof parameters]).toBeLessThan(value);
    }
  });

  it('the runtime document differs in its strategy alone', () => {
    const [dev, shown] = ['config/runtime/dev.json', CRASH_DEMONSTRATION.runtime].map(
      (path) => read(path) as object,
    );
    expect({ ...shown, strategies: [] }).toEqual({ ...dev, strategies: [] });
  });

  it('the strategy is the shipped vertical with other sizes, counts and pauses', () => {
    const [shipped, shown] = ['config/strategies', 'config/demo'].map(
      (folder) =>
        read(`${folder}/vertical-surface.json`) as { parameters: Record<string, unknown> },
    );
    const differing = Object.keys(shipped?.parameters ?? {}).filter(
      (key) => JSON.stringify(shipped?.parameters[key]) !== JSON.stringify(shown?.parameters[key]),
    );
    expect(differing.sort()).toEqual([
      'groups_max',
      'order_contracts_max',
      'order_notional_usd_max',
      'reentry_ms',
      'retry_ms',
    ]);
  });
});
