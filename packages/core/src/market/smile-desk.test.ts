import { describe, expect, it } from 'vitest';
import { type MonoMs, monoMs } from '../values/index.ts';
import { MS_PER_YEAR } from './black76.ts';
import {
  createSmileMemory,
  openSmileDesk,
  type SmileAnswer,
  type SmileMemory,
  type SmileMoment,
} from './smile-desk.ts';
import {
  lifted,
  momentOf,
  NOW,
  SHAPE,
  sliceOf,
  termsOf,
  VOGT,
  YEARS,
} from './svi-guard.fixture.ts';
import type { SviShape } from './svi.ts';

const EXPIRY = termsOf().expiry ?? monoMs(0);

interface Look {
  readonly at?: number;
  readonly shape?: SviShape;
  readonly expiry?: MonoMs;
  readonly more?: Partial<SmileMoment>;
}

/** One fit at so many ms after the beginning. */
function look(memory: SmileMemory, { at = 0, shape = SHAPE, expiry = EXPIRY, more }: Look = {}) {
  const now = monoMs(NOW + at);
  const years = (expiry - now) / MS_PER_YEAR;
  const desk = openSmileDesk(memory, momentOf({ now, ...more }));
  const share = years / YEARS;
  const left = { ...shape, a: shape.a * share, b: shape.b * share };
  return desk.fit({ ...termsOf(), expiry }, sliceOf(left, years));
}

const codes = ({ smile, refusal }: SmileAnswer) => [smile !== null, refusal?.code ?? null];
const trips = ({ trips: told }: SmileMemory) => told.map(({ trip }) => trip);

describe('the desk of smiles', () => {
  it('a good fit is the smile of now, and the last valid one from then on', () => {
    const memory = createSmileMemory();
    const first = look(memory);
    expect(codes(first)).toStrictEqual([true, null]);
    const second = look(memory, { at: 1_000, shape: lifted(SHAPE, 1.1) });
    expect(codes(second)).toStrictEqual([true, null]);
    expect(second.smile).not.toBe(first.smile);
    expect(memory.trips).toStrictEqual([]);
  });

  it('AT-241 TRIP a wavy fit is counted, and the one before it is held', () => {
    const memory = createSmileMemory();
    const terms = { ...termsOf(), expiry: monoMs(NOW + MS_PER_YEAR) };
    const tame = sliceOf({ a: 0.01, b: 0.05, rho: 0.2, m: 0, sigma: 0.3 }, 1);
    const { smile } = openSmileDesk(memory, momentOf()).fit(terms, tame);
    expect(smile).not.toBeNull();
    const wavy = sliceOf(VOGT, 1, () => 0, { width: 1 });
    const { rules } = momentOf();
    const blind = momentOf({ rules: rules && { ...rules, sviDriftMax: 100 } });
    const answer = openSmileDesk(memory, blind).fit(terms, wavy);
    expect(answer.smile).toBe(smile);
    expect(answer.refusal?.code).toBe('SmileArbitrage');
    expect(trips(memory)).toStrictEqual(['arbitrage']);
  });

  it('AT-1071 TRIP a volatility nobody can believe: none, where there was none before', () => {
    const memory = createSmileMemory();
    expect(codes(look(memory, { shape: lifted(SHAPE, 20) }))).toStrictEqual([
      false,
      'SmileNotFinite',
    ]);
    expect(memory.trips).toMatchObject([{ trip: 'math', limit: 5 }]);
    expect(memory.kept.size).toBe(0);
  });

  it('AT-1071 TRIP with a last valid fit, that one is held and unchanged', () => {
    const memory = createSmileMemory();
    const first = look(memory);
    const answer = look(memory, { at: 1_000, shape: lifted(SHAPE, 20) });
    expect(answer.smile).toBe(first.smile);
    expect(answer.refusal?.code).toBe('SmileNotFinite');
    expect([...memory.kept.values()].map(({ at, smile }) => [at, smile])).toStrictEqual([
      [NOW, first.smile],
    ]);
    expect(trips(memory)).toStrictEqual(['math']);
  });

  it('TRIP a leap is held off, again and again; NON-TRIP small steps to the same place', () => {
    const memory = createSmileMemory();
    const first = look(memory);
    for (const at of [1_000, 2_000, 3_000]) {
      const answer = look(memory, { at, shape: lifted(SHAPE, 1.3) });
      expect([answer.smile === first.smile, answer.refusal?.code]).toStrictEqual([
        true,
        'SmileDrifted',
      ]);
    }
    expect(trips(memory)).toStrictEqual(['drift', 'drift', 'drift']);
    const stepping = createSmileMemory();
    for (const [i, times] of [1, 1.15, 1.3].entries()) {
      const answer = look(stepping, { at: 1_000 * i, shape: lifted(SHAPE, times) });
      expect(codes(answer)).toStrictEqual([true, null]);
    }
    expect(stepping.trips).toStrictEqual([]);
  });

  it('a last valid fit stands for as long as trips are counted, and no longer', () => {
    const memory = createSmileMemory();
    look(memory);
    const moved = lifted(SHAPE, 1.3);
    expect(codes(look(memory, { at: 300_000, shape: moved }))).toStrictEqual([
      true,
      'SmileDrifted',
    ]);
    expect(codes(look(memory, { at: 300_001, shape: moved }))).toStrictEqual([true, null]);
  });

  it('nobody knows the depth: strict; one dollar too few: wide', () => {
    for (const [depth, code] of [
      [null, 'SmileDrifted'],
      [299_999, null],
    ] as const) {
      const memory = createSmileMemory();
      look(memory);
      const more = { depthUsd: () => depth };
      const answer = look(memory, { at: 1_000, shape: lifted(SHAPE, 1.3), more });
      expect(answer.refusal?.code ?? null).toBe(code);
    }
  });

  it('an error too large is refused and is no trip', () => {
    const memory = createSmileMemory();
    const saw = sliceOf(SHAPE, YEARS, (i) => (i % 2 === 0 ? 0.06 : -0.06));
    const answer = openSmileDesk(memory, momentOf()).fit(termsOf(), saw);
    expect(codes(answer)).toStrictEqual([false, 'SmileFitPoor']);
    expect(memory.trips).toStrictEqual([]);
  });

  it('one that only its asker finds too poor is kept, and not given out', () => {
    const memory = createSmileMemory();
    const saw = sliceOf(SHAPE, YEARS, (i) => (i % 2 === 0 ? 0.04 : -0.04));
    const answer = openSmileDesk(memory, momentOf()).fit(termsOf(), saw);
    expect(codes(answer)).toStrictEqual([false, 'SmileFitPoor']);
    expect(memory.kept.size).toBe(1);
  });

  it('without the figures of the guard no fit is valid', () => {
    const memory = createSmileMemory();
    const answer = look(memory, { more: { rules: null } });
    expect(codes(answer)).toStrictEqual([false, 'SmileGuardUnset']);
    const desk = openSmileDesk(memory, momentOf({ rules: null }));
    expect(desk.without(termsOf(), sliceOf(SHAPE), 3)).toBeNull();
    expect(memory.trips).toStrictEqual([]);
  });

  it('a slice of another moment, or of no expiry, is refused', () => {
    const memory = createSmileMemory();
    const desk = openSmileDesk(memory, momentOf());
    const late = sliceOf(SHAPE, YEARS * 1.01);
    const undated = { ...termsOf(), expiry: null };
    expect(desk.fit(termsOf(), late).refusal?.code).toBe('SmileInputInvalid');
    expect(desk.fit(undated, sliceOf(SHAPE)).refusal?.code).toBe('SmileInputInvalid');
    expect(memory.kept.size).toBe(0);
  });

  it('an expiry is judged by its neighbours of the same family, at the same moment', () => {
    const memory = createSmileMemory();
    const week = monoMs(EXPIRY + 7 * 86_400_000);
    look(memory);
    // Half the volatility a week later is less variance in all: somebody gives money away.
    const cheap = lifted(SHAPE, 0.5);
    expect(codes(look(memory, { expiry: week, shape: cheap }))).toStrictEqual([
      false,
      'SmileArbitrage',
    ]);
    expect(memory.trips).toMatchObject([{ slice: `BTC-BTC-${week}`, trip: 'arbitrage' }]);
    const others = createSmileMemory();
    look(others, { expiry: week, shape: cheap });
    expect(codes(look(others))).toStrictEqual([false, 'SmileArbitrage']);
  });

  it('what is left of variance runs off with time: the same volatilities are no arbitrage', () => {
    const memory = createSmileMemory();
    const soon = monoMs(NOW + 10 * 60_000);
    const next = monoMs(NOW + 11 * 60_000);
    look(memory, { expiry: soon });
    // Five minutes on, the nearer one was fitted over twice the time that is left of it.
    expect(codes(look(memory, { at: 300_000, expiry: next }))).toStrictEqual([true, null]);
  });

  it('remembers no expiry that is over', () => {
    const memory = createSmileMemory();
    look(memory, { expiry: monoMs(NOW + 60_000) });
    look(memory, { at: 60_000 });
    expect([...memory.kept.keys()]).toStrictEqual([`BTC-BTC-${EXPIRY}`]);
  });

  it('tells no more trips of one look than anybody can use', () => {
    const memory = createSmileMemory();
    for (let i = 0; i < 50; i += 1) look(memory, { shape: lifted(SHAPE, 20) });
    expect(memory.trips).toHaveLength(32);
  });

  it('remembers a bounded number of expiries, and refuses one more', () => {
    const memory = createSmileMemory();
    const kept = look(memory).smile;
    if (kept === null) throw new Error('a good fit');
    for (let i = 1; i < 512; i += 1) {
      memory.kept.set(`X-${i}`, { smile: kept, at: NOW, family: 'X', expiry: EXPIRY });
    }
    const week = monoMs(EXPIRY + 7 * 86_400_000);
    expect(codes(look(memory, { expiry: week }))).toStrictEqual([false, 'SmileInputInvalid']);
    expect(codes(look(memory))).toStrictEqual([true, null]);
  });
});

describe('a smile without one of its quotes', () => {
  const planted = sliceOf(SHAPE, YEARS, (i) => (i === 13 ? -0.05 : 0));

  it('is valid, is not kept, and is no trip where it is none', () => {
    const memory = createSmileMemory();
    const desk = openSmileDesk(memory, momentOf());
    expect(desk.without(termsOf(), planted, 13)?.points).toBe(20);
    expect(desk.without(termsOf(), sliceOf(lifted(SHAPE, 20)), 13)).toBeNull();
    expect([memory.kept.size, memory.trips.length]).toStrictEqual([0, 0]);
  });

  it('may be of a slice that is a moment old, but not of one to come', () => {
    const memory = createSmileMemory();
    const at = (ms: number) => openSmileDesk(memory, momentOf({ now: monoMs(NOW + ms) }));
    expect(at(10_000).without(termsOf(), planted, 13)).not.toBeNull();
    expect(at(300_100).without(termsOf(), planted, 13)).toBeNull();
    expect(at(-1_000).without(termsOf(), planted, 13)).toBeNull();
  });
});
