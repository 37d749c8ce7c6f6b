import { beforeEach, describe, expect, it } from 'vitest';
import { CALL, codeOf, openBench, order, placed, START } from './exchange.fixture.ts';
import { type MirrorBench, openMirrorBench } from './mirroring.fixture.ts';

const rests = { time_in_force: 'good_til_cancelled' };
/** Price of so many ticks of 0.0005. */
const PRICE = 0.0995;

let bench: MirrorBench;
beforeEach(() => {
  bench = openMirrorBench();
  bench.show([990, 20, 985, 30], [1_000, 10, 1_005, 40]);
});

const buy = (steps: number, price = 0.1, more = {}): ReturnType<typeof placed> =>
  placed(bench.send('private/buy', order(CALL, steps / 10, price, more)));
const filled = (label: string): unknown => {
  const states = bench.notices.flatMap(([kind, told]) =>
    kind === 'order' && told.label === label ? [told.filled_amount] : [],
  );
  return states.at(-1);
};
/** A bid that rests between the quotes, or at one of them. */
const rest = (steps: number, price: number, label: string, account = 'main'): void => {
  const params = { ...order(CALL, steps / 10, price, rests), label };
  expect(placed(bench.send('private/buy', params, account)).order['order_state']).toBe('open');
  bench.at += 10;
};

describe('an order that takes', () => {
  it('takes what the source shows, level by level, and no more', () => {
    const { order: taken, trades } = buy(60, 0.1005);
    expect(trades.map(({ price, amount }) => [price, amount])).toEqual([
      [0.1, 1],
      [0.1005, 4],
    ]);
    expect(taken).toMatchObject({ filled_amount: 5, order_state: 'cancelled' });
  });

  it('does not find again what was taken while the source shows the same', () => {
    expect(buy(10).order['filled_amount']).toBe(1);
    expect(bench.asks()).toEqual([1_005, 40]);
    bench.show([990, 21, 985, 30], [1_000, 10, 1_005, 40]);
    expect(bench.asks()).toEqual([1_005, 40]);
    expect(buy(10).order['filled_amount']).toBe(0);
  });

  it('finds what is new of a level that grew, no more than was left of one that shrank', () => {
    buy(6);
    bench.show([990, 20], [1_000, 13, 1_005, 40]);
    expect(bench.asks()).toEqual([1_000, 7, 1_005, 40]);
    bench.show([990, 20], [1_000, 9, 1_005, 40]);
    expect(bench.asks()).toEqual([1_000, 7, 1_005, 40]);
    bench.show([990, 20], [1_000, 5, 1_005, 40]);
    expect(bench.asks()).toEqual([1_000, 5, 1_005, 40]);
  });

  it('finds a level whole that was gone in between', () => {
    buy(10);
    bench.show([990, 20], [1_005, 40]);
    bench.show([990, 20], [1_000, 10, 1_005, 40]);
    expect(bench.asks()).toEqual([1_000, 10, 1_005, 40]);
  });
});

describe('an order that rests', () => {
  it('waits behind everything that was shown at its price', () => {
    rest(5, 0.099, 'queued');
    expect(bench.print('sell', 990, 20)).toBe(0);
    expect(bench.print('sell', 990, 3)).toBe(3);
    expect(filled('queued')).toBe(0.3);
    expect(bench.print('sell', 990, 30)).toBe(2);
    expect(filled('queued')).toBe(0.5);
  });

  it('gains nothing by what others cancel ahead of it', () => {
    rest(5, 0.099, 'queued');
    bench.show([990, 1, 985, 30], [1_000, 10]);
    expect(bench.print('sell', 990, 19)).toBe(0);
    bench.show([985, 30], [1_000, 10]);
    expect(bench.print('sell', 990, 1)).toBe(0);
    expect(bench.print('sell', 990, 1)).toBe(1);
  });

  it('is filled at its own price by a trade that went through it, and by no more than that', () => {
    rest(5, 0.099, 'queued');
    expect(bench.print('sell', 985, 4)).toBe(4);
    const [trade] = bench.notices.flatMap(([kind, told]) => (kind === 'trade' ? [told] : []));
    expect(trade).toMatchObject({ price: 0.099, amount: 0.4, liquidity: 'M' });
  });

  it('is not filled by quotes, also not by those that cross it, and they are not shown', () => {
    rest(5, PRICE, 'between');
    bench.show([985, 30], [990, 7, 1_000, 10]);
    expect(filled('between')).toBe(0);
    expect(bench.bids()).toEqual([995, 5, 985, 30]);
    expect(bench.asks()).toEqual([1_000, 10]);
    expect(placed(bench.send('private/buy', order(CALL, 0.7, 0.099), 'other')).trades).toEqual([]);
    bench.send('private/cancel_all', {});
    expect(bench.asks()).toEqual([990, 7, 1_000, 10]);
  });

  it('is not met by a trade on its own side, off the book, or made before it rested', () => {
    rest(5, PRICE, 'between');
    expect(bench.print('buy', 1_000, 9)).toBe(0);
    expect(bench.print('sell', 985, 9, { isOffBook: true })).toBe(0);
    expect(bench.print('sell', 985, 9, { at: bench.at - 10 })).toBe(0);
    expect(bench.print('sell', 985, 9)).toBe(5);
  });

  it('shares a trade by price, then by time, and never more than there was', () => {
    rest(3, PRICE, 'first', 'other');
    rest(4, PRICE, 'second');
    rest(2, 0.099, 'behind');
    expect(bench.print('sell', 995, 5)).toBe(5);
    expect([filled('first'), filled('second'), filled('behind')]).toEqual([0.3, 0.2, 0]);
    const printed = bench.notices.flatMap(([kind, told]) =>
      kind === 'publicTrade' ? [told.amount] : [],
    );
    expect(printed.reduce((sum, amount) => sum + amount, 0)).toBeCloseTo(0.5, 9);
  });
});

describe('a book that is not known', () => {
  it('is empty at once, refuses orders and edits, and lets them be cancelled', () => {
    rest(5, PRICE, 'between');
    bench.exchange.voidBook(CALL.name, bench.at);
    expect(bench.bids()).toEqual([995, 5]);
    expect(bench.asks()).toEqual([]);
    expect(codeOf(bench.send('private/buy', order(CALL, 0.1, 0.1)))).toBe(13028);
    const open = bench.send('private/get_open_orders', {});
    const [{ order_id: id } = {}] = open.ok ? (open.result as Record<string, unknown>[]) : [];
    const edit = { order_id: id, amount: 0.2, price: 0.09 };
    expect(codeOf(bench.send('private/edit', edit))).toBe(13028);
    expect(codeOf(bench.send('private/cancel', { order_id: id }))).toBeNull();
  });

  it('tells everybody that its quotes are gone, and everything when it is known again', () => {
    bench.exchange.voidBook(CALL.name, bench.at);
    bench.show([990, 20], [1_000, 10]);
    const told = bench.notices.flatMap(([kind, notice]) => (kind === 'book' ? [notice] : []));
    const [first, gone, back] = told.slice(-3);
    expect(gone).toMatchObject({ prevChangeId: first?.changeId, bids: [990, 0, 985, 0] });
    expect(back).toMatchObject({ prevChangeId: gone?.changeId, bids: [990, 20] });
  });

  it('fills nothing meanwhile, and a place in its queue is the last one afterwards', () => {
    rest(5, 0.099, 'queued');
    expect(bench.print('sell', 990, 18)).toBe(0);
    bench.exchange.voidBook(CALL.name, bench.at);
    expect(bench.print('sell', 985, 50)).toBe(0);
    bench.show([990, 12], [1_000, 10]);
    expect(bench.print('sell', 990, 12)).toBe(0);
    expect(bench.print('sell', 990, 1)).toBe(1);
  });

  it('is every book before the source has told one', () => {
    const fresh = openMirrorBench();
    expect(codeOf(fresh.send('private/buy', order(CALL, 0.1, 0.1)))).toBe(13028);
    fresh.show([], []);
    expect(codeOf(fresh.send('private/buy', order(CALL, 0.1, 0.1)))).toBeNull();
  });
});

describe('times', () => {
  it('are the source’s: of the book, the ticker, the index and its trades', () => {
    const said = bench.at + 5;
    bench.at += 40;
    bench.exchange.mirrorBook(CALL.name, [990, 1], [], { at: said, now: bench.at });
    expect(bench.exchange.bookSnapshot(CALL.name)?.timestamp).toBe(said);
    const book = bench.send('public/get_order_book', { instrument_name: CALL.name });
    expect(book.ok && book.result).toMatchObject({ timestamp: said });
    bench.print('sell', 985, 9, { at: said });
    const [trade] = bench.notices.flatMap(([kind, t]) => (kind === 'publicTrade' ? [t] : []));
    expect(trade?.timestamp).toBe(said);
    bench.exchange.setIndex(CALL.underlying, 65_000 * 100_000_000, bench.at, said);
    expect(bench.exchange.indexSaidAt(CALL.underlying)).toBe(said);
  });

  it('of a market that is made here are its own, and it follows nothing', () => {
    const { exchange: own } = openBench();
    expect(() => own.mirrorBook(CALL.name, [5, 1], [6, 1], { at: 0, now: START })).toThrow(
      /follows no market/,
    );
    expect(own.indexSaidAt(CALL.underlying)).toBeNull();
  });
});
