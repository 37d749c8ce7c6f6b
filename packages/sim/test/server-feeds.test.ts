/** What subscribers hear: every channel in use, snapshots, merging, and the chain of change ids. */
import { CHANNEL_SCHEMAS, parseChannel } from '@holdfast/deribit/protocol';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Compile } from 'typebox/compile';
import {
  BTC,
  CALL,
  type Client,
  type Json,
  PERPETUAL,
  PUT,
  restingOrder,
  serveExchange,
  type TestServer,
} from './server.fixture.ts';

let venue: TestServer;
let client: Client;

beforeEach(async () => {
  venue = await serveExchange();
  venue.quote([900, 50], [1_000, 50]);
  client = await venue.login();
});
afterEach(async () => venue.server.close());

const subscribe = async (...channels: string[]): Promise<readonly string[]> =>
  (await client.result('private/subscribe', { channels })) as readonly string[];

/** Every message of a channel, each checked against what the client parses. */
function heard(channel: string, from: Client = client): readonly Json[] {
  const parsed = parseChannel(channel);
  if (parsed === null) throw new Error(`no channel ${channel}`);
  const schema = Compile(CHANNEL_SCHEMAS[parsed.kind]);
  const messages = from.heard(channel);
  for (const message of messages) expect([...schema.Errors(message)]).toEqual([]);
  return messages;
}

type Row = readonly [action: string, price: number, amount: number];

/** A book as a client keeps it; throws where the chain of change ids breaks. */
function replay(messages: readonly Json[]): { bids: [number, number][]; asks: [number, number][] } {
  const sides = { bids: new Map<number, number>(), asks: new Map<number, number>() };
  let last: unknown;
  for (const message of messages) {
    if (message['type'] === 'snapshot') {
      sides.bids.clear();
      sides.asks.clear();
    } else expect(message['prev_change_id']).toBe(last);
    last = message['change_id'];
    for (const side of ['bids', 'asks'] as const) {
      for (const [action, price, amount] of message[side] as readonly Row[]) {
        expect(sides[side].has(price)).toBe(action !== 'new');
        if (action === 'delete') sides[side].delete(price);
        else sides[side].set(price, amount);
      }
    }
  }
  const sorted = (side: Map<number, number>): [number, number][] =>
    [...side].sort(([a], [b]) => a - b);
  return { bids: sorted(sides.bids).toReversed(), asks: sorted(sides.asks) };
}

describe('book', () => {
  it('begins with a snapshot; 100ms merges what happened in between into one change', async () => {
    const channel = `book.${CALL.name}.100ms`;
    await subscribe(channel);
    await venue.pass(0, client);
    expect(heard(channel)).toMatchObject([
      { type: 'snapshot', bids: [['new', 0.09, 5]], asks: [['new', 0.1, 5]] },
    ]);
    venue.quote([900, 40, 890, 10], [1_000, 50]);
    venue.quote([900, 30, 890, 20], [1_000, 50, 1_005, 7]);
    venue.quote([900, 30], [1_005, 9]);
    await venue.pass(100, client);
    const [snapshot, change] = heard(channel);
    expect(heard(channel)).toHaveLength(2);
    expect(change).toMatchObject({
      type: 'change',
      prev_change_id: snapshot?.['change_id'],
      bids: [['change', 0.09, 3]],
      asks: [
        ['delete', 0.1, 0],
        ['new', 0.1005, 0.9],
      ],
    });
  });

  it('raw tells every change at once', async () => {
    const channel = `book.${CALL.name}.raw`;
    await subscribe(channel);
    venue.quote([900, 40], [1_000, 50]);
    venue.quote([900, 30], [1_000, 50]);
    await venue.pass(0, client);
    expect(heard(channel).map(({ type }) => type)).toEqual(['snapshot', 'change', 'change']);
    expect(replay(heard(channel)).bids).toEqual([[0.09, 3]]);
  });

  it('agg2 speaks once a second', async () => {
    const channel = `book.${CALL.name}.agg2`;
    await subscribe(channel);
    for (let steps = 1; steps <= 10; steps += 1) {
      venue.quote([900, steps], [1_000, 50]);
      await venue.pass(100, client);
    }
    expect(heard(channel).map(({ type }) => type)).toEqual(['snapshot', 'change']);
    expect(replay(heard(channel)).bids).toEqual([[0.09, 1]]);
  });

  it('the chain of change ids holds for all, also for one who joins amid a merge', async () => {
    const channel = `book.${CALL.name}.100ms`;
    const late = await venue.login();
    await subscribe(channel);
    venue.quote([900, 50, 800, 5], [1_000, 50]);
    venue.quote([900, 50], [1_000, 50]);
    await late.result('public/subscribe', { channels: [channel] });
    venue.quote([900, 50, 800, 7], [1_000, 50]);
    await venue.pass(100, client, late);
    venue.quote([900, 20], [1_000, 50]);
    await venue.pass(100, client, late);
    for (const each of [client, late]) {
      expect(replay(heard(channel, each))).toEqual({ bids: [[0.09, 2]], asks: [[0.1, 5]] });
    }
    expect(heard(channel, late).map(({ type }) => type)).toEqual(['snapshot', 'change', 'change']);
  });

  it('is silent while nothing changes, and a snapshot when quotes come back', async () => {
    const channel = `book.${CALL.name}.100ms`;
    await subscribe(channel);
    await venue.pass(1_000, client);
    expect(heard(channel)).toHaveLength(1);
    venue.exchange.withdrawQuotes(venue.clock.now());
    venue.quote([800, 1], [1_000, 1]);
    await venue.pass(100, client);
    expect(heard(channel).map(({ type }) => type)).toEqual(['snapshot', 'snapshot']);
    expect(replay(heard(channel)).bids).toEqual([[0.08, 0.1]]);
  });
});

describe('subscribe', () => {
  it('answers with what exists, once', async () => {
    const book = `book.${CALL.name}.100ms`;
    const asked = [book, book, 'book.NOTHING.100ms', 'book', 'deribit_price_index.xyz_usd', 'x'];
    expect(await subscribe(...asked)).toEqual([book]);
    await subscribe(book);
    await venue.pass(0, client);
    expect(heard(book)).toHaveLength(1);
  });

  it('takes 500 channels at once and not one more', async () => {
    const channels = Array.from({ length: 501 }, (_, index) => `ticker.X${index}.100ms`);
    expect(await client.code('public/subscribe', { channels })).toBe(-32602);
    expect(await client.code('public/subscribe', { channels: channels.slice(1) })).toBeNull();
    expect(await client.code('public/subscribe', { channels: 'x' })).toBe(-32602);
  });

  it('public/subscribe opens nothing private, and raw only to the authenticated', async () => {
    const stranger = await venue.connect();
    const channels = ['user.orders.any.any.raw', 'platform_state'];
    expect(await stranger.result('public/subscribe', { channels })).toEqual(['platform_state']);
    const raw = { channels: [`book.${CALL.name}.raw`] };
    expect(await stranger.code('public/subscribe', raw)).toBe(13778);
    expect(await stranger.code('private/subscribe', raw)).toBe(13009);
    expect(await client.code('public/subscribe', raw)).toBeNull();
  });

  it('ends by name or altogether', async () => {
    const [book, ticker] = [`book.${CALL.name}.100ms`, `ticker.${CALL.name}.100ms`];
    await subscribe(book, ticker);
    const left = await client.result('public/unsubscribe', { channels: [book, 'nothing'] });
    expect(left).toEqual([book]);
    venue.quote([900, 1], [1_000, 50]);
    await venue.pass(100, client);
    expect(heard(book)).toHaveLength(1);
    await client.result('private/unsubscribe_all');
    venue.exchange.setTicker(ticking(50));
    await venue.pass(100, client);
    expect(heard(ticker)).toHaveLength(1);
  });
});

function ticking(delta: number): Parameters<TestServer['exchange']['setTicker']>[0] {
  return {
    instrument: CALL,
    timestamp: venue.clock.now(),
    markPriceE8: 10_500_000,
    underlyingPriceE8: 6_500_000_000_000,
    iv: 0.5,
    delta: delta / 100,
    vega: 21,
  };
}

describe('market data', () => {
  it('ticker and quote tell the newest of each 100 ms', async () => {
    const [ticker, quote] = [`ticker.${CALL.name}.100ms`, `quote.${CALL.name}`];
    await subscribe(ticker, quote);
    venue.exchange.setTicker(ticking(40));
    venue.exchange.setTicker(ticking(45));
    venue.quote([910, 10], [1_000, 50]);
    await venue.pass(100, client);
    expect(heard(ticker)).toMatchObject([
      { mark_price: 0.1 },
      { mark_price: 0.105, mark_iv: 50, greeks: { delta: 0.45 }, best_bid_price: 0.091 },
    ]);
    expect(heard(quote)).toMatchObject([
      { best_bid_price: 0.09, best_bid_amount: 5 },
      { best_bid_price: 0.091, best_bid_amount: 1, best_ask_price: 0.1, best_ask_amount: 5 },
    ]);
  });

  it('trades come in lists, by instrument and by kind, and count up', async () => {
    const channels = [
      `trades.${CALL.name}.100ms`,
      'trades.option.BTC.100ms',
      'trades.future.BTC.100ms',
      `trades.${PUT.name}.raw`,
    ];
    await subscribe(...channels);
    for (const side of ['buy', 'sell'] as const) {
      venue.exchange.marketTrade(
        CALL.name,
        side,
        side === 'buy' ? 1_000 : 900,
        2,
        venue.clock.now(),
      );
      await client.result(side === 'buy' ? 'private/buy' : 'private/sell', {
        ...restingOrder({ price: side === 'buy' ? 0.1 : 0.09 }),
      });
    }
    await venue.pass(100, client);
    const [mine = [], byKind = [], futures = [], puts = []] = channels.map((name) => heard(name));
    expect(mine).toHaveLength(1);
    const sequence = (mine[0] as unknown as Json[]).map(({ trade_seq: seq }) => Number(seq));
    expect(sequence.length).toBeGreaterThanOrEqual(2);
    expect(sequence).toEqual(sequence.map((_, index) => (sequence[0] ?? 0) + index));
    expect(byKind).toEqual(mine);
    expect(futures).toEqual([]);
    expect(puts).toEqual([]);
  });

  it('index, DVOL and option marks', async () => {
    const channels = [
      'deribit_price_index.btc_usd',
      'deribit_volatility_index.btc_usd',
      'markprice.options.btc_usd',
    ];
    expect(await subscribe(...channels)).toEqual(channels);
    const now = venue.clock.now();
    venue.exchange.setIndex(BTC, 6_600_000_000_000, now);
    venue.exchange.setVolatilityIndex(BTC, 44.5, now);
    venue.exchange.setTicker(ticking(40));
    await venue.pass(1_000, client);
    expect(heard(channels[0] ?? '')).toMatchObject([{ price: 65_000 }, { price: 66_000 }]);
    expect(heard(channels[1] ?? '')).toEqual([
      { index_name: 'btc_usd', volatility: 44.5, timestamp: now },
    ]);
    expect(heard(channels[2] ?? '')).toMatchObject([
      [{ instrument_name: CALL.name, mark_price: 0.105, iv: 0.5 }],
    ]);
  });

  it('platform and instrument state', async () => {
    const channels = ['platform_state', 'instrument.state.option.BTC', 'instrument.state.any.any'];
    await subscribe(...channels);
    const now = venue.clock.now();
    venue.exchange.lock(BTC, true, now);
    const name = 'BTC-28AUG26-70000-C' as typeof CALL.name;
    venue.exchange.list(
      [
        { ...CALL, name },
        { ...PERPETUAL, name: 'BTC-X' as typeof name },
      ],
      now,
    );
    await venue.pass(0, client);
    expect(heard('platform_state')).toEqual([{ price_index: 'btc_usd', locked: true }]);
    expect(heard('instrument.state.option.BTC')).toEqual([
      { instrument_name: name, state: 'started', timestamp: now },
    ]);
    expect(heard('instrument.state.any.any')).toHaveLength(2);
  });
});

describe('an account', () => {
  it('hears of its own, after the answer, and another account hears nothing of it', async () => {
    const channels = [
      'user.orders.option.BTC.raw',
      'user.trades.option.BTC.raw',
      'user.changes.any.any.raw',
      'user.portfolio.BTC',
      'user.orders.future.BTC.raw',
      'user.orders.option.USDC.raw',
    ];
    expect(await subscribe(...channels)).toEqual(channels);
    const stranger = await venue.login('second');
    await stranger.result('private/subscribe', { channels });
    await client.result('private/buy', restingOrder({ price: 0.1, amount: 0.2, label: 'l' }));
    const answerAt = client.frames.findIndex((text) => text.includes('"trades":[{'));
    const noticeAt = client.frames.findIndex((text) =>
      text.includes('"channel":"user.orders.option'),
    );
    expect(answerAt).toBeLessThan(noticeAt);
    await venue.pass(1_000, client, stranger);
    expect(heard('user.orders.option.BTC.raw')).toMatchObject([
      { label: 'l', order_state: 'filled', filled_amount: 0.2 },
    ]);
    expect(heard('user.trades.option.BTC.raw')).toMatchObject([[{ label: 'l', amount: 0.2 }]]);
    expect(heard('user.changes.any.any.raw')).toMatchObject([
      {
        instrument_name: CALL.name,
        orders: [{ label: 'l' }],
        trades: [{ label: 'l' }],
        positions: [{ instrument_name: CALL.name, size: 0.2 }],
      },
    ]);
    expect(heard('user.portfolio.BTC').length).toBe(2);
    expect(heard('user.orders.future.BTC.raw')).toEqual([]);
    expect(heard('user.orders.option.USDC.raw')).toEqual([]);
    for (const name of channels) {
      if (name !== 'user.portfolio.BTC') expect(heard(name, stranger)).toEqual([]);
    }
  });

  it('hears a fill the market made, and the 100ms channel lists orders', async () => {
    await subscribe('user.orders.any.any.100ms', 'user.changes.option.BTC.raw');
    await client.result('private/buy', restingOrder({ price: 0.095, label: 'rests' }));
    venue.exchange.marketTrade(CALL.name, 'sell', 950, 1, venue.clock.now());
    await venue.pass(100, client);
    expect(heard('user.orders.any.any.100ms')).toMatchObject([
      [{ order_state: 'open' }, { order_state: 'filled' }],
    ]);
    expect(heard('user.changes.option.BTC.raw')).toMatchObject([
      { orders: [{ order_state: 'open' }], trades: [] },
      { orders: [{ order_state: 'filled' }], trades: [{ liquidity: 'M' }] },
    ]);
  });
});
