import type { Instrument } from '@holdfast/core/instrument';
import { currency, E8 } from '@holdfast/core/values';
import { describe, expect, it } from 'vitest';
import { createPrng } from '../prng.ts';
import { ChainModel } from './chain-model.ts';
import { inverseOption } from './inverse-option.ts';
import type { MarketRow, MarketSnapshot } from './market.ts';

const BTC = currency('BTC');
const HOUR_MS = 3_600_000;
const FIRST = Date.UTC(2026, 7, 28, 6);
const LAST = FIRST + 6 * HOUR_MS;
const EXPIRY = FIRST + 2 * HOUR_MS;
const MONTH = EXPIRY + 28 * 24 * HOUR_MS;

function option(strike: number, expiryMs: number): Instrument {
  const made = inverseOption({ underlying: BTC, type: 'call', strike, expiryMs });
  if (made === null) throw new Error('no terms');
  return made;
}

const [DYING, STAYING, GONE, NEW] = [
  option(64_000, EXPIRY),
  option(65_000, MONTH),
  option(66_000, MONTH),
  option(67_000, MONTH),
] as const;

function row(
  instrument: Instrument,
  bidTicks: number | null,
  askTicks: number | null,
  underlyingName = 'BTC-25SEP26',
): MarketRow {
  const analytics = { iv: 0.4, delta: 0.1, vega: 60 };
  const markE8 = 3_000_000;
  const underlyingE8 = 64_500 * E8;
  return { instrument, bidTicks, askTicks, markE8, underlyingE8, underlyingName, ...analytics };
}

function snapshot(at: number, usd: number, rows: readonly MarketRow[]): MarketSnapshot {
  return { at, indexes: new Map([[BTC, usd * E8]]), rows };
}

const SNAPSHOTS = [
  snapshot(FIRST, 64_000, [
    row(DYING, 100, 120, 'SYN.BTC-28AUG26'),
    row(STAYING, 295, 305),
    row(GONE, 250, null),
  ]),
  snapshot(LAST, 64_200, [row(STAYING, null, 310), row(NEW, 200, 210)]),
];

function open(seed: number): ChainModel {
  const source = {
    name: 'test',
    data: 'recorded',
    notes: [],
    snapshots: () => SNAPSHOTS,
  } as const;
  return new ChainModel(source, FIRST, createPrng(seed));
}

const names = (instruments: readonly Instrument[]): readonly string[] =>
  instruments.map(({ name }) => String(name));

describe('chain model', () => {
  it('lists options, the futures they name and perpetuals, but no synthetic future', () => {
    const turn = open(1).advance(FIRST);
    expect(names(turn.listed)).toStrictEqual([
      'BTC-PERPETUAL',
      'BTC_USDC-PERPETUAL',
      DYING.name,
      STAYING.name,
      'BTC-25SEP26',
      GONE.name,
    ]);
    expect(turn.sweep).toStrictEqual(new Set([BTC]));
  });

  it('tells a recording exactly, however late it is looked at, and goes on from there', () => {
    const model = open(1);
    model.advance(FIRST);
    expect(model.nextAt).toBe(LAST);
    expect(model.indexes.get(BTC)).toBe(64_000 * E8);
    expect(model.quote(STAYING)).toMatchObject({ bidTicks: 295, askTicks: 305, markE8: 3e6 });
    const turn = model.advance(LAST + 17);
    expect(model.indexes.get(BTC)).toBe(64_200 * E8);
    expect(model.quote(STAYING)).toMatchObject({ bidTicks: null, askTicks: 310 });
    expect(names(turn.listed)).toStrictEqual([NEW.name]);
    expect(turn.over).toBe(false);
    expect(model.advance(LAST + 250)).toMatchObject({ over: true, listed: [] });
    expect(model.counts()).toMatchObject({ snapshots: 2 });
  });

  it('what only the earlier recording has stands until the later one or its expiry', () => {
    const model = open(1);
    model.advance(FIRST);
    model.advance(EXPIRY - 1_000);
    expect(model.quote(DYING)?.bidTicks).toBeGreaterThan(0);
    expect(model.quote(STAYING)?.bidTicks).toBeGreaterThan(0);
    expect(model.quote(GONE)).toMatchObject({ askTicks: null });
    expect(model.quote(GONE)?.bidTicks).toBeGreaterThan(0);
    model.advance(EXPIRY);
    expect(model.quote(DYING)).toBeNull();
    model.advance(LAST);
    expect(model.quote(GONE)).toBeNull();
  });

  it('what only the later recording has is not there before it', () => {
    const model = open(1);
    const before = [...model.advance(FIRST).listed, ...model.advance(LAST - 1).listed];
    expect(names(before)).not.toContain(NEW.name);
    expect(model.quote(NEW)).toBeNull();
    model.advance(LAST);
    expect(model.quote(NEW)).toMatchObject({ bidTicks: 200, askTicks: 210 });
  });

  it('futures keep their ratio to the index, perpetuals stand at it, both two-sided', () => {
    const model = open(2);
    const { listed } = model.advance(FIRST);
    const future = listed.find(({ name }) => name === 'BTC-25SEP26');
    const perpetual = listed.find(({ name }) => name === 'BTC-PERPETUAL');
    if (future === undefined || perpetual === undefined) throw new Error('not listed');
    expect(model.quote(future)?.markE8).toBe(64_500 * E8);
    model.advance(FIRST + HOUR_MS);
    const index = model.indexes.get(BTC) ?? Number.NaN;
    expect(model.quote(perpetual)).toMatchObject({ markE8: index, underlyingE8: index });
    const quote = model.quote(future);
    expect(quote?.bidTicks).toBeLessThan(quote?.askTicks ?? 0);
    const [first, last] = [64_500 / 64_000, 64_500 / 64_200];
    expect((quote?.markE8 ?? NaN) / index).toBeCloseTo(first + (last - first) / 6, 6);
  });

  it('is seeded, and different on the way for another seed', () => {
    const path = (seed: number): readonly number[] => {
      const model = open(seed);
      model.advance(FIRST);
      return [1, 2, 3].map((hours) => {
        model.advance(FIRST + hours * HOUR_MS + 1);
        return model.indexes.get(BTC) ?? Number.NaN;
      });
    };
    expect(path(1)).toStrictEqual(path(1));
    expect(path(1)).not.toStrictEqual(path(2));
  });
});
