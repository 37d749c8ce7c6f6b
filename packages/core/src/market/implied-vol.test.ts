import { describe, expect, it } from 'vitest';
import { optionPriceUsd } from './black76.ts';
import { impliedVol } from './implied-vol.ts';

describe('implied volatility', () => {
  // mpmath 1.3, 60 digits: prices at vol 0.4, 0.62, 0.9, 0.3, 0.55, 0.2.
  it.each([
    ['call', 65_000, 70_000, 0.05, 689.040083430862, 0.4],
    ['put', 65_000, 70_000, 0.05, 5689.040083430862, 0.4],
    ['call', 1871.49, 1900, 0.0027397260273972603, 12.76007913750751, 0.62],
    ['put', 1871.49, 1400, 0.019178082191780823, 0.6774889588498573, 0.9],
    ['call', 65_000, 65_000, 0.00011415525114155251, 83.1174935133685, 0.3],
    ['put', 65_000, 20_000, 0.1, 5.4411220368289815e-9, 0.55],
    ['call', 100, 400, 0.25, 7.575532479186121e-44, 0.2],
  ] as const)('%s F %d K %d T %d', (type, forward, strike, years, price, vol) => {
    const found = impliedVol(type, forward, strike, price, years) ?? Number.NaN;
    expect(Math.abs(found - vol)).toBeLessThanOrEqual(1e-10);
  });

  it('TRIP at and outside the no-arbitrage bounds', () => {
    expect(impliedVol('call', 65_000, 60_000, 5_000, 0.1)).toBeNull();
    expect(impliedVol('call', 65_000, 60_000, 4_999, 0.1)).toBeNull();
    expect(impliedVol('call', 65_000, 60_000, 65_000, 0.1)).toBeNull();
    expect(impliedVol('put', 65_000, 60_000, 60_000, 0.1)).toBeNull();
    expect(impliedVol('put', 65_000, 60_000, 60_001, 0.1)).toBeNull();
    expect(impliedVol('put', 65_000, 60_000, 0, 0.1)).toBeNull();
  });

  it('NON-TRIP just inside them', () => {
    expect(impliedVol('call', 65_000, 60_000, 5_001, 0.1)).toBeGreaterThan(0);
    expect(impliedVol('call', 65_000, 60_000, 64_000, 0.1)).toBeGreaterThan(5);
    expect(impliedVol('put', 65_000, 60_000, 0.01, 0.1)).toBeGreaterThan(0);
  });

  it('TRIP where the last digit of the price would decide: vega numerically nil', () => {
    const deep = optionPriceUsd('call', 65_000, 20_000, 0.55, 0.1) ?? 0;
    expect(deep).toBeGreaterThan(45_000);
    expect(impliedVol('call', 65_000, 20_000, deep, 0.1)).toBeNull();
    expect(impliedVol('put', 65_000, 90_000, 1e-320, 0.1)).toBeNull();
  });

  it('TRIP on anything that is not finite and positive', () => {
    for (const bad of [0, -1, Number.NaN, Number.POSITIVE_INFINITY]) {
      expect(impliedVol('call', bad, 65_000, 700, 0.1)).toBeNull();
      expect(impliedVol('call', 65_000, bad, 700, 0.1)).toBeNull();
      expect(impliedVol('call', 65_000, 65_000, bad, 0.1)).toBeNull();
      expect(impliedVol('call', 65_000, 65_000, 700, bad)).toBeNull();
    }
  });
});
