import type { Instrument } from '@holdfast/core/instrument';
import { type Currency, E8 } from '@holdfast/core/values';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type Bench,
  BTC,
  CALL,
  EXPIRY,
  openBench,
  PERPETUAL,
  PUT,
  USDC,
  USDC_CALL,
} from './exchange.fixture.ts';
import type { ExchangeAnswer } from './venue-error.ts';
import type { WireOrder, WireTrade } from './wire.ts';

/** Ladder prices around the marks, in ticks, worst to best for a buyer. */
const PRICES: ReadonlyMap<Instrument, readonly number[]> = new Map([
  [CALL, [990, 995, 1_000, 1_005, 1_010]],
  [PUT, [190, 195, 200, 205, 210]],
  [PERPETUAL, [129_000, 129_501, 130_000, 130_501, 131_000]],
  [USDC_CALL, [1_280, 1_290, 1_300, 1_310, 1_320]],
]);
const INSTRUMENTS = [...PRICES.keys()];
/** Sizes of one size step in each instrument's own units: futures count ten dollars. */
const STEPS = { min: 1, max: 40 };

const instrument = fc.constantFrom(...INSTRUMENTS);
const level = fc.nat({ max: 4 });
const steps = fc.integer(STEPS);
const side = fc.constantFrom('buy' as const, 'sell' as const);

type Action =
  | { readonly kind: 'order'; readonly terms: OrderTerms }
  | {
      readonly kind: 'quote';
      readonly on: Instrument;
      readonly split: number;
      readonly size: number;
    }
  | {
      readonly kind: 'trade';
      readonly on: Instrument;
      readonly side: 'buy' | 'sell';
      readonly at: number;
      readonly size: number;
    }
  | { readonly kind: 'cancelAll' }
  | { readonly kind: 'withdraw' }
  | { readonly kind: 'index'; readonly usd: number };

interface OrderTerms {
  readonly on: Instrument;
  readonly side: 'buy' | 'sell';
  readonly at: number;
  readonly size: number;
  readonly tif: 'good_til_cancelled' | 'immediate_or_cancel' | 'fill_or_kill';
  readonly reduceOnly: boolean;
  readonly postOnly: boolean;
}

const orderTerms: fc.Arbitrary<OrderTerms> = fc.record({
  on: instrument,
  side,
  at: level,
  size: steps,
  tif: fc.constantFrom('good_til_cancelled', 'immediate_or_cancel', 'fill_or_kill'),
  reduceOnly: fc.boolean(),
  postOnly: fc.boolean(),
});

const action: fc.Arbitrary<Action> = fc.oneof(
  { weight: 6, arbitrary: orderTerms.map((terms) => ({ kind: 'order' as const, terms })) },
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant('quote' as const),
      on: instrument,
      split: fc.nat({ max: 5 }),
      size: steps,
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('trade' as const),
      on: instrument,
      side,
      at: level,
      size: steps,
    }),
  },
  { weight: 1, arbitrary: fc.constant({ kind: 'cancelAll' as const }) },
  { weight: 1, arbitrary: fc.constant({ kind: 'withdraw' as const }) },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('index' as const),
      usd: fc.integer({ min: 30_000, max: 120_000 }),
    }),
  },
);
const actions = fc.array(action, { minLength: 1, maxLength: 80 });

const DEPOSITS: ReadonlyMap<Currency, number> = new Map([
  [BTC, 20 * E8],
  [USDC, 1_000_000 * E8],
]);

function priceAt(on: Instrument, at: number): number {
  return PRICES.get(on)?.[at] ?? 0;
}

/** Bids at all prices below the split, asks at all above it. */
function quote(bench: Bench, on: Instrument, split: number, size: number): void {
  const bids: number[] = [];
  const asks: number[] = [];
  for (let at = split - 1; at >= 0; at -= 1) bids.push(priceAt(on, at), size + at);
  for (let at = split; at < 5; at += 1) asks.push(priceAt(on, at), size + at);
  bench.quote(on, bids, asks);
}

function send(bench: Bench, terms: OrderTerms, number: number): ExchangeAnswer {
  const { on } = terms;
  return bench.send(`private/${terms.side}`, {
    instrument_name: on.name,
    amount: (terms.size * on.amountStepE8) / E8,
    price: (priceAt(on, terms.at) * on.tickE8) / E8,
    type: 'limit',
    time_in_force: terms.tif,
    label: `p-${number}`,
    reduce_only: terms.reduceOnly,
    ...(terms.postOnly && terms.tif === 'good_til_cancelled'
      ? { post_only: true, reject_post_only: true }
      : {}),
  });
}

interface Checks {
  readonly before?: (bench: Bench, action: Action) => void;
  readonly after?: (bench: Bench, action: Action, answer: ExchangeAnswer | null) => void;
}

function run(list: readonly Action[], checks: Checks = {}): Bench {
  const bench = openBench(DEPOSITS);
  for (const on of INSTRUMENTS) quote(bench, on, 2, 10);
  for (const [number, next] of list.entries()) {
    bench.at += 100;
    checks.before?.(bench, next);
    const answer = perform(bench, next, number);
    checks.after?.(bench, next, answer);
  }
  return bench;
}

function perform(bench: Bench, next: Action, number: number): ExchangeAnswer | null {
  const { exchange } = bench;
  if (next.kind === 'order') return send(bench, next.terms, number);
  if (next.kind === 'quote') quote(bench, next.on, next.split, next.size);
  else if (next.kind === 'trade') {
    const limit = priceAt(next.on, next.at);
    exchange.marketTrade(next.on.name, next.side, limit, next.size, bench.at);
  } else if (next.kind === 'cancelAll') bench.send('private/cancel_all');
  else if (next.kind === 'withdraw') exchange.withdrawQuotes(bench.at);
  else exchange.setIndex(BTC, next.usd * E8, bench.at);
  return null;
}

function sizes(bench: Bench): ReadonlyMap<string, number> {
  const answer = bench.send('private/get_positions');
  if (!answer.ok) throw new Error('no positions');
  const list = answer.result as readonly { instrument_name: string; size: number }[];
  return new Map(list.map(({ instrument_name: name, size }) => [name, size]));
}

function expectConserved(bench: Bench): void {
  for (const currency of [BTC, USDC]) {
    const { deposited, client, market, fees } = bench.exchange.audit(currency);
    expect(client + market + fees).toBe(deposited);
    expect(fees).toBeGreaterThanOrEqual(0);
  }
}

function orderOf(answer: ExchangeAnswer | null): { order: WireOrder; trades: WireTrade[] } | null {
  return answer?.ok === true ? (answer.result as { order: WireOrder; trades: WireTrade[] }) : null;
}

describe('exchange properties', () => {
  it('conserves money to the last unit, through trading and delivery', () => {
    fc.assert(
      fc.property(actions, (list) => {
        const bench = run(list, { after: expectConserved });
        bench.exchange.advance(EXPIRY);
        expectConserved(bench);
      }),
      { numRuns: 150 },
    );
  });

  it('an option delivery is zero-sum but for its fee', () => {
    fc.assert(
      fc.property(actions, fc.integer({ min: 20_000, max: 150_000 }), (list, usd) => {
        const bench = run(list);
        const before = bench.exchange.audit(USDC);
        bench.exchange.setIndex(BTC, usd * E8, bench.at);
        bench.exchange.advance(EXPIRY);
        const after = bench.exchange.audit(USDC);
        const told = bench.exchange.settlementsSince(0).filter(({ currency }) => currency === USDC);
        const cash = told.reduce((sum, { cashE8 }) => sum + cashE8, 0);
        const fee = told.reduce((sum, { feeE8 }) => sum + feeE8, 0);
        expect(after.client - before.client).toBe(cash);
        expect(after.market - before.market).toBe(0 - cash - fee);
        expect(after.fees - before.fees).toBe(fee);
      }),
      { numRuns: 60 },
    );
  });

  it('IOC never rests, fills never exceed the amount, fill-or-kill is all or nothing', () => {
    fc.assert(
      fc.property(actions, (list) => {
        run(list, {
          after: (_bench, next, answer) => {
            const done = orderOf(answer);
            if (next.kind !== 'order' || done === null) return;
            const { order, trades } = done;
            const traded = trades.reduce((sum, { amount }) => sum + Math.round(amount * E8), 0);
            expect(traded).toBe(Math.round(order.filled_amount * E8));
            expect(order.filled_amount).toBeLessThanOrEqual(order.amount);
            if (next.terms.tif !== 'good_til_cancelled') expect(order.order_state).not.toBe('open');
            if (next.terms.tif === 'fill_or_kill') {
              expect([0, order.amount]).toContain(order.filled_amount);
            }
          },
        });
      }),
      { numRuns: 150 },
    );
  });

  it('nothing trades through its limit, and a taker gets the best price first', () => {
    fc.assert(
      fc.property(actions, (list) => {
        run(list, {
          after: (_bench, next, answer) => {
            const done = orderOf(answer);
            if (next.kind !== 'order' || done === null) return;
            const sign = next.terms.side === 'buy' ? 1 : -1;
            let before = Number.NEGATIVE_INFINITY;
            for (const { price } of done.trades) {
              expect((price - done.order.price) * sign).toBeLessThanOrEqual(0);
              expect(price * sign).toBeGreaterThanOrEqual(before);
              before = price * sign;
            }
          },
        });
      }),
      { numRuns: 100 },
    );
  });

  it('reduce-only never makes a position larger or turns it, resting or not', () => {
    const reducing = fc.array(
      action.map(
        (next): Action =>
          next.kind === 'order' ? { ...next, terms: { ...next.terms, reduceOnly: true } } : next,
      ),
      { minLength: 1, maxLength: 40 },
    );
    fc.assert(
      fc.property(actions, reducing, (opening, list) => {
        const setUp: readonly Action[] = [...opening, { kind: 'cancelAll' }];
        let known: ReadonlyMap<string, number> = new Map();
        let index = 0;
        run([...setUp, ...list], {
          after: (bench) => {
            index += 1;
            const now = sizes(bench);
            if (index > setUp.length) {
              for (const [name, size] of now) {
                const was = known.get(name) ?? 0;
                expect(Math.abs(size)).toBeLessThanOrEqual(Math.abs(was));
                expect(size * was).toBeGreaterThan(0);
              }
            }
            known = now;
          },
        });
      }),
      { numRuns: 100 },
    );
  });

  it('post-only never takes', () => {
    fc.assert(
      fc.property(actions, (list) => {
        const bench = run(list);
        const postOnly = new Set<string>();
        for (const [kind, told] of bench.notices) {
          if (kind === 'order' && told.post_only) postOnly.add(told.order_id);
        }
        for (const [kind, told] of bench.notices) {
          if (kind === 'trade' && postOnly.has(told.order_id)) expect(told.liquidity).toBe('M');
        }
      }),
      { numRuns: 100 },
    );
  });

  it('the chain of book notices rebuilds exactly the book there is, never crossed', () => {
    fc.assert(
      fc.property(actions, (list) => {
        const bench = run(list, { after: expectUncrossed });
        // What a listener knows is judged where the market last spoke.
        for (const on of INSTRUMENTS) quote(bench, on, 3, 7);
        for (const on of INSTRUMENTS) expectRebuilt(bench, on);
      }),
      { numRuns: 100 },
    );
  });

  it('the same calls give the same bytes', () => {
    fc.assert(
      fc.property(actions, (list) => {
        expect(JSON.stringify(run(list).notices)).toBe(JSON.stringify(run(list).notices));
      }),
      { numRuns: 30 },
    );
  });
});

function expectUncrossed(bench: Bench): void {
  for (const { name } of INSTRUMENTS) {
    const book = bench.exchange.bookSnapshot(name);
    const [bid, ask] = [book?.bids[0], book?.asks[0]];
    if (bid !== undefined && ask !== undefined) expect(bid).toBeLessThan(ask);
  }
}

function expectRebuilt(bench: Bench, on: Instrument): void {
  const sides = { bids: new Map<number, number>(), asks: new Map<number, number>() };
  let last: number | null = null;
  for (const [kind, told] of bench.notices) {
    if (kind !== 'book' || told.instrument !== on) continue;
    if (told.prevChangeId === null) for (const map of Object.values(sides)) map.clear();
    else expect(told.prevChangeId).toBe(last);
    last = told.changeId;
    for (const name of ['bids', 'asks'] as const) {
      const newFrom = name === 'bids' ? told.newBidsFrom : told.newAsksFrom;
      const levels = told[name];
      for (let index = 0; index < levels.length; index += 2) {
        const [price = 0, quantity = 0] = levels.slice(index, index + 2);
        expect(sides[name].has(price)).toBe(index < newFrom);
        if (quantity === 0) sides[name].delete(price);
        else sides[name].set(price, quantity);
      }
    }
  }
  const book = bench.exchange.bookSnapshot(on.name);
  const flat = (map: ReadonlyMap<number, number>, sign: number): readonly number[] =>
    [...map].sort((a, b) => (a[0] - b[0]) * sign).flat();
  expect(flat(sides.bids, -1)).toEqual(book?.bids);
  expect(flat(sides.asks, 1)).toEqual(book?.asks);
  expect(last).toBe(book?.changeId);
}
