import { expect, it } from 'vitest';
import { createPrng } from '../prng.ts';
import { DiskGauge, ROOMY_DISK } from './gauge.ts';

it('NON-TRIP: a roomy disk is measured twice and found half full', () => {
  const gauge = new DiskGauge(createPrng(1), ROOMY_DISK);
  expect(gauge.measure()).toEqual({ used: 0.5, secondary: 0.5 });
});

it('TRIP: a full one, with a second opinion that agrees', () => {
  const gauge = new DiskGauge(createPrng(1), { ...ROOMY_DISK, high: 1 });
  for (let look = 0; look < 20; look += 1) {
    const { used, secondary } = gauge.measure();
    expect(used).toBeGreaterThan(0.5);
    expect(secondary).toBe(used);
  }
});

it('TRIP: opinions that differ, and opinions that are missing', () => {
  const other = new DiskGauge(createPrng(1), { high: 1, disagreement: 1, missing: 0 });
  const looks = Array.from({ length: 50 }, () => other.measure());
  expect(looks.some(({ used, secondary }) => used !== secondary)).toBe(true);
  const blind = new DiskGauge(createPrng(1), { high: 0, disagreement: 0, missing: 1 });
  const told = new Set(Array.from({ length: 50 }, () => JSON.stringify(blind.measure())));
  expect([...told].toSorted()).toEqual([
    '{"used":0.5,"secondary":null}',
    '{"used":null,"secondary":0.5}',
    '{"used":null,"secondary":null}',
  ]);
  blind.become(ROOMY_DISK);
  expect(blind.measure()).toEqual({ used: 0.5, secondary: 0.5 });
});
