import { describe, expect, it } from 'vitest';
import {
  coinFromUsd,
  MS_PER_YEAR,
  optionGreeks,
  optionPriceUsd,
  type OptionType,
  premiumAdjustedDelta,
  usdFromCoin,
} from './black76.ts';

type Row = readonly [
  OptionType,
  number,
  number,
  number,
  number,
  number,
  number,
  number,
  number,
  number,
];

// mpmath 1.3, 60 digits, from the textbook formula: type, forward, strike, vol, years; then price,
// delta, gamma, vega and theta per day.
const VECTORS: readonly Row[] = [
  [
    'call',
    65000,
    70000,
    0.4,
    0.05,
    689.040083430862,
    0.21656965312211163,
    5.047059349089977e-5,
    4264.765149981032,
    -46.73715232855925,
  ],
  [
    'put',
    65000,
    70000,
    0.4,
    0.05,
    5689.040083430862,
    -0.7834303468778884,
    5.047059349089977e-5,
    4264.765149981032,
    -46.73715232855925,
  ],
  [
    'call',
    1871.49,
    1900,
    0.62,
    0.0027397260273972603,
    12.76007913750751,
    0.32647878521896895,
    0.005937066755947498,
    35.32204007434115,
    -10.949832423045757,
  ],
  [
    'put',
    1871.49,
    1400,
    0.9,
    0.019178082191780823,
    0.6774889588498573,
    -0.008396867240772588,
    9.805559534157706e-5,
    5.927821090462651,
    -0.3810742129583133,
  ],
  [
    'call',
    65000,
    65000,
    0.3,
    0.00011415525114155251,
    83.1174935133685,
    0.5006393653347182,
    0.0019148155681686266,
    277.05807450385095,
    -997.4090682138633,
  ],
  [
    'put',
    65000,
    20000,
    0.55,
    0.1,
    5.4411220368289815e-9,
    -3.353742738934832e-12,
    2.077731006142789e-15,
    4.828127425524307e-7,
    -3.6376302521073543e-9,
  ],
  [
    'call',
    65000,
    20000,
    0.55,
    0.1,
    45000.00000000544,
    0.9999999999966462,
    2.077731006142789e-15,
    4.828127425524307e-7,
    -3.6376302521073543e-9,
  ],
  [
    'call',
    100,
    400,
    0.2,
    0.25,
    7.575532479186121e-44,
    1.0647441846349456e-43,
    1.478354684126688e-43,
    7.39177342063344e-41,
    -8.100573611653086e-44,
  ],
  [
    'put',
    2000,
    2000,
    3,
    2,
    1932.2102929506214,
    -0.016947426762344637,
    4.955428717651223e-6,
    118.93028922362937,
    -0.24437730662389598,
  ],
  [
    'call',
    0.82,
    0.82,
    0.05,
    0.0001,
    0.00016356633326077144,
    0.5000997355690614,
    973.0299217914308,
    0.00327132659706279,
    -0.002240634655522459,
  ],
];

/**
 * Rounding of ln(forward / strike) is multiplied by d1 squared; the deepest vector has d1 near -14.
 */
const RELATIVE = 2e-12;

function expectClose(actual: number | undefined, exact: number): void {
  expect(Math.abs((actual ?? Number.NaN) / exact - 1)).toBeLessThanOrEqual(RELATIVE);
}

describe('Black-76', () => {
  it.each(VECTORS)('%s F %d K %d vol %d T %d', (type, forward, strike, vol, years, ...exact) => {
    const greeks = optionGreeks(type, forward, strike, vol, years);
    expectClose(optionPriceUsd(type, forward, strike, vol, years) ?? undefined, exact[0]);
    expectClose(greeks?.priceUsd, exact[0]);
    expectClose(greeks?.delta, exact[1]);
    expectClose(greeks?.gamma, exact[2]);
    expectClose(greeks?.vegaUsd, exact[3]);
    expectClose(greeks?.thetaUsdPerDay, exact[4]);
  });

  it('is null, never NaN, for anything that is not finite and positive', () => {
    const good = [65_000, 70_000, 0.4, 0.05] as const;
    expect(optionPriceUsd('call', ...good)).not.toBeNull();
    for (const bad of [0, -1, Number.NaN, Number.POSITIVE_INFINITY]) {
      for (let position = 0; position < 4; position += 1) {
        const [f, k, v, t] = good.map((value, i) => (i === position ? bad : value));
        const inputs = [f ?? 0, k ?? 0, v ?? 0, t ?? 0] as const;
        expect(optionPriceUsd('call', ...inputs)).toBeNull();
        expect(optionGreeks('put', ...inputs)).toBeNull();
      }
    }
    expect(optionPriceUsd('call', 1, 1, 1e200, 1e300)).toBeNull();
  });

  it('converts an inverse price at the forward; the coin delta is less the premium', () => {
    expect(coinFromUsd(650, 65_000)).toBe(0.01);
    expect(usdFromCoin(0.01, 65_000)).toBe(650);
    expect(premiumAdjustedDelta(0.25, 0.01)).toBe(0.24);
    for (const bad of [0, -1, Number.NaN]) {
      expect(coinFromUsd(650, bad)).toBeNull();
      expect(usdFromCoin(0.01, bad)).toBeNull();
    }
    expect(coinFromUsd(Number.NaN, 65_000)).toBeNull();
    expect(coinFromUsd(-1, 65_000)).toBeNull();
    expect(usdFromCoin(-0.01, 65_000)).toBeNull();
  });

  it('counts 365 days to the year', () => {
    expect(MS_PER_YEAR).toBe(365 * 24 * 3_600_000);
  });
});
