import type { Instrument } from '@holdfast/core/instrument';
import { currency, E8 } from '@holdfast/core/values';
import { describe, expect, it } from 'vitest';
import { Exchange } from '../exchange/index.ts';
import { createPrng } from '../prng.ts';
import { VirtualClock } from '../virtual-clock.ts';
import { inverseOption } from './inverse-option.ts';
import { type DriveOptions, ModelDrive } from './market-drive.ts';
import type { LiveQuote, MarketModel, MarketTurn } from './market-model.ts';

const BTC = currency('BTC');
const START = Date.UTC(2026, 7, 28, 7, 59);
const EXPIRY = Date.UTC(2026, 7, 28, 8);

function option(strike: number, expiryMs: number): Instrument {
  const made = inverseOption({ underlying: BTC, type: 'call', strike, expiryMs });
  if (made === null) throw new Error('no terms');
  return made;
}

const [FAST, SLOW, SILENT, SHORT] = [
  option(60_000, EXPIRY + 86_400_000),
  option(61_000, EXPIRY + 86_400_000),
  option(62_000, EXPIRY + 86_400_000),
  option(63_000, EXPIRY),
] as const;
const PACES = new Map([
  [FAST, 'fast'],
  [SLOW, 'slow'],
  [SILENT, 'silent'],
  [SHORT, 'slow'],
] as const);

interface Plan {
  readonly startAt?: number;
  readonly nextAt?: number;
  readonly sweepAt?: number;
  readonly overAt?: number;
  readonly listed?: readonly Instrument[];
  readonly tradesPerSecond?: number;
  /** Its makers price everything anew whenever a quote is taken. */
  readonly reprices?: boolean;
}

function modelOf(plan: Plan): MarketModel & { readonly moves: number[] } {
  const moves: number[] = [];
  return {
    moves,
    startAt: plan.startAt ?? null,
    get nextAt() {
      const last = moves.at(-1) ?? 0;
      return plan.nextAt !== undefined && last < plan.nextAt ? plan.nextAt : null;
    },
    indexes: new Map([[BTC, 65_000 * E8]]),
    tradesPerSecond: plan.tradesPerSecond ?? 0,
    advance(now): MarketTurn {
      moves.push(now);
      return {
        listed: moves.length === 1 ? (plan.listed ?? [...PACES.keys()]) : [],
        sweep: new Set(now === plan.sweepAt ? [BTC] : []),
        over: now >= (plan.overAt ?? Number.POSITIVE_INFINITY),
      };
    },
    quote(instrument): LiveQuote {
      const greeks = { iv: 0.4, delta: 0.5, vega: 60, gamma: 0.1, theta: -1, rho: 2 };
      const prices = { bidTicks: 1_000, askTicks: 1_010, markE8: 10_050_000 };
      const pace = PACES.get(instrument) ?? 'slow';
      return { instrument, ...prices, underlyingE8: 65_000 * E8, ...greeks, meanUsd: 1e6, pace };
    },
    volatilityIndex: () => 45.25,
    taken: () => plan.reprices === true,
    counts: () => ({ moves: moves.length }),
  };
}

function play(plan: Plan, more: Partial<DriveOptions> = {}) {
  const clock = new VirtualClock(START);
  const notices: (readonly [at: number, kind: string, name: string])[] = [];
  const exchange = new Exchange({
    deposits: new Map([[BTC, 10 * E8]]),
    onNotification: (...[kind, payload]) => {
      const name = kind === 'book' || kind === 'ticker' ? payload.instrument.name : '';
      notices.push([clock.now(), kind, name]);
    },
  });
  const model = modelOf(plan);
  const drive = new ModelDrive(model, createPrng(1), { clock, exchange, ...more });
  const times = (kind: string, instrument?: Instrument): readonly number[] =>
    notices
      .filter(
        ([, one, name]) => one === kind && (instrument === undefined || name === instrument.name),
      )
      .map(([at]) => at - START);
  return { clock, exchange, model, drive, times };
}

describe('market drive', () => {
  it('lists, quotes and prices everything at once, then each book at its own pace', () => {
    const { clock, drive, times } = play({});
    drive.start();
    for (const instrument of PACES.keys()) {
      expect(times('book', instrument)).toStrictEqual([0]);
      expect(times('ticker', instrument)).toStrictEqual([0]);
    }
    clock.runUntil(START + 8_000);
    const fast = times('book', FAST).filter((at) => at % 250 === 0);
    expect(new Set(fast).size).toBe(17);
    expect(new Set(times('book', SLOW)).size).toBeLessThanOrEqual(6);
    expect(times('book', SILENT)).toStrictEqual([0]);
    expect(times('ticker', FAST).length).toBeLessThanOrEqual(10);
    expect(drive.report()).toMatchObject({ startedAt: START, now: START + 8_000, steps: 33 });
  });

  it('tells the index at every step and the volatility index at every fourth', () => {
    const { clock, drive, times } = play({});
    drive.start();
    clock.runUntil(START + 2_000);
    expect(times('index')).toStrictEqual([0, 250, 500, 750, 1_000, 1_250, 1_500, 1_750, 2_000]);
    expect(times('volatilityIndex')).toStrictEqual([0, 1_000, 2_000]);
  });

  it.each([true, false])(
    'tells a whole expiry anew at once where a taken quote moves it: %s',
    (reprices) => {
      const { clock, drive, exchange, times } = play({ reprices });
      drive.start();
      clock.runUntil(START + 100);
      const terms = { type: 'limit', price: 0.102, time_in_force: 'immediate_or_cancel' };
      const params = { instrument_name: FAST.name, amount: 0.1, ...terms };
      expect(exchange.handle('private/buy', params, clock.now())).toMatchObject({ ok: true });
      for (const instrument of PACES.keys()) {
        const isNear = instrument.expiry === FAST.expiry;
        const told = times('ticker', instrument).at(-1);
        expect(told).toBe(reprices && isNear ? 100 : 0);
      }
    },
  );

  it('sweeps every book and ticker when told to', () => {
    const { clock, drive, times } = play({ sweepAt: START + 1_250 });
    drive.start();
    clock.runUntil(START + 1_250);
    for (const instrument of PACES.keys()) {
      expect(times('book', instrument).at(-1)).toBe(1_250);
      expect(times('ticker', instrument).at(-1)).toBe(1_250);
    }
  });

  it('goes to an exact instant between two steps, and keeps its own beat', () => {
    const { clock, drive, model } = play({ nextAt: START + 600 });
    drive.start();
    clock.runUntil(START + 1_000);
    expect(model.moves.map((at) => at - START)).toStrictEqual([0, 250, 500, 600, 750, 1_000]);
  });

  it('waits for a market that begins later', () => {
    const { clock, drive, times } = play({ startAt: START + 700 });
    drive.start();
    clock.runUntil(START + 699);
    expect(drive.report().startedAt).toBeNull();
    clock.runUntil(START + 1_500);
    expect(times('book', FAST)[0]).toBe(700);
    expect(drive.report().startedAt).toBe(START + 700);
  });

  it('drops what has expired', () => {
    const { clock, drive, times } = play({});
    drive.start();
    clock.runUntil(EXPIRY + 2_000);
    expect(times('book', SHORT).at(-1)).toBeLessThan(EXPIRY - START);
    expect(drive.report()).toMatchObject({ listed: 4, expired: 1 });
  });

  it('ends with its market: quotes are withdrawn, nothing follows', () => {
    let ended = 0;
    const { clock, drive, exchange, times } = play(
      { overAt: START + 1_000 },
      { onEnd: () => (ended += 1) },
    );
    drive.start();
    clock.runUntil(START + 5_000);
    expect(ended).toBe(1);
    expect(exchange.bookSnapshot(FAST.name)).toMatchObject({ bids: [], asks: [] });
    expect(Math.max(...times('book'))).toBeLessThanOrEqual(1_000);
    expect(clock.pending).toBe(0);
  });

  it('stops when told to and says no more, its books standing', () => {
    const { clock, drive, exchange, times } = play({});
    drive.start();
    clock.runUntil(START + 1_000);
    drive.stop();
    const before = times('book').length;
    clock.runUntil(START + 5_000);
    expect(times('book')).toHaveLength(before);
    expect(exchange.bookSnapshot(FAST.name)?.bids[0]).toBe(1_000);
  });

  it('trades with the books: trades are told, and a resting order inside the spread is met', () => {
    const { clock, drive, exchange, times } = play({ listed: [FAST], tradesPerSecond: 2 });
    drive.start();
    exchange.handle(
      'private/buy',
      {
        instrument_name: FAST.name,
        amount: 0.1,
        price: 0.1005,
        type: 'limit',
        time_in_force: 'good_til_cancelled',
        post_only: true,
        reject_post_only: true,
        label: 'resting',
      },
      START,
    );
    expect(drive.report().filledSteps).toBe(0);
    clock.runUntil(START + 30_000);
    expect(times('publicTrade').length).toBeGreaterThan(10);
    expect(drive.report().filledSteps).toBe(1);
    expect(drive.report().trades).toBeGreaterThan(10);
  });

  it('is started once, and its pace is whole and positive', () => {
    const { drive } = play({});
    drive.start();
    expect(() => drive.start()).toThrow('once');
    for (const pace of [{ stepMs: 0 }, { fastSteps: 1.5 }, { slowSteps: Number.NaN }]) {
      expect(() => play({}, { pace })).toThrow(RangeError);
    }
  });
});
