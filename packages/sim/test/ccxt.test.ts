/** ccxt from npm, unmodified, pointed here by its documented settings. */
import { AuthenticationError, deribit, InsufficientFunds, OrderNotFound, pro } from 'ccxt';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CALL, keyNamed, PERPETUAL, serveExchange, type TestServer } from './server.fixture.ts';

const PERPETUAL_SYMBOL = 'BTC/USD:BTC';
const CALL_SYMBOL = 'BTC/USD:BTC-260828-60000-C';

let venue: TestServer;

beforeAll(async () => {
  venue = await serveExchange({ creditsEnabled: true });
  // ccxt signs with the host's clock; the exchange takes it beside its own.
  venue.quote([900, 50], [1_000, 50]);
  venue.exchange.publishBook(PERPETUAL.name, [129_990, 500], [130_010, 500], venue.clock.now());
});
afterAll(async () => venue.server.close());

function settings(): { apiKey: string; secret: string; urls: { api: Record<string, string> } } {
  const key = keyNamed(venue.keys, 'holdfast-trade');
  const rest = venue.server.httpUrl.replace('/api/v2', '');
  return {
    apiKey: key.clientId,
    secret: key.clientSecret,
    urls: { api: { rest, ws: venue.server.wsUrl } },
  };
}

function idOf({ id }: { readonly id: string | undefined }): string {
  if (id === undefined) throw new Error('an order without id');
  return id;
}

describe('ccxt over HTTP', () => {
  it('loads the markets with their grids and fees', async () => {
    const client = new deribit(settings());
    const markets = await client.loadMarkets();
    expect(markets[CALL_SYMBOL]).toMatchObject({
      id: CALL.name,
      option: true,
      strike: 60_000,
      settle: 'BTC',
      precision: { amount: 0.1, price: 0.0001 },
      taker: 0.0003,
    });
    expect(markets[PERPETUAL_SYMBOL]).toMatchObject({ id: 'BTC-PERPETUAL', swap: true });
  });

  it('places, fetches and cancels a labelled order', async () => {
    const client = new deribit(settings());
    const placed = await client.createOrder(PERPETUAL_SYMBOL, 'limit', 'buy', 10, 64_000, {
      label: 'from-ccxt',
    });
    expect(placed).toMatchObject({ status: 'open', amount: 10, info: { label: 'from-ccxt' } });
    const fetched = await client.fetchOrder(idOf(placed));
    expect(fetched).toMatchObject({ id: placed.id, status: 'open', price: 64_000 });
    expect(fetched.info.label).toBe('from-ccxt');
    expect(await client.fetchOpenOrders(PERPETUAL_SYMBOL)).toHaveLength(1);
    expect(await client.cancelOrder(idOf(placed))).toMatchObject({ status: 'canceled' });
    expect(await client.fetchOrder(idOf(placed))).toMatchObject({ status: 'canceled' });
    expect(await client.fetchOpenOrders(PERPETUAL_SYMBOL)).toEqual([]);
  });

  it('reads its own classes in our refusals', async () => {
    const client = new deribit(settings());
    await client.loadMarkets();
    await expect(client.fetchOrder('BTC-999')).rejects.toBeInstanceOf(OrderNotFound);
    const much = client.createOrder(PERPETUAL_SYMBOL, 'limit', 'buy', 90_000_000, 64_000);
    await expect(much).rejects.toBeInstanceOf(InsufficientFunds);
    const wrong = new deribit({ ...settings(), secret: 'wrong' });
    await expect(wrong.fetchBalance()).rejects.toBeInstanceOf(AuthenticationError);
  });

  it('trades, and finds book, ticker, trades, position and balance', async () => {
    const client = new deribit(settings());
    expect((await client.fetchOrderBook(CALL_SYMBOL)).bids[0]).toEqual([0.09, 5]);
    expect(await client.fetchTicker(CALL_SYMBOL)).toMatchObject({ bid: 0.09, ask: 0.1 });
    const placed = await client.createOrder(CALL_SYMBOL, 'limit', 'buy', 0.1, 0.1, {
      timeInForce: 'IOC',
    });
    expect(placed).toMatchObject({ status: 'closed', filled: 0.1, average: 0.1 });
    expect(await client.fetchOrderTrades(idOf(placed))).toMatchObject([
      { amount: 0.1, price: 0.1 },
    ]);
    const positions = await client.fetchPositions([CALL_SYMBOL]);
    expect(positions).toMatchObject([{ symbol: CALL_SYMBOL, side: 'long' }]);
    const balance = await client.fetchBalance();
    expect(balance['BTC']?.total).toBeLessThan(10);
    expect(await client.fetchStatus()).toMatchObject({ status: 'ok' });
    expect(await client.fetchTime()).toBe(venue.clock.now());
  });
});

it('ccxt.pro keeps a book from our stream', async () => {
  const client = new pro.deribit(settings());
  await client.loadMarkets();
  // Its own step for addresses without TLS.
  await client.loadHttpProxyAgent();
  const beat = setInterval(() => venue.clock.runUntil(venue.clock.now() + 100), 20);
  const first = await client.watchOrderBook(CALL_SYMBOL);
  expect(first.bids[0]?.slice(0, 2)).toEqual([0.09, expect.any(Number)]);
  venue.quote([910, 30], [1_000, 50]);
  const second = await client.watchOrderBook(CALL_SYMBOL);
  expect(second.bids[0]?.slice(0, 2)).toEqual([0.091, 3]);
  clearInterval(beat);
  await client.close();
});
