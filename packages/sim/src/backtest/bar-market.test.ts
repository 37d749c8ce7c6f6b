import { coinE8, currency, E8 } from '@holdfast/core/values';
import { beforeEach, describe, expect, it } from 'vitest';
import { Exchange } from '../exchange/index.ts';
import { createPrng } from '../prng.ts';
import { VirtualClock } from '../virtual-clock.ts';
import type { Bar } from './bar.ts';
import { BarMarket } from './bar-market.ts';
import { barAt, CALL, CALL_NAME, callAt, FIRST_AT, quoteOf, STEP_MS } from './bars.fixture.ts';

const LEAD_MS = 1_000;
/** Steps of its amount a whole coin has. */
const COIN = 10;

describe('bars as a market', () => {
  let clock: VirtualClock;
  let exchange: Exchange;
  let told: string[];

  function show(bars: readonly Bar[]): void {
    new BarMarket(bars, clock, exchange, createPrng('test')).start();
  }

  beforeEach(() => {
    clock = new VirtualClock(FIRST_AT - LEAD_MS);
    told = [];
    exchange = new Exchange({
      deposits: new Map([[currency('BTC'), coinE8(10 * E8)]]),
      onNotification: (...[kind, payload]) => {
        if (kind === 'index') told.push(`${payload.underlying} ${payload.priceE8 / E8}`);
        if (kind === 'volatilityIndex') told.push(`${payload.underlying} DVOL ${payload.value}`);
      },
    });
  });

  const touch = (): readonly (number | undefined)[] => {
    const book = exchange.bookSnapshot(CALL_NAME);
    return [book?.bids[0], book?.bids[1], book?.asks[0], book?.asks[1]];
  };

  it('the first bar stands before its time, each later one from its own', () => {
    show([barAt(0), barAt(1, [quoteOf({ bid: 0.041, ask: 0.042 })])]);
    expect(touch()).toEqual([400, 5 * COIN, 405, 5 * COIN]);
    clock.runUntil(FIRST_AT + STEP_MS - 1);
    expect(touch()).toEqual([400, 5 * COIN, 405, 5 * COIN]);
    clock.runUntil(FIRST_AT + STEP_MS);
    expect(touch()).toEqual([410, 5 * COIN, 420, 5 * COIN]);
  });

  it('indexes and volatility are those of the bar', () => {
    show([barAt(0), barAt(1)]);
    expect(told).toContain('BTC 64000');
    expect(told).toContain('BTC DVOL 40');
    expect(told).toContain('ETH DVOL 50');
    expect(told).not.toContain('BTC 64001');
    clock.runUntil(FIRST_AT + STEP_MS);
    expect(told).toContain('BTC 64001');
  });

  it('what was taken of a quote is gone until the next bar, on that side alone', () => {
    show([barAt(0), barAt(1)]);
    const order = { instrument_name: CALL_NAME, type: 'limit', price: 0.0405, label: 'a' };
    const terms = { ...order, time_in_force: 'immediate_or_cancel', reduce_only: false };
    expect(exchange.handle('private/buy', { ...terms, amount: 3 }, clock.now()).ok).toBe(true);
    clock.runUntil(FIRST_AT + STEP_MS - 1);
    expect(touch()).toEqual([400, 5 * COIN, 405, 2 * COIN]);
    exchange.handle('private/buy', { ...terms, amount: 2 }, clock.now());
    clock.runUntil(clock.now());
    expect(exchange.bookSnapshot(CALL_NAME)?.asks[0]).not.toBe(405);
    clock.runUntil(FIRST_AT + STEP_MS);
    expect(touch()).toEqual([400, 5 * COIN, 405, 5 * COIN]);
  });

  it('a side taken whole stays empty, with nothing far behind it', () => {
    show([barAt(0), barAt(1)]);
    const order = { instrument_name: CALL_NAME, type: 'limit', price: 0.0405, label: 'a' };
    const terms = { ...order, time_in_force: 'immediate_or_cancel', reduce_only: false };
    exchange.handle('private/buy', { ...terms, amount: 5 }, clock.now());
    clock.runUntil(FIRST_AT + 1_000);
    expect(exchange.bookSnapshot(CALL_NAME)?.asks).toEqual([]);
    expect(exchange.bookSnapshot(CALL_NAME)?.bids.slice(0, 2)).toEqual([400, 5 * COIN]);
  });

  it('what a bar does not quote is quoted by nobody, and a side without price is empty', () => {
    const other = callAt(70_000);
    const oneSided = quoteOf({ instrument: other, bid: null, bidAmount: 0 });
    show([barAt(0, [quoteOf(), oneSided]), barAt(1, [oneSided])]);
    expect(exchange.bookSnapshot(other.name)).toMatchObject({ bids: [] });
    clock.runUntil(FIRST_AT + STEP_MS);
    expect(exchange.bookSnapshot(CALL_NAME)).toMatchObject({ bids: [], asks: [] });
    expect(exchange.bookSnapshot(other.name)?.asks[0]).toBe(405);
  });

  it('is listed with the bar that first quotes it, and no sooner', () => {
    const other = callAt(70_000);
    show([barAt(0), barAt(1, [quoteOf(), quoteOf({ instrument: other })])]);
    clock.runUntil(FIRST_AT + STEP_MS - 1);
    expect(exchange.bookSnapshot(other.name)).toBeNull();
    clock.runUntil(FIRST_AT + STEP_MS);
    expect(exchange.bookSnapshot(other.name)).not.toBeNull();
    expect(exchange.bookSnapshot(CALL.name)).not.toBeNull();
  });

  it('a quote that stands is told again, so that its book is never old', () => {
    show([barAt(0)]);
    const first = exchange.bookSnapshot(CALL_NAME)?.changeId ?? 0;
    clock.runUntil(clock.now() + 500);
    const second = exchange.bookSnapshot(CALL_NAME)?.changeId ?? 0;
    clock.runUntil(clock.now() + 500);
    expect(second).toBeGreaterThan(first);
    expect(exchange.bookSnapshot(CALL_NAME)?.changeId).toBeGreaterThan(second);
  });
});
