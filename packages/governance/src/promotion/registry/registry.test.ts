import { beforeEach, describe, expect, it } from 'vitest';
import { DEFAULT_GUARD_CONFIG } from '../guard/config.ts';
import { diary, fact, posture, REGIMES } from '../guard/evidence.fixture.ts';
import { PromotionIntegrityError } from '../guard/failure.ts';
import { offer, scored, T0 } from './chain.fixture.ts';
import { ASKER, Desk, earned } from './desk.fixture.ts';
import { StrategyRegistryError } from './error.ts';
import { StrategyRegistry } from './registry.ts';

let desk = new Desk();
beforeEach(() => {
  desk = new Desk();
});

const register = (
  strategyId: string,
  status: string | null = null,
  fitness: number | null = null,
) => desk.after(desk.registry.registerChampion(scored(strategyId, fitness), status, ASKER));

/** A strategy that went all the way. */
async function active(strategyId: string): Promise<void> {
  desk.earns(strategyId, 'limited_live');
  for (const status of ['approved', 'pilot_active', 'active']) {
    await (status === 'approved' ? register(strategyId, status) : desk.to(strategyId, status));
  }
  expect(await desk.statuses()).toMatchObject({ [strategyId]: 'active' });
}

describe('a champion', () => {
  it('is registered as evolved, and the guard is not asked', async () => {
    expect(await register('a')).toEqual({ a: 'evolved' });
    expect(desk.chain.events).toMatchObject([
      {
        type: 'champion_registered',
        subject: 'a',
        actor: 'ana',
        refs: { policy_id: 'a' },
        payload: { from: null, to: 'evolved', guard: null, reason: 'because' },
      },
    ]);
  });

  it('R-02 becomes approved when its regimes are covered, and not before', async () => {
    const config = {
      ...DEFAULT_GUARD_CONFIG,
      requiredRegimes: ['balanced', 'bullish'],
      minDecisionsPerRegime: 2,
    };
    const evidence = earned('a', 'paper');
    const balanced = [1, 2].map(() => fact({ regime: 'balanced' }));
    desk.evidence.set('a', { ...evidence, diary: diary(balanced) });
    const registry = new StrategyRegistry({
      store: desk.chain,
      config,
      environment: 'prod',
      evidenceOf: (id) => Promise.resolve(desk.evidence.get(id) ?? evidence),
      now: () => T0,
      log: () => undefined,
    });
    const early = [
      await registry.registerChampion(offer('a'), 'approved', ASKER),
      await registry.registerChampion(offer('a'), null, ASKER),
      await registry.updateStatus('a', 'approved', ASKER),
    ].map((answer) => (answer.ok ? 'done' : answer.error.message));
    const missing = "Decision diary coverage for policy 'a' missing regimes: bullish";
    expect(early).toEqual([missing, 'done', missing]);
    const both = [...balanced, ...[1, 2].map(() => fact({ regime: 'bullish' }))];
    desk.evidence.set('a', { ...evidence, diary: diary(both) });
    expect(await registry.updateStatus('a', 'approved', ASKER)).toMatchObject({ ok: true });
    expect(
      await registry.registerChampion(offer('b', { policyId: 'a' }), 'approved', ASKER),
    ).toMatchObject({ ok: true });
  });

  it('is born evolved: what leads further than one step is refused', async () => {
    desk.earns('a', 'limited_live');
    expect(await register('a', 'pilot_active')).toBe('illegal_transition:evolved->pilot_active');
    expect(await register('a', 'active')).toBe('illegal_transition:evolved->active');
    expect(await register('a', 'rejected')).toEqual({ a: 'rejected' });
    expect(await register('b', 'inactive')).toEqual({ a: 'rejected', b: 'inactive' });
  });

  it('G-26 keeps its place, its time and its history when it is registered again', async () => {
    desk.earns('a', 'paper');
    await register('a', 'approved', 1);
    const first = (await desk.registry.read()).strategies.get('a');
    expect(await register('a', null, 2)).toEqual({ a: 'approved' });
    const { strategies, rows } = await desk.registry.read();
    expect(strategies.get('a')).toMatchObject({
      createdAt: first?.createdAt,
      createdSeq: 0,
      status: 'approved',
      champion: { fitness_score: 2 },
    });
    expect(rows.map(({ from, to }) => [from, to])).toEqual([
      [null, 'approved'],
      ['approved', 'approved'],
    ]);
    expect(desk.chain.events[1]).toMatchObject({ payload: { guard: { ok: true } } });
  });

  it('is asked anew whether it has earned what it is, when it is registered again', async () => {
    desk.earns('a', 'paper');
    await register('a', 'approved');
    desk.earns('a', 'experiment');
    expect(await register('a')).toBe('guard_rejected');
    expect(await register('a', 'evolved')).toEqual({ a: 'evolved' });
    expect(await register('a')).toEqual({ a: 'evolved' });
  });

  it('that has earned something is no other genome and of no other policy', async () => {
    desk.earns('a', 'paper');
    desk.earns('b', 'paper');
    await register('a', 'approved');
    const again = (over: object, status: string | null) =>
      desk.after(desk.registry.registerChampion(offer('a', over), status, ASKER));
    expect(await again({ dna: { genes: ['other'] } }, null)).toBe('identity_changed');
    expect(await again({ policyId: 'b' }, 'approved')).toBe('identity_changed');
    expect(await again({ policyId: 'b' }, 'inactive')).toBe('identity_changed');
    expect(await desk.to('a', 'inactive')).toEqual({ a: 'inactive' });
    expect(await again({ policyId: 'b' }, null)).toEqual({ a: 'inactive' });
    expect((await desk.registry.read()).strategies.get('a')?.champion.policy_id).toBe('b');
  });

  it('that is malformed is refused, and nothing is written', async () => {
    const wrong = { fitnessReport: { fitness_score: 'x' } };
    expect(await desk.after(desk.registry.registerChampion(offer('a', wrong), null, ASKER))).toBe(
      'champion_malformed',
    );
    expect(desk.chain.events).toEqual([]);
  });

  it('from the rejected comes back with the evidence of its new life alone', async () => {
    desk.earns('a', 'paper');
    await register('a', 'rejected');
    expect(await register('a', 'evolved')).toEqual({ a: 'evolved' });
    expect((await desk.registry.read()).strategies.get('a')?.evidenceSince).toBe(desk.now);
    expect(await desk.to('a', 'approved')).toBe('guard_rejected');
  });
});

describe('a status', () => {
  it('R-05 of a strategy nobody knows is not changed', async () => {
    await register('a');
    expect(await desk.to('ghost', 'inactive')).toBe('unknown_strategy');
    expect(await desk.to('ghost', 'active')).toBe('unknown_strategy');
    expect(await desk.statuses()).toEqual({ a: 'evolved' });
    expect(desk.chain.events).toHaveLength(1);
  });

  it('R-12 that does not exist is refused, and nothing becomes evolved by it', async () => {
    desk.earns('a', 'paper');
    await register('a', 'approved_default');
    expect(await desk.to('a', 'actve')).toBe('unknown_status:actve');
    expect(await register('a', 'actve')).toBe('unknown_status:actve');
    expect(await desk.statuses()).toEqual({ a: 'approved_default' });
  });

  it('that no step leads to is refused by its name', async () => {
    await register('a');
    expect(await desk.to('a', 'active')).toBe('illegal_transition:evolved->active');
    expect(await desk.to('a', 'evolved')).toBe('illegal_transition:evolved->evolved');
  });

  it('R-11 approved_default without a ledger record is refused', async () => {
    const evidence = earned('a', 'paper');
    const none = posture({ policyId: 'a', recordPresent: false, declaredStage: null });
    desk.evidence.set('a', { ...evidence, posture: none });
    await register('a');
    expect(await desk.to('a', 'approved_default')).toBe('guard_rejected');
    expect(await desk.to('a', 'approved_fallback')).toBe('guard_rejected');
    expect(await register('b', 'approved_default')).toBe('guard_rejected');
    desk.evidence.set('a', evidence);
    expect(await desk.to('a', 'approved_default')).toEqual({ a: 'approved_default' });
  });

  it('G-27 the refusal of the guard is a registry error caused by an integrity error', async () => {
    desk.earns('a', 'experiment');
    await register('a');
    const answer = await desk.registry.updateStatus('a', 'approved', ASKER);
    const error = answer.ok ? null : answer.error;
    expect(error).toBeInstanceOf(StrategyRegistryError);
    expect(error?.cause).toBeInstanceOf(PromotionIntegrityError);
    expect(error).toMatchObject({
      name: 'StrategyRegistryError',
      code: 'guard_rejected',
      message: "Policy 'a' stage 'experiment' below required 'paper'",
    });
    expect(error?.cause).toMatchObject({ message: error?.message });
    const other = await desk.registry.updateStatus('a', 'actve', ASKER);
    expect(other.ok ? null : other.error.cause).toBeUndefined();
  });

  it('R-04 refused by the guard is logged once, and by anybody else not', async () => {
    desk.earns('a', 'experiment');
    await register('a');
    await desk.to('a', 'approved');
    await desk.to('a', 'active');
    expect(desk.lines).toMatchObject([
      { 'governance.rbac_reason': 'stage_regression', 'governance.strategy_id': 'a' },
    ]);
  });

  it('keeps what the guard said beside the step it allowed', async () => {
    desk.earns('a', 'paper');
    await register('a');
    await desk.to('a', 'approved');
    expect(desk.chain.events[1]?.payload).toEqual({
      from: 'evolved',
      to: 'approved',
      reason: 'because',
      new_evidence_epoch: false,
      guard: {
        ok: true,
        policy_id: 'a',
        status: 'approved',
        required_stage: 'paper',
        coverage: Object.fromEntries(REGIMES.map((regime) => [regime, '3/3'])),
        failures: [],
      },
    });
  });

  it('R-13 goes down with a ledger and a diary that cannot be read', async () => {
    await active('a');
    desk.evidence.clear();
    expect(await desk.to('a', 'pilot_active')).toEqual({ a: 'pilot_active' });
    expect(await desk.to('a', 'active')).toBe('guard_rejected');
    expect(await desk.to('a', 'inactive')).toEqual({ a: 'inactive' });
    await active('b');
    desk.evidence.clear();
    expect(await desk.to('b', 'inactive')).toEqual({ a: 'inactive', b: 'inactive' });
  });

  it('from rejected begins a new evidence epoch, and no other step does', async () => {
    desk.earns('a', 'paper');
    await register('a');
    await desk.to('a', 'approved');
    await desk.to('a', 'rejected');
    expect((await desk.registry.read()).strategies.get('a')?.evidenceSince).toBe(0);
    await desk.to('a', 'evolved');
    const { evidenceSince } = (await desk.registry.read()).strategies.get('a') ?? {};
    expect(evidenceSince).toBe(desk.now);
    expect(await desk.to('a', 'approved')).toBe('guard_rejected');
    await desk.to('a', 'inactive');
    expect((await desk.registry.read()).strategies.get('a')?.evidenceSince).toBe(evidenceSince);
    const late = REGIMES.flatMap((regime) => [1, 2, 3].map(() => fact({ regime })));
    const facts = late.map((each) => ({ ...each, recordedAt: desk.now }));
    desk.evidence.set('a', { ...earned('a', 'paper'), diary: diary(facts) });
    expect(await desk.to('a', 'approved')).toEqual({ a: 'approved' });
  });
});

describe('the default', () => {
  beforeEach(async () => {
    for (const id of ['a', 'b', 'c', 'd']) desk.earns(id, 'paper');
    await register('a', 'approved_default', 1);
    await register('b', 'approved_fallback', 5);
    await register('c', 'approved_fallback', 7);
    await register('d', 'approved_fallback', null);
  });
  const rest = { b: 'approved_fallback', c: 'approved_fallback', d: 'approved_fallback' };

  it('R-06 steps down to fallback when another becomes it', async () => {
    expect(await desk.to('b', 'approved_default')).toEqual({
      ...rest,
      a: 'approved_fallback',
      b: 'approved_default',
    });
    expect(desk.chain.events.slice(4)).toMatchObject([
      { subject: 'a', payload: { to: 'approved_fallback', reason: 'default is b', guard: null } },
      { subject: 'b', payload: { to: 'approved_default', guard: { ok: true } } },
    ]);
    desk.earns('e', 'paper');
    expect(await register('e', 'approved_default')).toMatchObject({
      b: 'approved_fallback',
      e: 'approved_default',
    });
  });

  it('R-06 that is rejected is followed by the best fallback', async () => {
    expect(await desk.to('a', 'rejected')).toEqual({
      ...rest,
      a: 'rejected',
      c: 'approved_default',
    });
    expect(desk.chain.events.at(-1)).toMatchObject({
      type: 'status_changed',
      subject: 'c',
      payload: { reason: 'default was a', guard: { ok: true, status: 'approved_default' } },
    });
    expect(await desk.to('c', 'rejected')).toMatchObject({ b: 'approved_default' });
    expect(await desk.to('b', 'rejected')).toMatchObject({ d: 'approved_default' });
    expect(await desk.to('d', 'rejected')).toEqual({
      a: 'rejected',
      b: 'rejected',
      c: 'rejected',
      d: 'rejected',
    });
  });

  it('R-06 that becomes a fallback does not follow itself', async () => {
    await desk.after(desk.registry.registerChampion(scored('a', 99), null, ASKER));
    expect(await desk.to('a', 'approved_fallback')).toMatchObject({
      a: 'approved_fallback',
      c: 'approved_default',
    });
  });

  it('R-06 that climbs, or is registered as something else, is followed too', async () => {
    desk.earns('a', 'pilot');
    expect(await desk.to('a', 'pilot_active')).toMatchObject({
      a: 'pilot_active',
      c: 'approved_default',
    });
    expect(await register('c', 'inactive', 7)).toMatchObject({ b: 'approved_default' });
  });

  it('R-11 is nobody where the guard refuses the best fallback, and that is told', async () => {
    desk.earns('c', 'experiment');
    expect(await desk.to('a', 'inactive')).toEqual({ ...rest, a: 'inactive' });
    expect(desk.chain.events.at(-1)).toMatchObject({
      type: 'fallback_guard_rejected',
      subject: 'c',
      refs: { policy_id: 'c' },
      payload: {
        status: 'approved_fallback',
        reason: 'default was a',
        guard: { ok: false, failures: [{ reason: 'stage_regression' }] },
      },
    });
    const { rows } = await desk.registry.read();
    expect(rows.at(-1)).toMatchObject({
      from: 'approved_fallback',
      to: 'approved_fallback',
      reason: 'fallback_guard_rejected: default was a',
    });
  });

  it('R-13 leaves with nothing that can be read, and then nobody is it', async () => {
    desk.evidence.clear();
    expect(await desk.to('a', 'inactive')).toEqual({ ...rest, a: 'inactive' });
    expect(desk.chain.events.at(-1)).toMatchObject({ type: 'fallback_guard_rejected' });
  });

  it('stays where another is refused', async () => {
    desk.earns('b', 'experiment');
    expect(await desk.to('b', 'approved_default')).toBe('guard_rejected');
    expect(await desk.statuses()).toEqual({ ...rest, a: 'approved_default' });
  });

  it('is not looked for where there was none', async () => {
    desk.earns('c', 'experiment');
    await desk.to('a', 'inactive');
    const { length } = desk.chain.events;
    await desk.to('b', 'inactive');
    expect(desk.chain.events).toHaveLength(length + 1);
  });
});

describe('reconciling', () => {
  const reconcile = async () => {
    const { unread, ...answer } = await desk.registry.reconcile('ledger');
    expect(answer.ok).toBe(true);
    return { unread, statuses: await desk.statuses() };
  };

  it.each([
    ['limited_live', 'active'],
    ['pilot', 'pilot_active'],
    ['paper', 'approved'],
    ['experiment', 'inactive'],
  ] as const)('R-14 active at %s is %s', async (stage, status) => {
    await active('a');
    desk.earns('a', stage);
    expect(await reconcile()).toEqual({ unread: [], statuses: { a: status } });
    const last = desk.chain.events.at(-1);
    if (status === 'active') expect(last?.type).toBe('status_changed');
    else {
      expect(last).toMatchObject({
        type: 'reconciled',
        subject: 'a',
        actor: 'ledger',
        refs: { policy_id: 'a' },
        payload: { from: 'active', to: status, reason: `ledger_demotion: ${stage}` },
      });
    }
    const { length } = desk.chain.events;
    await reconcile();
    expect(desk.chain.events).toHaveLength(length);
  });

  it('R-14 makes all inactive whose record is gone', async () => {
    await active('a');
    const evidence = earned('a', 'limited_live');
    const gone = posture({ policyId: 'a', recordPresent: false });
    desk.evidence.set('a', { ...evidence, posture: gone });
    expect((await reconcile()).statuses).toEqual({ a: 'inactive' });
    expect(desk.chain.events.at(-1)?.payload['reason']).toBe('ledger_demotion: no record');
  });

  it('R-14 makes all inactive where ledger or diary are not what was written', async () => {
    await active('a');
    await active('b');
    const [a, b] = [earned('a', 'limited_live'), earned('b', 'limited_live')];
    const broken = posture({ policyId: 'a', ledgerOk: false });
    desk.evidence.set('a', { ...a, posture: broken });
    desk.evidence.set('b', { ...b, diary: diary([fact()], ['dd-1', 'dd-2']) });
    expect((await reconcile()).statuses).toEqual({ a: 'inactive', b: 'inactive' });
    expect(desk.chain.events.slice(-2).map(({ payload }) => payload['reason'])).toEqual([
      'integrity_violation: ledger',
      'integrity_violation: diary dd-1, dd-2',
    ]);
  });

  it('R-14 moves nobody whose evidence cannot be read, and names the policy', async () => {
    await active('a');
    await active('b');
    desk.earns('a', 'paper');
    desk.evidence.delete('b');
    expect(await reconcile()).toEqual({
      unread: ['b'],
      statuses: { a: 'approved', b: 'active' },
    });
  });

  it('R-14 takes the default from who lost it, and gives it where the guard lets it', async () => {
    for (const id of ['a', 'b', 'c']) desk.earns(id, 'paper');
    await register('a', 'approved_default', 1);
    await register('b', 'approved_fallback', 9);
    await register('c', 'approved_fallback', 2);
    desk.earns('a', 'experiment');
    desk.earns('b', 'experiment');
    expect((await reconcile()).statuses).toEqual({
      a: 'inactive',
      b: 'inactive',
      c: 'approved_default',
    });
  });

  it('asks nothing of strategies that have earned nothing', async () => {
    desk.earns('a', 'paper');
    await register('a', 'rejected');
    desk.asked.length = 0;
    expect((await reconcile()).statuses).toEqual({ a: 'rejected' });
    expect(desk.asked).toEqual([]);
  });
});

describe('the registry on its chain', () => {
  it('judges anew what somebody else came before', async () => {
    desk.earns('a', 'paper');
    desk.earns('b', 'paper');
    await register('a', 'approved_default');
    await register('b');
    const other = new Desk();
    other.earns('a', 'paper');
    let races = 2;
    desk.chain.beforeAppend = () => {
      if (races === 0) return;
      races -= 1;
      const { beforeAppend } = desk.chain;
      desk.chain.beforeAppend = () => undefined;
      const to = races === 1 ? 'inactive' : 'rejected';
      const foreign = {
        type: 'status_changed',
        subject: 'a',
        actor: 'bo',
        payload: {
          from: races === 1 ? 'approved_default' : 'inactive',
          to,
          reason: '',
          guard: null,
          new_evidence_epoch: false,
        },
        refs: {},
      };
      void desk.chain.append('registry', desk.chain.end, [foreign], T0);
      desk.chain.beforeAppend = beforeAppend;
    };
    expect(await desk.to('b', 'approved_default')).toEqual({
      a: 'rejected',
      b: 'approved_default',
    });
    expect(desk.chain.events.filter(({ subject }) => subject === 'b')).toHaveLength(2);
  });

  it('gives up where it never gets to write', async () => {
    await register('a');
    let attempts = 0;
    const append = desk.chain.append.bind(desk.chain);
    desk.chain.append = (domain, after, facts, at) => {
      attempts += 1;
      return append(domain, { ...after, hash: 'elsewhere' }, facts, at);
    };
    expect(await desk.to('a', 'inactive')).toBe('registry_busy');
    expect(attempts).toBe(16);
  });

  it('decides nothing on a chain that says what cannot be', async () => {
    await register('a');
    const forged = {
      type: 'status_changed',
      subject: 'a',
      actor: 'eve',
      payload: {
        from: 'evolved',
        to: 'approved',
        reason: '',
        guard: null,
        new_evidence_epoch: false,
      },
      refs: {},
    };
    await desk.chain.append('registry', desk.chain.end, [forged], T0);
    await expect(desk.registry.read()).rejects.toMatchObject({
      name: 'StrategyRegistryError',
      code: 'registry_chain_broken',
      message: 'event_impossible at 1: status_changed about a: no guard has passed it',
    });
  });

  it('is read by many at once, each from its own place', async () => {
    desk.earns('a', 'paper');
    await register('a');
    const fresh = new Desk();
    fresh.chain.events = desk.chain.events;
    const [one, two] = await Promise.all([fresh.registry.read(), fresh.registry.read()]);
    expect(one).toEqual(two);
    await desk.to('a', 'approved');
    fresh.chain.events = desk.chain.events;
    expect(await fresh.statuses()).toEqual({ a: 'approved' });
  });
});
