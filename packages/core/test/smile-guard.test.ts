import { describe, expect, it } from 'vitest';
import { policyWith } from '../src/gates/context.fixture.ts';
import { strategyId } from '../src/values/index.ts';
import { Desk } from './desk.ts';

const UNPACED = policyWith({
  limits: { maxOrdersPerSecond: 1_000, maxOrdersPerMinute: 10_000, minOrderIntervalMs: 0 },
});

type Trip = 'math' | 'drift' | 'arbitrage';

function trip(desk: Desk, what: Trip = 'drift', slice = 'BTC-BTC-1'): void {
  desk.post({
    kind: 'smileGuardTripped',
    strategyId: strategyId('vertical_surface'),
    slice,
    trip: what,
    measured: 0.3,
    limit: 0.2,
  });
}

/** A tick may take time of its own: what is waited for is a moment. */
function wait(desk: Desk, ms: number): void {
  const end = desk.now + ms;
  while (desk.now < end) desk.tick(Math.min(1_000, end - desk.now));
}

const degraded = (desk: Desk): boolean => desk.state.observations.riskCauses.has('svi_guard_trips');

describe('trips of the guard over smile fits', () => {
  it('AT-321 NON-TRIP two in five minutes leave OPEN alone', () => {
    const desk = new Desk({ policy: UNPACED }).boot();
    trip(desk, 'drift');
    wait(desk, 10_000);
    trip(desk, 'math');
    desk.propose();
    expect([desk.mode, desk.submits.length]).toStrictEqual(['Active', 1]);
  });

  it('AT-321 TRIP the third in five minutes is Degraded, and only that refuses an OPEN', () => {
    const desk = new Desk({ policy: UNPACED }).boot();
    for (const what of ['drift', 'math', 'arbitrage'] as const) {
      expect(degraded(desk)).toBe(false);
      trip(desk, what);
    }
    expect(degraded(desk)).toBe(true);
    expect([desk.mode, desk.modeReasons]).toStrictEqual([
      'ReduceOnly',
      ['REDUCEONLY_RISKSTATE_DEGRADED'],
    ]);
    desk.propose();
    expect([desk.refusals, desk.submits]).toStrictEqual([['RiskStateNotHealthy'], []]);
  });

  it.each(['drift', 'math', 'arbitrage'] as const)('AT-321 TRIP three of %s alone', (what) => {
    const desk = new Desk().boot();
    trip(desk, what, 'BTC-BTC-1');
    trip(desk, what, 'ETH-ETH-1');
    expect(desk.mode).toBe('Active');
    trip(desk, what, 'BTC-BTC-2');
    expect(desk.modeReasons).toStrictEqual(['REDUCEONLY_RISKSTATE_DEGRADED']);
  });

  it('AT-321 each is said, with how many lie in the window', () => {
    const desk = new Desk().boot();
    trip(desk, 'arbitrage');
    trip(desk, 'drift');
    const said = desk.decisions.filter(({ kind }) => kind === 'smileGuardTripped');
    expect(said).toMatchObject([
      { trip: 'arbitrage', slice: 'BTC-BTC-1', measured: 0.3, limit: 0.2, recent: 1 },
      { trip: 'drift', recent: 2 },
    ]);
  });

  it('AT-322 NON-TRIP more than five minutes apart they do not add up', () => {
    const desk = new Desk().boot();
    for (let i = 0; i < 4; i += 1) {
      trip(desk);
      wait(desk, 150_001);
      expect([degraded(desk), desk.mode]).toStrictEqual([false, 'Active']);
    }
  });

  it('AT-322 TRIP exactly five minutes between the first and the third is within them', () => {
    const desk = new Desk().boot();
    trip(desk);
    wait(desk, 150_000);
    trip(desk);
    wait(desk, 150_000);
    expect(desk.mode).toBe('Active');
    trip(desk);
    expect(desk.modeReasons).toStrictEqual(['REDUCEONLY_RISKSTATE_DEGRADED']);
  });

  it('AT-321 it ends five minutes after the last of them, and not before', () => {
    const desk = new Desk().boot();
    for (let i = 0; i < 3; i += 1) trip(desk);
    wait(desk, 200_000);
    trip(desk);
    wait(desk, 300_000);
    expect(desk.mode).toBe('ReduceOnly');
    wait(desk, 1);
    expect([degraded(desk), desk.mode]).toStrictEqual([false, 'Active']);
  });

  it('AT-321 AT-322 count and window are the policy’s', () => {
    const policy = policyWith({ parameters: { sviGuardTripCount: 2, sviGuardTripWindowS: 10 } });
    const desk = new Desk({ policy }).boot();
    trip(desk);
    wait(desk, 10_001);
    trip(desk);
    expect(desk.mode).toBe('Active');
    wait(desk, 10_000);
    trip(desk);
    expect(desk.mode).toBe('ReduceOnly');
  });

  it('remembers no more of them than any policy can ask for', () => {
    const desk = new Desk().boot();
    for (let i = 0; i < 100; i += 1) trip(desk);
    expect(desk.state.observations.smileTrips).toHaveLength(32);
  });
});
