import { describe, expect, it } from 'vitest';
import { type Bench, CALL, openBench, order, placed } from './exchange.fixture.ts';
import type { BookNotice } from './notification.ts';
import { toBookData } from './wire.ts';

const GTC = { time_in_force: 'good_til_cancelled' };

function books({ notices }: Bench): readonly BookNotice[] {
  const found: BookNotice[] = [];
  for (const [kind, payload] of notices) if (kind === 'book') found.push(payload);
  return found;
}

describe('book notices', () => {
  it('begin with a snapshot and go on in one chain of changes', () => {
    const bench = openBench();
    bench.quote(CALL, [995, 20, 990, 5], [1005, 10]);
    bench.quote(CALL, [995, 25, 985, 7], [1005, 10]);
    const [snapshot, change] = books(bench);
    expect(snapshot).toMatchObject({ prevChangeId: null, bids: [995, 20, 990, 5], newBidsFrom: 0 });
    expect(change).toMatchObject({
      prevChangeId: snapshot?.changeId,
      bids: [995, 25, 990, 0, 985, 7],
      newBidsFrom: 4,
      asks: [],
    });
    expect(change && toBookData(change)).toMatchObject({
      type: 'change',
      bids: [
        ['change', 0.0995, 2.5],
        ['delete', 0.099, 0],
        ['new', 0.0985, 0.7],
      ],
      asks: [],
    });
  });

  it('say nothing when nothing changed', () => {
    const bench = openBench();
    bench.quote(CALL, [995, 20], [1005, 10]);
    bench.quote(CALL, [995, 20], [1005, 10]);
    expect(books(bench)).toHaveLength(1);
  });

  it('begin anew with a snapshot after a silent withdrawal', () => {
    const bench = openBench();
    bench.quote(CALL, [995, 20], [1005, 10]);
    bench.exchange.withdrawQuotes(bench.at);
    expect(books(bench)).toHaveLength(1);
    expect(bench.exchange.bookSnapshot(CALL.name)).toMatchObject({ bids: [], asks: [] });
    bench.quote(CALL, [995, 20], [1005, 10]);
    expect(books(bench)[1]).toMatchObject({ prevChangeId: null, bids: [995, 20] });
  });

  it('show what a trade took, and a fetched book continues with the next change', () => {
    const bench = openBench();
    bench.quote(CALL, [995, 20], [1005, 10]);
    placed(bench.send('private/buy', order(CALL, 0.4, 0.1005)));
    const fetched = bench.exchange.bookSnapshot(CALL.name);
    expect(fetched).toMatchObject({ asks: [1005, 6], prevChangeId: null });
    placed(bench.send('private/buy', order(CALL, 0.6, 0.1005)));
    expect(books(bench).at(-1)).toMatchObject({
      prevChangeId: fetched?.changeId,
      asks: [1005, 0],
      bids: [],
    });
  });

  it('quotes that are crossed, unsorted or empty of size are a crash, not a book', () => {
    const bench = openBench();
    expect(() => bench.quote(CALL, [1005, 1], [1005, 1])).toThrow(RangeError);
    expect(() => bench.quote(CALL, [990, 1, 995, 1], [])).toThrow(RangeError);
    expect(() => bench.quote(CALL, [], [1005, 0])).toThrow(RangeError);
    expect(() => bench.quote(CALL, [990.5, 1], [])).toThrow(RangeError);
  });
});

describe('resting orders', () => {
  it('are filled at their own price when the market quotes through them', () => {
    const bench = openBench();
    bench.quote(CALL, [990, 20], [1005, 10]);
    placed(bench.send('private/buy', order(CALL, 1, 0.1, GTC)));
    bench.quote(CALL, [970, 20], [980, 4]);
    const trade = bench.notices.findLast(([kind]) => kind === 'trade')?.[1];
    expect(trade).toMatchObject({ price: 0.1, amount: 0.4, liquidity: 'M' });
    expect(bench.exchange.bookSnapshot(CALL.name)).toMatchObject({ bids: [1000, 6, 970, 20] });
  });

  it('come by price, then by time, behind what was quoted at their price before them', () => {
    const bench = openBench();
    bench.quote(CALL, [990, 5], [1005, 10]);
    const first = order(CALL, 0.3, 0.099, GTC);
    const second = order(CALL, 0.3, 0.099, GTC);
    const better = order(CALL, 0.1, 0.0995, GTC);
    for (const params of [first, second, better]) placed(bench.send('private/buy', params));
    const filled = (): readonly (readonly [unknown, unknown])[] =>
      bench.notices.flatMap(([kind, payload]) =>
        kind === 'trade' ? [[payload.label, payload.amount] as const] : [],
      );
    expect(bench.exchange.marketTrade(CALL.name, 'sell', 990, 6, bench.at)).toBe(1);
    expect(filled()).toEqual([[better['label'], 0.1]]);
    expect(bench.exchange.marketTrade(CALL.name, 'sell', 990, 4, bench.at)).toBe(4);
    expect(filled().slice(1)).toEqual([
      [first['label'], 0.3],
      [second['label'], 0.1],
    ]);
  });

  it('are not reached by trades that stop before their price', () => {
    const bench = openBench();
    bench.quote(CALL, [990, 5], [1005, 10]);
    placed(bench.send('private/buy', order(CALL, 0.3, 0.0985, GTC)));
    expect(bench.exchange.marketTrade(CALL.name, 'sell', 990, 100, bench.at)).toBe(0);
    expect(bench.exchange.marketTrade(CALL.name, 'sell', 985, 100, bench.at)).toBe(3);
  });
});
