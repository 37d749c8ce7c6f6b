import { E8 } from '@holdfast/core/values';
import { describe, expect, it } from 'vitest';
import { isOnLadder } from '../exchange/tick-ladder.ts';
import { createPrng } from '../prng.ts';
import type { MarketRow, MarketSource } from './market.ts';
import { createSizeModel } from './size-model.ts';
import { listedExpiries } from './synthetic-calendar.ts';
import { createSyntheticChain, type SyntheticOptions } from './synthetic-chain.ts';
import { SMILE, surfaceVol } from './synthetic-surface.ts';

const START = Date.UTC(2026, 7, 5, 7, 59);

function chain(seed: number, more: Partial<SyntheticOptions> = {}): MarketSource {
  return createSyntheticChain({ prng: createPrng(seed), startMs: START, snapshots: 12, ...more });
}

const text = (source: MarketSource): string =>
  JSON.stringify([...source.snapshots()].map((one) => ({ ...one, indexes: [...one.indexes] })));

function middleVolGap(row: MarketRow): number {
  // Vega is USD per volatility point of one coin.
  const middle = (((row.bidTicks ?? 0) + (row.askTicks ?? 0)) / 2) * row.instrument.tickE8;
  const gapUsd = ((middle - row.markE8) / E8) * (row.underlyingE8 / E8);
  return gapUsd / (row.vega ?? Number.NaN) / 100;
}

describe('synthetic chain', () => {
  it('is the same for the same seed, every time it is asked, and another for another', () => {
    const source = chain(1);
    expect(text(source)).toBe(text(source));
    expect(text(source)).toBe(text(chain(1)));
    expect(text(source)).not.toBe(text(chain(2)));
  });

  it('quotes on the ladder, never crossed, with some bids missing', () => {
    let rows = 0;
    let bidless = 0;
    for (const snapshot of chain(3).snapshots()) {
      for (const { instrument, bidTicks, askTicks } of snapshot.rows) {
        rows += 1;
        expect(askTicks !== null && isOnLadder(instrument, askTicks * instrument.tickE8)).toBe(
          true,
        );
        if (bidTicks === null) bidless += 1;
        else {
          expect(isOnLadder(instrument, bidTicks * instrument.tickE8)).toBe(true);
          expect(bidTicks).toBeLessThan(askTicks ?? 0);
        }
      }
    }
    expect(rows).toBeGreaterThan(5_000);
    expect(bidless / rows).toBeGreaterThan(0.02);
    expect(bidless / rows).toBeLessThan(0.3);
  });

  it('keeps an instrument until it expires, as one object', () => {
    const seen = new Map<string, unknown>();
    for (const snapshot of chain(4).snapshots()) {
      for (const { instrument } of snapshot.rows) {
        expect(seen.get(instrument.name) ?? instrument).toBe(instrument);
        expect(instrument.expiry).toBeGreaterThan(snapshot.at);
        seen.set(instrument.name, instrument);
      }
    }
  });

  it('makes an option cheap or rich when told to, and none when not', () => {
    const stray = (source: MarketSource): number => {
      let count = 0;
      for (const { rows } of source.snapshots()) {
        for (const row of rows) {
          const liquid = row.bidTicks !== null && Math.abs(Math.abs(row.delta ?? 0) - 0.5) < 0.25;
          if (liquid && Math.abs(middleVolGap(row)) > 0.03) count += 1;
        }
      }
      return count;
    };
    const later = { startMs: Date.UTC(2026, 7, 5, 12), oneSided: 0, snapshots: 40 };
    expect(stray(chain(5, { ...later, mispricing: 1 }))).toBeGreaterThan(10);
    expect(stray(chain(5, { ...later, mispricing: 0 }))).toBe(0);
  });

  it('lists dailies, Fridays and month ends, all in the future', () => {
    const expiries = listedExpiries(START);
    expect(expiries[0]).toBe(Date.UTC(2026, 7, 5, 8));
    expect(expiries).toContain(Date.UTC(2026, 7, 28, 8));
    expect(expiries).toContain(Date.UTC(2026, 8, 25, 8));
    expect(listedExpiries(Date.UTC(2026, 7, 5, 8))[0]).toBe(Date.UTC(2026, 7, 6, 8));
    expect([...new Set(expiries)]).toEqual(expiries);
  });

  it('its smile has a bottom and rises on both sides', () => {
    const vol = (strike: number): number => surfaceVol(SMILE, strike, 65_000, 0.1);
    expect(vol(65_000)).toBeGreaterThan(0.3);
    expect(vol(45_000)).toBeGreaterThan(vol(65_000));
    expect(vol(95_000)).toBeGreaterThan(vol(70_000));
  });
});

describe('size model', () => {
  it('is seeded, gives whole sizes of at least one step, and never the same size again', () => {
    const [snapshot] = chain(6).snapshots();
    const rows = snapshot?.rows ?? [];
    const draw = (seed: number): readonly number[] => {
      const model = createSizeModel(createPrng(seed));
      return rows.map((row) => model.draw(row));
    };
    expect(draw(1)).toEqual(draw(1));
    expect(draw(1)).not.toEqual(draw(2));
    expect(draw(1).every((steps) => Number.isSafeInteger(steps) && steps >= 1)).toBe(true);
    const model = createSizeModel(createPrng(3));
    for (const row of rows) {
      for (let steps = 1; steps < 20; steps += 1) {
        expect(model.redraw(row, steps)).not.toBe(steps);
      }
    }
    expect(model.description).toContain('invented');
  });
});
