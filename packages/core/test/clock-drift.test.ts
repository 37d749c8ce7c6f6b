import { describe, expect, it } from 'vitest';
import { monoMs } from '../src/values/index.ts';
import { Desk } from './desk.ts';
import { holding, pass, tries } from './monitor-desk.ts';

const DEGRADED = ['REDUCEONLY_RISKSTATE_DEGRADED'];
const causes = (desk: Desk): string[] => [...desk.state.observations.riskCauses.keys()];

describe('clock drift (contract-2 section 11)', () => {
  it('NON-TRIP: 50 ms either way is no drift, and the order goes out', () => {
    for (const driftMs of [50, -50]) {
      const desk = holding();
      desk.calm.drift = { driftMs, chrony: { driftMs: 20 * Math.sign(driftMs) } };
      pass(desk, 1_000);
      expect([causes(desk), desk.modeReasons]).toEqual([[], []]);
      expect(tries(desk)).toEqual([1, 1]);
    }
  });

  it.each([51, -51, 5_000])(
    'AT-108 AT-273 AT-314 %d ms is Degraded until it is in sync',
    (driftMs) => {
      const desk = holding();
      desk.calm.drift = { driftMs, chrony: 'absent' };
      desk.tick();
      expect([causes(desk), desk.mode, desk.modeReasons]).toEqual([
        ['clock_drift'],
        'ReduceOnly',
        DEGRADED,
      ]);
      expect(tries(desk)).toEqual([0, 1]);
      pass(desk, 30_000);
      expect(causes(desk)).toEqual(['clock_drift']);
      desk.calm.drift = { driftMs: 3, chrony: 'absent' };
      desk.tick();
      expect([causes(desk), tries(desk)[0]]).toEqual([[], 1]);
    },
  );

  it.each([
    ['disagrees with the venue', { driftMs: 10, chrony: { driftMs: -41 } }],
    ['says more than the threshold itself', { driftMs: 49, chrony: { driftMs: 51 } }],
    ['is there and says nothing usable', { driftMs: 0, chrony: 'silent' }],
    ['says no number', { driftMs: 0, chrony: { driftMs: Number.NaN } }],
  ] as const)('D-18 a chrony that %s is drift', (_, drift) => {
    const desk = holding();
    desk.calm.drift = drift;
    desk.tick();
    expect([causes(desk), desk.modeReasons]).toEqual([['clock_drift'], DEGRADED]);
  });

  it.each([
    ['no sample', null, 0],
    ['no number', Number.NaN, 0],
    ['a sample of the future', 0, -1],
    ['a sample too old', 0, 60_001],
  ])('what is unknown is drift: %s', (_, driftMs, ageMs) => {
    const desk = holding();
    desk.calm.drift = null;
    desk.tick();
    const sampledAt = monoMs(desk.now - ageMs);
    desk.post({ kind: 'clockMeasured', driftMs, sampledAt, chrony: 'absent' });
    expect(causes(desk)).toEqual(['clock_drift']);
  });

  it('a measurement nobody repeats is too old after 60 s, and not before', () => {
    const desk = holding();
    const { clock } = desk.state.observations.monitors;
    desk.calm.drift = null;
    pass(desk, (clock?.at ?? 0) + 60_000 - desk.now);
    expect(causes(desk)).toEqual([]);
    desk.tick();
    expect(causes(desk)).toEqual(['clock_drift']);
  });

  it('a fresh process does not trust its clock before it has been measured', () => {
    const desk = new Desk({ keepsCalm: false });
    desk.post({ kind: 'ticked' });
    expect(causes(desk)).toContain('clock_drift');
  });
});
