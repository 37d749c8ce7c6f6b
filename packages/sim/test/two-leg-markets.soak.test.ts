/**
 * The two-leg strategies on markets that move: proposals the venue finds legal, groups that fill,
 * closes that end them. The parameters are those of a minute, not of a day.
 */
import { createStrategies } from '@holdfast/strategies';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Strategy } from '@holdfast/core/strategy';
import { openStage } from './market-stage.fixture.ts';
import { tradePairs } from './pair-trader.fixture.ts';

const DOCUMENTS = join(import.meta.dirname, '../../../config/strategies');
const DATA = join(process.env['HOLDFAST_DATA'] ?? '', 'option-chain');
const CHAIN = process.env['HOLDFAST_DATA'] !== undefined && existsSync(DATA) ? DATA : null;
const RUN_MS = 80_000;

/** The shipped document with some of its parameters replaced. */
function shipped(file: string, changes: Readonly<Record<string, number>>): Strategy<unknown> {
  const value = JSON.parse(readFileSync(join(DOCUMENTS, file), 'utf8')) as {
    parameters: object;
  };
  const changed = { ...value, parameters: { ...value.parameters, ...changes } };
  const created = createStrategies([{ place: file, value: changed }]);
  if (!created.ok || created.strategies[0] === undefined) throw new Error(`${file} is refused`);
  return created.strategies[0].strategy;
}

const HASTY = { hold_ms_max: 10_000, reentry_ms: 10_000, retry_ms: 2_000 };

const strangle = (): Strategy<unknown> =>
  shipped('strangle-btc-low-vol.json', {
    ...HASTY,
    sample_ms: 2_000,
    samples_min: 20,
    samples_max: 600,
    discount_min: 0.05,
  });

const vertical = (): Strategy<unknown> =>
  shipped('vertical-surface.json', { ...HASTY, margin_usd: 0.2, fit_errors_min: 0.3 });

describe('two legs on moving markets', () => {
  it('a vertical opens and closes in a calm market, the same on the same seed', () => {
    const trade = (ms: number) =>
      tradePairs(openStage({ spec: 'calm', seed: 'a' }), vertical(), ms);
    const found = trade(RUN_MS);
    expect(found.groups).toBeGreaterThan(0);
    expect(found.whole).toBeGreaterThan(0);
    expect(found.closes).toBeGreaterThan(0);
    expect(found.codes).toContain('NoRichAndCheapPair');
    // An ordinary market is no reason to stop: 40 looks at 14 expiries.
    expect(found.smileTrips).toBe(0);
    expect(trade(20_000)).toEqual(trade(20_000));
  });

  it('a strangle is bought where the index moves more than options say, once it knows', () => {
    const gap = tradePairs(openStage({ spec: 'gap', seed: 'a' }), strangle(), RUN_MS);
    expect(gap.groups).toBeGreaterThan(0);
    expect(gap.whole).toBeGreaterThan(0);
    expect(gap.sent.length).toBeGreaterThan(1);
    expect(gap.codes).toContain('HistoryTooShort');
  });

  it.skipIf(CHAIN === null)('both trade on recorded chains moved between their snapshots', () => {
    for (const strategy of [strangle(), vertical()]) {
      const found = tradePairs(openStage({ spec: `chain:${CHAIN}`, seed: 'a' }), strategy, RUN_MS);
      expect(found.groups).toBeGreaterThan(0);
      expect(found.whole).toBeGreaterThan(0);
      expect(found.sent.length).toBeGreaterThan(2);
    }
  });
});
