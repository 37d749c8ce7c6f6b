import type { Instrument } from '@holdfast/core/instrument';
import { E8 } from '@holdfast/core/values';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type Bench,
  BTC,
  CALL,
  EXPIRY,
  FUTURE,
  LINEAR_PERPETUAL,
  openBench,
  PERPETUAL,
  USDC,
} from './exchange.fixture.ts';
import type { SelfTradeMode } from './trader.ts';

const ACCOUNTS = ['main', 'second', 'third'] as const;
const PRICES: ReadonlyMap<Instrument, readonly number[]> = new Map([
  [CALL, [990, 995, 1_000, 1_005, 1_010]],
  [PERPETUAL, [129_000, 129_501, 130_000, 130_501, 131_000]],
  [FUTURE, [25_800, 25_900, 26_000, 26_100, 26_200]],
  [LINEAR_PERPETUAL, [129_000, 129_501, 130_000, 130_501, 131_000]],
]);
const INSTRUMENTS = [...PRICES.keys()];

const instrument = fc.constantFrom(...INSTRUMENTS);
const account = fc.constantFrom(...ACCOUNTS);
const level = fc.nat({ max: 4 });
const size = fc.integer({ min: 1, max: 40 });
const side = fc.constantFrom('buy' as const, 'sell' as const);

const action = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record({
      kind: fc.constant('order' as const),
      account,
      on: instrument,
      side,
      at: level,
      size,
      until: fc.constantFrom(
        'good_til_cancelled',
        'good_til_cancelled',
        'good_til_day',
        'immediate_or_cancel',
        'fill_or_kill',
      ),
      reduceOnly: fc.boolean(),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({ kind: fc.constant('edit' as const), account, at: level, size }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant('market' as const), account, side, size }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant('quote' as const),
      on: instrument,
      split: fc.nat({ max: 5 }),
      size,
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('trade' as const),
      on: instrument,
      side,
      at: level,
      size,
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('mark' as const),
      on: instrument,
      perMille: fc.integer({ min: -20, max: 20 }),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('mode' as const),
      account,
      mode: fc.constantFrom<SelfTradeMode>('cancel_maker', 'reject_taker'),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('wait' as const),
      ms: fc.integer({ min: 1, max: 50_000_000 }),
    }),
  },
);
type Action = typeof action extends fc.Arbitrary<infer T> ? T : never;
const actions = fc.array(action, { minLength: 1, maxLength: 60 });

function priceAt(on: Instrument, at: number): number {
  return PRICES.get(on)?.[at] ?? 0;
}

function open(): Bench {
  const deposits = new Map([
    [BTC, 20 * E8],
    [USDC, 1_000_000 * E8],
  ]);
  const bench = openBench(
    deposits,
    new Map([
      ['second', deposits],
      ['third', deposits],
    ]),
  );
  for (const on of INSTRUMENTS) quote(bench, on, 2, 10);
  return bench;
}

function quote(bench: Bench, on: Instrument, split: number, steps: number): void {
  const bids: number[] = [];
  const asks: number[] = [];
  for (let at = split - 1; at >= 0; at -= 1) bids.push(priceAt(on, at), steps + at);
  for (let at = split; at < 5; at += 1) asks.push(priceAt(on, at), steps + at);
  bench.quote(on, bids, asks);
}

function perform(bench: Bench, next: Action): void {
  const { exchange } = bench;
  bench.at += 100;
  switch (next.kind) {
    case 'order':
      bench.send(`private/${next.side}`, termsOf(next), next.account);
      return;
    case 'edit':
      return edit(bench, next);
    case 'market':
      bench.send(
        `private/${next.side}`,
        { instrument_name: PERPETUAL.name, amount: next.size * 10, type: 'market' },
        next.account,
      );
      return;
    case 'quote':
      return quote(bench, next.on, next.split, next.size);
    case 'trade':
      exchange.marketTrade(next.on.name, next.side, priceAt(next.on, next.at), next.size, bench.at);
      return;
    case 'mark':
      return mark(bench, next.on, next.perMille);
    case 'mode':
      return exchange.setSelfTrading(next.account, next.mode);
    case 'wait':
      bench.at = Math.min(EXPIRY - 1_000, bench.at + next.ms);
      exchange.advance(bench.at);
  }
}

function termsOf(next: Action & { kind: 'order' }): Record<string, unknown> {
  return {
    instrument_name: next.on.name,
    amount: (next.size * next.on.amountStepE8) / E8,
    price: (priceAt(next.on, next.at) * next.on.tickE8) / E8,
    time_in_force: next.until,
    reduce_only: next.reduceOnly,
  };
}

/** The oldest open order of the account becomes one of another price and size. */
function edit(bench: Bench, next: Action & { kind: 'edit' }): void {
  const answer = bench.send('private/get_open_orders', {}, next.account);
  const [first] = (answer.ok ? answer.result : []) as {
    order_id: string;
    instrument_name: string;
  }[];
  const on = INSTRUMENTS.find(({ name }) => name === first?.instrument_name);
  if (first === undefined || on === undefined) return;
  const amount = (next.size * on.amountStepE8) / E8;
  const price = (priceAt(on, next.at) * on.tickE8) / E8;
  bench.send('private/edit', { order_id: first.order_id, amount, price }, next.account);
}

function mark(bench: Bench, on: Instrument, perMille: number): void {
  const market = priceAt(on, 2) * on.tickE8;
  bench.exchange.setTicker({
    instrument: on,
    timestamp: bench.at,
    markPriceE8: Math.round((market * (1_000 + perMille)) / 1_000),
    underlyingPriceE8: 65_000 * E8,
    iv: null,
    delta: null,
    vega: null,
  });
}

function expectConserved(bench: Bench): void {
  for (const currency of [BTC, USDC]) {
    const { deposited, client, market, fees } = bench.exchange.audit(currency);
    expect(client + market + fees).toBe(deposited);
    expect(fees).toBeGreaterThanOrEqual(0);
  }
}

interface Told {
  readonly trade_id: string;
  readonly direction: string;
  readonly amount: number;
  readonly account: string | undefined;
}

function trades({ notices }: Bench): readonly Told[] {
  return notices.flatMap(([kind, payload, of]) => {
    if (kind !== 'trade') return [];
    const { trade_id, direction, amount } = payload;
    return [{ trade_id, direction, amount, account: of }];
  });
}

describe('properties of several accounts', () => {
  it('money is conserved to the last unit, through trades, funding and delivery', () => {
    fc.assert(
      fc.property(actions, (list) => {
        const bench = open();
        for (const next of list) {
          perform(bench, next);
          expectConserved(bench);
        }
        bench.at = EXPIRY + 1;
        bench.exchange.advance(bench.at);
        expectConserved(bench);
      }),
      { numRuns: 150 },
    );
  });

  it('no account trades with itself, and a trade has two sides at most', () => {
    fc.assert(
      fc.property(actions, (list) => {
        const bench = open();
        for (const next of list) perform(bench, next);
        for (const sides of Map.groupBy(trades(bench), ({ trade_id }) => trade_id).values()) {
          expect(sides.length).toBeLessThanOrEqual(2);
          const [one, other] = sides;
          if (one === undefined || other === undefined) continue;
          expect(one.account).not.toBe(other.account);
          expect(one.direction).not.toBe(other.direction);
          expect(one.amount).toBe(other.amount);
        }
      }),
      { numRuns: 100 },
    );
  });

  it('books never cross, and show exactly what rests beside the quotes', () => {
    fc.assert(
      fc.property(actions, (list) => {
        const bench = open();
        for (const next of list) {
          perform(bench, next);
          for (const { name } of INSTRUMENTS) {
            const book = bench.exchange.bookSnapshot(name);
            const [bid, ask] = [book?.bids[0], book?.asks[0]];
            if (bid !== undefined && ask !== undefined) expect(bid).toBeLessThan(ask);
          }
        }
        bench.exchange.withdrawQuotes(bench.at);
        for (const on of INSTRUMENTS) expect(shown(bench, on)).toEqual(resting(bench, on));
      }),
      { numRuns: 100 },
    );
  });

  it('a position is the sum of its trades, whoever they were with', () => {
    fc.assert(
      fc.property(actions, (list) => {
        const bench = open();
        for (const next of list) perform(bench, next);
        for (const each of ACCOUNTS) {
          const held = bench.send('private/get_position', { instrument_name: CALL.name }, each);
          const { size: amount } = (held.ok ? held.result : {}) as { size: number };
          const traded = bench.notices.reduce((sum, [kind, payload, of]) => {
            if (kind !== 'trade' || of !== each || payload.instrument_name !== CALL.name)
              return sum;
            return sum + (payload.direction === 'buy' ? payload.amount : 0 - payload.amount);
          }, 0);
          expect(amount).toBeCloseTo(traded, 8);
        }
      }),
      { numRuns: 60 },
    );
  });
});

/** Price and amount of everything in the book, in ticks and steps. */
function shown(bench: Bench, { name }: Instrument): ReadonlyMap<number, number> {
  const book = bench.exchange.bookSnapshot(name);
  const levels = new Map<number, number>();
  for (const flat of [book?.bids ?? [], book?.asks ?? []]) {
    for (let at = 0; at < flat.length; at += 2) levels.set(flat[at] ?? 0, flat[at + 1] ?? 0);
  }
  return levels;
}

/** The same of what the accounts say is open. */
function resting(bench: Bench, on: Instrument): ReadonlyMap<number, number> {
  const levels = new Map<number, number>();
  for (const each of ACCOUNTS) {
    const params = { instrument_name: on.name };
    const answer = bench.send('private/get_open_orders_by_instrument', params, each);
    for (const wire of (answer.ok ? answer.result : []) as Record<string, number>[]) {
      const ticks = Math.round(((wire['price'] ?? 0) * E8) / on.tickE8);
      const left = (wire['amount'] ?? 0) - (wire['filled_amount'] ?? 0);
      const steps = Math.round((left * E8) / on.amountStepE8);
      levels.set(ticks, (levels.get(ticks) ?? 0) + steps);
    }
  }
  return levels;
}
