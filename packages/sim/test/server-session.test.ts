/** How a session lives and ends: heartbeat, cancel on disconnect, credits, limits. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { afterEach, describe, expect, it } from 'vitest';
import {
  CALL,
  type Client,
  openClient,
  restingOrder,
  serveExchange,
  type TestServer,
  type TestServerOptions,
} from './server.fixture.ts';

let venue: TestServer;
const serve = async (options: TestServerOptions = {}): Promise<void> => {
  venue = await serveExchange(options);
};
afterEach(async () => venue.server.close());

const openOrders = (account = 'main'): readonly unknown[] => {
  const answer = venue.exchange.handle('private/get_open_orders', {}, venue.clock.now(), account);
  return answer.ok ? (answer.result as readonly unknown[]) : [];
};

/** The server hears of a closed socket a moment after the client does. */
const seen = async (isSo: () => boolean): Promise<void> => expect.poll(isSo).toBe(true);

describe('heartbeat', () => {
  it('asks every interval, and goes on while it is answered', async () => {
    await serve();
    const client = await venue.connect();
    await client.result('public/set_heartbeat', { interval: 10 });
    await venue.pass(9_900, client);
    expect(client.heartbeats()).toEqual([]);
    await venue.pass(100, client);
    expect(client.heartbeats()).toEqual(['heartbeat', 'test_request']);
    await client.result('public/test');
    await venue.pass(10_000, client);
    expect(client.heartbeats()).toHaveLength(4);
    expect(client.closed()).toBeNull();
  });

  it('closes a connection that does not answer; any other request is no answer', async () => {
    await serve();
    const client = await venue.connect();
    await client.result('public/set_heartbeat', { interval: 10 });
    await venue.pass(10_000, client);
    await client.result('public/get_time');
    venue.clock.runUntil(venue.clock.now() + 10_100);
    expect(await client.waitClose()).toBe(1001);
    expect(venue.server.counters().sessionsEnded.heartbeat_lost).toBe(1);
  });

  it('is at least ten seconds, and can be taken back', async () => {
    await serve();
    const client = await venue.connect();
    expect(await client.code('public/set_heartbeat', { interval: 9 })).toBe(-32602);
    await client.result('public/set_heartbeat', { interval: 10 });
    await client.result('public/disable_heartbeat');
    await venue.pass(60_000, client);
    expect(client.heartbeats()).toEqual([]);
    expect(client.closed()).toBeNull();
  });

  it('without one, ten silent minutes close the connection, and one word keeps it', async () => {
    await serve();
    const [talker, silent] = [await venue.connect(), await venue.connect()];
    await silent.result('public/test');
    await venue.pass(599_000, talker);
    venue.clock.runUntil(venue.clock.now() + 1_100);
    expect(await silent.waitClose()).toBe(1001);
    expect(await talker.code('public/test')).toBeNull();
  });
});

describe('cancel on disconnect', () => {
  const enable = async (client: Client): Promise<void> => {
    await client.result('private/enable_cancel_on_disconnect', { scope: 'connection' });
  };

  it('cancels what was made on the lost connection, and nothing else', async () => {
    await serve();
    const [lost, kept] = [await venue.login(), await venue.login()];
    await enable(lost);
    await lost.result('private/buy', restingOrder({ label: 'lost' }));
    await kept.result('private/buy', restingOrder({ label: 'kept' }));
    lost.socket.terminate();
    await seen(() => openOrders().length === 1);
    expect(openOrders()).toMatchObject([{ label: 'kept' }]);
    expect(venue.server.counters().cancelledOnDisconnect).toBe(1);
    const states = await kept.result('private/get_order_state_by_label', {
      currency: 'BTC',
      label: 'lost',
    });
    expect(states).toMatchObject([{ order_state: 'cancelled' }]);
  });

  it('fires on a clean close of the socket too', async () => {
    await serve();
    const client = await venue.login();
    await enable(client);
    await client.result('private/buy', restingOrder());
    client.socket.close();
    await seen(() => openOrders().length === 0);
  });

  it('does nothing unless it was enabled, or once it was disabled', async () => {
    await serve();
    const [never, undone] = [await venue.login(), await venue.login()];
    await enable(undone);
    await undone.result('private/disable_cancel_on_disconnect', {});
    for (const client of [never, undone]) {
      await client.result('private/buy', restingOrder());
      client.socket.terminate();
    }
    await seen(() => venue.server.counters().sessionsEnded.closed === 2);
    expect(openOrders()).toHaveLength(2);
  });

  it('D-18 is not triggered by a logout, which has no answer', async () => {
    await serve();
    const client = await venue.login();
    await enable(client);
    await client.result('private/buy', restingOrder());
    const before = client.frames.length;
    client.socket.send('{"jsonrpc":"2.0","id":99,"method":"private/logout","params":{}}');
    expect(await client.waitClose()).toBe(1000);
    expect(client.frames).toHaveLength(before);
    expect(openOrders()).toHaveLength(1);
    expect(venue.server.counters().sessionsEnded.logout).toBe(1);
  });

  it('fires when the heartbeat is lost', async () => {
    await serve();
    const client = await venue.login();
    await enable(client);
    await client.result('private/buy', restingOrder());
    await client.result('public/set_heartbeat', { interval: 10 });
    venue.clock.runUntil(venue.clock.now() + 10_100);
    expect(openOrders()).toHaveLength(1);
    venue.clock.runUntil(venue.clock.now() + 10_000);
    expect(openOrders()).toHaveLength(0);
  });

  it('fires when the client process is killed', async () => {
    await serve();
    const child = spawn(
      process.execPath,
      ['--input-type=module', '-e', CHILD, venue.server.wsUrl],
      { cwd: import.meta.dirname, stdio: ['ignore', 'pipe', 'inherit'] },
    );
    await once(child.stdout, 'data');
    expect(openOrders()).toHaveLength(1);
    child.kill('SIGKILL');
    await seen(() => openOrders().length === 0);
  });

  it('of the account is what its new connections begin with', async () => {
    await serve();
    const setter = await venue.login();
    await setter.result('private/enable_cancel_on_disconnect', { scope: 'account' });
    const account = { scope: 'account' };
    expect(await setter.result('private/get_cancel_on_disconnect', account)).toEqual({
      scope: 'account',
      enabled: true,
    });
    expect(await setter.result('private/get_cancel_on_disconnect')).toEqual({
      scope: 'connection',
      enabled: false,
    });
    const [later, stranger] = [await venue.login(), await venue.login('second')];
    await later.result('private/buy', restingOrder());
    await stranger.result('private/buy', restingOrder());
    later.socket.terminate();
    stranger.socket.terminate();
    await seen(() => openOrders().length === 0);
    expect(openOrders('second')).toHaveLength(1);
  });

  it('takes account:read_write to change, and account:read to see', async () => {
    await serve();
    const reader = await venue.login('read');
    expect(await reader.code('private/enable_cancel_on_disconnect')).toBe(13021);
    expect(await reader.code('private/get_cancel_on_disconnect')).toBeNull();
  });

  it('leaves alone what was filled or cancelled before', async () => {
    await serve();
    venue.quote([900, 50], [1_000, 50]);
    const client = await venue.login();
    await enable(client);
    const placed = (await client.result('private/buy', restingOrder())) as {
      order: { order_id: string };
    };
    await client.result('private/cancel', { order_id: placed.order.order_id });
    await client.result('private/buy', restingOrder({ price: 0.1 }));
    client.socket.terminate();
    await seen(() => venue.server.counters().sessionsEnded.closed === 1);
    expect(venue.server.counters().cancelledOnDisconnect).toBe(0);
  });
});

/** Trades, says so, and waits to be killed. */
const CHILD = `
import { WebSocket } from 'ws';
const socket = new WebSocket(process.argv[1]);
const ask = (id, method, params) =>
  socket.send(JSON.stringify({ jsonrpc: '2.0', id, method, params }));
socket.on('open', () => ask(1, 'public/auth', {
  grant_type: 'client_credentials',
  client_id: 'holdfast-trade',
  client_secret: 'holdfast-trade-loopback-only',
}));
socket.on('message', (text) => {
  const { id } = JSON.parse(text);
  if (id === 1) ask(2, 'private/enable_cancel_on_disconnect', {});
  if (id === 2) ask(3, 'private/buy', {
    instrument_name: '${CALL.name}', amount: 0.1, price: 0.05, type: 'limit',
  });
  if (id === 3) process.stdout.write('placed');
});
`;

describe('credits', () => {
  const spendAll = async (client: Client): Promise<number> => {
    for (let sent = 1; ; sent += 1) {
      const code = await client.code('private/cancel_all', {});
      if (code === 10028) return sent;
    }
  };

  it('D-18 exhaustion answers 10028 and ends the session, its token and its orders', async () => {
    await serve({ creditsEnabled: true });
    const client = await venue.login();
    await client.result('private/enable_cancel_on_disconnect', {});
    await client.result('private/buy', restingOrder());
    const orders = [];
    for (let index = 0; index < 30 && client.closed() === null; index += 1) {
      orders.push(client.code('private/buy', restingOrder()).catch(() => null));
    }
    const codes = await Promise.all(orders);
    expect(codes.indexOf(10028)).toBe(19);
    expect(await client.waitClose()).toBe(1008);
    expect(venue.server.counters().sessionsEnded.too_many_requests).toBe(1);
    expect(openOrders()).toHaveLength(0);
  });

  it('are the account’s, whichever connection asks, and another account has its own', async () => {
    await serve({ creditsEnabled: true });
    const [first, other] = [await venue.login(), await venue.login('second')];
    expect(await spendAll(first)).toBe(21);
    const second = await venue.login();
    expect(await second.code('private/cancel_all')).toBe(10028);
    expect(await other.code('private/cancel_all')).toBeNull();
  });

  it('come back with time', async () => {
    await serve({ creditsEnabled: true });
    const first = await venue.login();
    await spendAll(first);
    venue.clock.runUntil(venue.clock.now() + 1_000);
    const second = await venue.login();
    expect(await spendAll(second)).toBe(6);
  });

  it('are answered 429 over HTTP', async () => {
    await serve({ creditsEnabled: true });
    const statuses: number[] = [];
    for (let index = 0; index < 101; index += 1) {
      const response = await fetch(`${venue.server.httpUrl}/public/test`);
      statuses.push(response.status);
      await response.text();
    }
    expect(statuses.slice(0, 100).every((status) => status === 200)).toBe(true);
    expect(statuses[100]).toBe(429);
  });

  it('can be turned off', async () => {
    await serve({ creditsEnabled: false });
    const client = await venue.login();
    for (let index = 0; index < 200; index += 1) {
      expect(await client.code('private/cancel_all')).toBeNull();
    }
  });
});

describe('connections of one address', () => {
  it('are 32: the 33rd is answered 429, and one that leaves makes room', async () => {
    await serve();
    const open = await Promise.all(Array.from({ length: 32 }, async () => venue.connect()));
    await expect(openClient(venue.server.wsUrl)).rejects.toThrow(/429/);
    const response = await fetch(`${venue.server.httpUrl}/public/test`);
    expect(response.status).toBe(429);
    open[0]?.socket.terminate();
    await seen(() => venue.server.connections() < 32);
    const next = await venue.connect();
    expect(await next.code('public/test')).toBeNull();
    expect(venue.server.counters().connectionsRefused).toBe(2);
  });
});

it('keeps trading state while connections come and go', async () => {
  await serve();
  const first = await venue.login();
  await first.result('private/buy', restingOrder({ label: 'stays' }));
  first.socket.terminate();
  const second = await venue.login();
  expect(
    await second.result('private/get_open_orders_by_instrument', { instrument_name: CALL.name }),
  ).toMatchObject([{ label: 'stays' }]);
});
