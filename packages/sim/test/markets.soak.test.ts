/** The live markets on the real exchange, minute by minute on a wound clock. */
import { setTimeout as sleep } from 'node:timers/promises';
import { currency, type InstrumentName } from '@holdfast/core/values';
import { describe, expect, it } from 'vitest';
import { Exchange } from '../src/exchange/index.ts';
import { deribitExpiries } from '../src/market/deribit-calendar.ts';
import { dateCode } from '../src/market/inverse-option.ts';
import { openMarket } from '../src/market/open-market.ts';
import { digestOf, openStage, type Stage } from './market-stage.fixture.ts';
import { tradeOnce } from './market-trader.fixture.ts';

const BTC = currency('BTC');
const REGIMES = ['calm', 'trend', 'crash', 'illiquid', 'gap'] as const;
const MINUTE_MS = 60_000;
const EXPIRY = Date.UTC(2026, 7, 5, 8);

describe('a market', () => {
  it('is the same bytes for the same seed over minutes and an expiry, others for another', () => {
    const calm = { spec: 'calm', startAt: EXPIRY - MINUTE_MS };
    const first = digestOf({ ...calm, seed: 'a' }, 2 * MINUTE_MS);
    expect(digestOf({ ...calm, seed: 'a' }, 2 * MINUTE_MS)).toBe(first);
    const [here, there] = ['a', 'b'].map((seed) => digestOf({ ...calm, seed }, 5_000));
    expect(here).not.toBe(there);
  });

  it('every regime is the same bytes for the same seed, and none is another', () => {
    const digests = REGIMES.map((spec) => digestOf({ spec, seed: 'a' }, 20_000));
    expect(REGIMES.map((spec) => digestOf({ spec, seed: 'a' }, 20_000))).toStrictEqual(digests);
    expect(new Set(digests).size).toBe(REGIMES.length);
    expect(digestOf({ spec: 'synthetic', seed: 'a' }, 20_000)).toBe(digests[0]);
  });

  it('costs a small part of one core with some 1,600 instruments, exchange included', () => {
    const stage = openStage({ spec: 'calm', seed: '1' });
    expect(stage.instruments.size).toBeGreaterThan(1_400);
    const before = process.cpuUsage();
    stage.run(MINUTE_MS);
    const { user, system } = process.cpuUsage(before);
    const share = (user + system) / 1_000 / MINUTE_MS;
    const books = (stage.counts.get('book') ?? 0) / 60;
    console.log(
      `${stage.instruments.size} instruments, ${books.toFixed(0)} books a second: ` +
        `${(100 * share).toFixed(1)} % of a core`,
    );
    // Measured 1.1 %.
    expect(share).toBeLessThan(0.25);
    expect(books).toBeLessThan(2_000);
  });

  it('keeps real time on a real clock, whose milliseconds have fractions', async () => {
    const opened = openMarket('calm', { seed: '1', cwd: '/' });
    if (!opened.ok) throw new Error(opened.faults.join());
    const books: number[] = [];
    const exchange = new Exchange({
      deposits: new Map(),
      onNotification: (...[kind, payload]) => {
        if (kind === 'book') books.push(payload.timestamp);
      },
    });
    const origin = Date.now();
    const began = performance.now();
    const clock = {
      now: () => origin + performance.now() - began,
      wake: (at: number, action: () => void) => {
        setTimeout(action, Math.max(0, at - clock.now()));
      },
    };
    const drive = opened.market.drive({ clock, exchange });
    drive.start();
    await sleep(1_500);
    drive.stop();
    const elapsed = performance.now() - began;
    const { steps, now, startedAt } = drive.report();
    expect(steps).toBeGreaterThanOrEqual(2);
    expect(steps).toBeLessThanOrEqual(elapsed / 250 + 2);
    expect((now ?? 0) - (startedAt ?? 0)).toBeGreaterThanOrEqual(250);
    expect(books.every(Number.isInteger)).toBe(true);
    const told = books.length;
    await sleep(600);
    expect(books).toHaveLength(told);
  });

  it('names what it does not know', () => {
    expect(openMarket('calmer', { seed: '1', cwd: '/' })).toMatchObject({
      ok: false,
      faults: [expect.stringContaining('known are calm, trend, crash, illiquid, gap')],
    });
    expect(openMarket('chain:nowhere', { seed: '1', cwd: '/' })).toMatchObject({
      ok: false,
      faults: [expect.stringContaining('cannot_be_listed')],
    });
  });
});

describe('what is listed', () => {
  it('is the whole of Deribit for two coins, and every kind is quoted', () => {
    const stage = openStage({ spec: 'calm', seed: '1', startAt: EXPIRY - MINUTE_MS });
    for (const coin of ['BTC', 'ETH']) {
      const own = [...stage.instruments.values()].filter(({ underlying }) => underlying === coin);
      const listed = new Set(
        own.filter(({ option }) => option !== null).map(({ expiry }) => expiry),
      );
      expect(listed).toStrictEqual(new Set(deribitExpiries(stage.startedAt)));
      const names = own.map(({ name }) => String(name));
      for (const name of [`${coin}-PERPETUAL`, `${coin}_USDC-PERPETUAL`, `${coin}-28AUG26`]) {
        expect(names).toContain(name);
        const book = stage.exchange.bookSnapshot(name as InstrumentName);
        expect([book?.bids.length, book?.asks.length]).toStrictEqual([12, 12]);
      }
    }
  });

  it('books have five levels and more wherever prices allow, tickers all their greeks', () => {
    const stage = openStage({ spec: 'calm', seed: '2' });
    for (const { name } of stage.instruments.values()) {
      const book = stage.exchange.bookSnapshot(name);
      if (book === null) throw new Error(name);
      expect(book.asks.length === 12 || book.asks.length === 0).toBe(true);
      const worst = book.bids.at(-2);
      expect(book.bids.length >= 10 || worst === undefined || worst <= 10).toBe(true);
      const ticker = stage.tickers.get(name);
      expect(ticker?.underlyingPriceE8).toBeGreaterThan(0);
      if (stage.instruments.get(name)?.option === null) continue;
      for (const greek of ['iv', 'delta', 'gamma', 'vega', 'theta', 'rho'] as const) {
        expect(Number.isFinite(ticker?.[greek])).toBe(true);
      }
    }
    expect(stage.volatility.get(BTC)).toBeGreaterThan(25);
    expect(stage.volatility.get(BTC)).toBeLessThan(60);
  });

  it('expires on the minute, and its successor is listed', () => {
    const stage = openStage({ spec: 'calm', seed: '1', startAt: EXPIRY - MINUTE_MS });
    const of = (code: string): number =>
      [...stage.instruments.keys()].filter((name) => name.startsWith(`BTC-${code}-`)).length;
    expect([of('5AUG26') > 30, of('9AUG26')]).toStrictEqual([true, 0]);
    stage.run(MINUTE_MS + 5_250);
    expect([of('5AUG26'), of('9AUG26') > 30]).toStrictEqual([0, true]);
    expect(stage.drive.report().expired).toBeGreaterThan(60);
    expect(dateCode(EXPIRY)).toBe('5AUG26');
  });
});

describe('regimes', () => {
  const PACE = { stepMs: 5_000, fastSteps: 1, slowSteps: 1 } as const;
  const look = (spec: string, seed: string, minutes: number): Stage => {
    const stage = openStage({ spec, seed, pace: PACE });
    stage.run(minutes * MINUTE_MS);
    return stage;
  };

  /** Of BTC options 20 to 60 days out near the money. */
  function liquid(stage: Stage) {
    const rows = [...stage.tickers.values()].filter(({ instrument: { option, expiry }, delta }) => {
      const days = ((expiry ?? 0) - stage.clock.now()) / 86_400_000;
      const size = Math.abs(delta ?? 0);
      return option !== null && days > 20 && days < 60 && size > 0.15 && size < 0.5;
    });
    const books = rows.map(({ instrument }) => stage.exchange.bookSnapshot(instrument.name));
    const two = books.filter((book) => book !== null && book.bids.length * book.asks.length > 0);
    const widths = two.map(
      (book) => ((book?.asks[0] ?? 0) - (book?.bids[0] ?? 0)) / (book?.asks[0] ?? 1),
    );
    const sizes = two.map((book) => book?.asks[1] ?? 0);
    const vol = (type: 'call' | 'put'): number => {
      const ivs = rows.filter(({ instrument }) => instrument.option?.type === type);
      return ivs.reduce((sum, { iv }) => sum + (iv ?? 0), 0) / ivs.length;
    };
    const mean = (values: readonly number[]): number =>
      values.reduce((sum, value) => sum + value, 0) / values.length;
    return {
      width: mean(widths),
      size: mean(sizes),
      oneSided: 1 - two.length / books.length,
      skew: vol('put') - vol('call'),
    };
  }

  it('crash: the index falls, volatility and skew rise, spreads widen and sizes shrink', () => {
    const [calm, crash] = [look('calm', '1', 50 / 60), look('crash', '1', 50 / 60)];
    const start = openStage({ spec: 'crash', seed: '1' });
    const [from, low] = [start, crash].map(({ indexes }) => indexes.get(BTC) ?? NaN);
    const fall = (low ?? NaN) / (from ?? NaN) - 1;
    expect(fall).toBeLessThan(-0.025);
    expect(fall).toBeGreaterThan(-0.05);
    expect(crash.volatility.get(BTC)).toBeGreaterThan(1.5 * (calm.volatility.get(BTC) ?? NaN));
    const [before, after] = [liquid(calm), liquid(crash)];
    expect(after.skew).toBeGreaterThan(2 * before.skew);
    expect(after.width).toBeGreaterThan(1.3 * before.width);
    expect(after.size).toBeLessThan(0.6 * before.size);
  });

  it('crash: two minutes after its beginning it is as it was', () => {
    const [calm, over] = [look('calm', '1', 2.5), look('crash', '1', 2.5)];
    const start = openStage({ spec: 'crash', seed: '1' });
    const [from, to] = [start, over].map(({ indexes }) => indexes.get(BTC) ?? NaN);
    expect(Math.abs((to ?? NaN) / (from ?? NaN) - 1)).toBeLessThan(0.01);
    expect(over.volatility.get(BTC)).toBeLessThan(1.1 * (calm.volatility.get(BTC) ?? NaN));
    expect(liquid(over).width).toBeLessThan(1.1 * liquid(calm).width);
  });

  it('illiquid: wide, thin, one-sided, and seldom told', () => {
    const [calm, illiquid] = [look('calm', '1', 2), look('illiquid', '1', 2)];
    const [before, after] = [liquid(calm), liquid(illiquid)];
    expect(after.width).toBeGreaterThan(2 * before.width);
    expect(after.size).toBeLessThan(0.4 * before.size);
    expect(after.oneSided).toBeGreaterThan(0.1);
    expect(before.oneSided).toBeLessThan(0.06);
    const { publications } = illiquid.drive.report();
    expect(publications).toBeLessThan(0.8 * calm.drive.report().publications);
  });

  it('gap: every quote vanishes and comes back at a level that has jumped', () => {
    const stage = openStage({ spec: 'gap', seed: '3', pace: { stepMs: 500, slowSteps: 20 } });
    const perpetual = 'BTC-PERPETUAL' as InstrumentName;
    const quoted = (): boolean => (stage.exchange.bookSnapshot(perpetual)?.bids.length ?? 0) > 0;
    let before = Number.NaN;
    for (let waited = 0; quoted() && waited < 600_000; waited += 500) {
      before = stage.indexes.get(BTC) ?? Number.NaN;
      stage.run(500);
    }
    const books = [...stage.instruments.keys()].map((name) => stage.exchange.bookSnapshot(name));
    expect(books.some((book) => (book?.bids.length ?? 0) + (book?.asks.length ?? 0) > 0)).toBe(
      false,
    );
    let silentMs = 0;
    for (; !quoted() && silentMs < 60_000; silentMs += 500) stage.run(500);
    expect(silentMs).toBeGreaterThanOrEqual(3_000);
    expect(silentMs).toBeLessThanOrEqual(9_000);
    const jump = Math.abs(Math.log((stage.indexes.get(BTC) ?? NaN) / before));
    expect(jump).toBeGreaterThan(0.012);
    expect(jump).toBeLessThan(0.045);
  });

  it('trend: half an hour goes one way, the seed says which', () => {
    const moves = ['1', '2', '3', '4', '5', '6'].map((seed) => {
      const stage = openStage({ spec: 'trend', seed, pace: { ...PACE, stepMs: 60_000 } });
      const from = stage.indexes.get(BTC) ?? Number.NaN;
      stage.run(30 * MINUTE_MS);
      return Math.log((stage.indexes.get(BTC) ?? Number.NaN) / from);
    });
    expect(moves.every((move) => Math.abs(move) > 0.004)).toBe(true);
    expect(new Set(moves.map(Math.sign)).size).toBe(2);
  });
});

describe('a patient single-leg strategy', () => {
  it('finds something to buy within 40 s of calm, whatever the seed', () => {
    const found = ['1', '2', '3', '4', '5'].map((seed) =>
      tradeOnce(openStage({ spec: 'calm', seed })),
    );
    console.log(`first purchase after ${found.map(({ at }) => at / 1_000).join(', ')} s`);
    for (const { filled, at } of found) {
      expect(filled).toBeGreaterThan(0);
      expect(at).toBeLessThanOrEqual(40_000);
    }
  });
});
