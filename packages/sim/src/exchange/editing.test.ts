import { E8 } from '@holdfast/core/values';
import { describe, expect, it } from 'vitest';
import { type Bench, BTC, CALL, codeOf, openBench, order, placed } from './exchange.fixture.ts';

const GTC = { time_in_force: 'good_til_cancelled' };
const OTHER = new Map([['second', new Map([[BTC, 10 * E8]])]]);

interface Resting {
  readonly bench: Bench;
  readonly id: unknown;
}

/** A bid for 1 BTC at 0.099, ahead of another account's at the same price. */
function resting(more: Record<string, unknown> = {}): Resting {
  const bench = openBench(new Map([[BTC, 10 * E8]]), OTHER);
  bench.quote(CALL, [980, 20], [1005, 10]);
  const { order: wire } = placed(
    bench.send('private/buy', order(CALL, 1, 0.099, { ...GTC, ...more })),
  );
  placed(bench.send('private/buy', order(CALL, 1, 0.099, GTC), 'second'));
  return { bench, id: wire['order_id'] };
}

/** Who was filled when somebody sold 0.1 at 0.099. */
function firstInQueue({ exchange, at, notices }: Bench): string | undefined {
  exchange.marketTrade(CALL.name, 'sell', 990, 1, at);
  return notices.findLast(([kind]) => kind === 'trade')?.[2];
}

describe('private/edit', () => {
  it('a smaller size at the same price keeps its place', () => {
    const { bench, id } = resting();
    const { order: wire } = placed(bench.send('private/edit', { order_id: id, amount: 0.5 }));
    expect(wire).toMatchObject({ order_id: id, amount: 0.5, price: 0.099, replaced: true });
    expect(firstInQueue(bench)).toBe('main');
  });

  it('a larger size goes to the end of the queue', () => {
    const { bench, id } = resting();
    placed(bench.send('private/edit', { order_id: id, amount: 1.1 }));
    expect(firstInQueue(bench)).toBe('second');
  });

  it('another price goes to the end of that one, and everybody sees it', () => {
    const { bench, id } = resting();
    placed(bench.send('private/edit', { order_id: id, amount: 1, price: 0.1 }));
    expect(bench.exchange.bookSnapshot(CALL.name)?.bids).toEqual([1000, 10, 990, 10, 980, 20]);
    placed(bench.send('private/edit', { order_id: id, amount: 1, price: 0.099 }));
    expect(firstInQueue(bench)).toBe('second');
  });

  it('a price that reaches the book trades', () => {
    const { bench, id } = resting();
    bench.at += 5;
    const { order: wire, trades } = placed(
      bench.send('private/edit', { order_id: id, amount: 1.5, price: 0.1005 }),
    );
    expect(trades).toMatchObject([{ amount: 1, price: 0.1005, liquidity: 'T', order_id: id }]);
    expect(wire).toMatchObject({ filled_amount: 1, amount: 1.5, order_state: 'open' });
    expect(wire['last_update_timestamp']).toBe(bench.at);
    expect(bench.exchange.bookSnapshot(CALL.name)?.bids.slice(0, 2)).toEqual([1005, 5]);
  });

  it('post-only that would cross is cancelled for it, or repriced', () => {
    const { bench, id } = resting();
    const crossing = { order_id: id, price: 0.102, post_only: true };
    const strict = { ...crossing, reject_post_only: true };
    expect(placed(bench.send('private/edit', strict)).order).toMatchObject({
      order_state: 'cancelled',
      cancel_reason: 'edit_post_only_reject',
    });
    const other = resting();
    const { order: wire } = placed(
      other.bench.send('private/edit', { ...crossing, order_id: other.id }),
    );
    expect(wire).toMatchObject({ order_state: 'open', price: 0.1, post_only: true });
  });

  it('becomes reduce-only where there is a position to reduce', () => {
    const { bench, id } = resting();
    expect(codeOf(bench.send('private/edit', { order_id: id, reduce_only: true }))).toBe(11_030);
    bench.quote(CALL, [995, 20], [1005, 10]);
    placed(bench.send('private/sell', order(CALL, 0.4, 0.0995)));
    const { order: wire } = placed(bench.send('private/edit', { order_id: id, reduce_only: true }));
    expect(wire).toMatchObject({ reduce_only: true, amount: 1, order_state: 'open' });
  });

  it('is refused beyond the funds, which its own reservation counts towards', () => {
    const bench = openBench(new Map([[BTC, E8 / 10]]));
    const { order: wire } = placed(bench.send('private/buy', order(CALL, 0.9, 0.1, GTC)));
    const id = wire['order_id'];
    expect(codeOf(bench.send('private/edit', { order_id: id, price: 0.12 }))).toBe(10_009);
    placed(bench.send('private/edit', { order_id: id, price: 0.11 }));
  });

  it('would not trade with its own account where that is to be refused', () => {
    const { bench, id } = resting();
    bench.exchange.setSelfTrading('main', 'reject_taker');
    placed(bench.send('private/sell', order(CALL, 0.5, 0.1, GTC)));
    expect(codeOf(bench.send('private/edit', { order_id: id, price: 0.1 }))).toBe(10_003);
    placed(bench.send('private/edit', { order_id: id, price: 0.0995 }));
  });

  it.each([
    ['a price off the ladder', { price: 0.1001 }, 10_043, 'off_tick'],
    ['a price of zero', { price: 0 }, 10_023, 'bad_price'],
    ['an amount off the step', { amount: 0.15 }, 10_021, 'off_step'],
    ['a trigger', { trigger_price: 1 }, 11_049, 'trigger'],
    ['text for an amount', { amount: '1' }, -32_602, 'malformed'],
  ] as const)('%s is refused, counted, and changes nothing', (_, wrong, code, kind) => {
    const { bench, id } = resting();
    expect(codeOf(bench.send('private/edit', { order_id: id, ...wrong }))).toBe(code);
    expect(bench.exchange.counters.illegalByKind[kind]).toBe(1);
    expect(bench.send('private/get_order_state', { order_id: id })).toMatchObject({
      result: { price: 0.099, amount: 1, replaced: false },
    });
  });

  it('does not shrink below what is filled, and does not touch what is closed', () => {
    const { bench, id } = resting();
    bench.exchange.marketTrade(CALL.name, 'sell', 990, 5, bench.at);
    expect(codeOf(bench.send('private/edit', { order_id: id, amount: 0.5 }))).toBe(10_002);
    placed(bench.send('private/edit', { order_id: id, amount: 0.6 }));
    bench.send('private/cancel', { order_id: id });
    expect(codeOf(bench.send('private/edit', { order_id: id, amount: 2 }))).toBe(11_044);
    expect(codeOf(bench.send('private/edit', { order_id: 'BTC-99', amount: 2 }))).toBe(10_004);
  });
});

describe('private/edit_by_label', () => {
  const terms = { instrument_name: CALL.name, amount: 0.5, price: 0.099 };

  it('finds the one open order of the label', () => {
    const { bench, id } = resting({ label: 'one' });
    const edited = bench.send('private/edit_by_label', { ...terms, label: 'one' });
    expect(placed(edited).order).toMatchObject({ order_id: id, amount: 0.5, label: 'one' });
  });

  it('is refused where there is none, or more than one', () => {
    const { bench } = resting({ label: 'one' });
    const call = (label: string): number | null =>
      codeOf(bench.send('private/edit_by_label', { ...terms, label }));
    expect(call('none')).toBe(10_004);
    placed(bench.send('private/buy', order(CALL, 1, 0.05, { ...GTC, label: 'one' })));
    expect(call('one')).toBe(13_032);
  });
});
