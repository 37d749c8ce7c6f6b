/** Everything a client can do to the server has a bound: what it sends, and what it never reads. */
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { serveExchange, type TestServer } from './server.fixture.ts';

let venue: TestServer;
afterEach(async () => venue.server.close());

const seen = async (isSo: () => boolean): Promise<void> =>
  expect.poll(isSo, { timeout: 5_000 }).toBe(true);

async function openSocket(): Promise<Socket> {
  const socket = connect(venue.server.port, '127.0.0.1');
  socket.on('error', () => socket.destroy());
  await once(socket, 'connect');
  return socket;
}

describe('a slow reader', () => {
  const flood = async (times: number, isReading: boolean): Promise<number | null> => {
    const [client, other] = [await venue.connect(), await venue.connect()];
    if (!isReading) client.socket.pause();
    for (let sent = 0; sent < times; sent += 1) {
      client.socket.send('{"jsonrpc":"2.0","method":"public/get_instruments","params":{}}');
    }
    if (!isReading) await seen(() => venue.server.counters().sessionsEnded.slow_reader === 1);
    expect(await other.code('public/test')).toBeNull();
    client.socket.resume();
    if (isReading) await client.call('public/test');
    else await client.waitClose();
    return client.closed();
  };

  it('is dropped, and the others are served', async () => {
    venue = await serveExchange({ bounds: { sendBufferBytes: 65_536 } });
    expect(await flood(8_000, false)).toBe(1006);
  });

  it('that reads is kept', async () => {
    venue = await serveExchange();
    expect(await flood(500, true)).toBeNull();
  });
});

describe('a frame', () => {
  it('beyond the limit is refused in words, far beyond it closes the connection', async () => {
    venue = await serveExchange();
    const client = await venue.connect();
    const long = (size: number): string =>
      `{"jsonrpc":"2.0","id":1,"method":"public/test","params":{"x":"${'a'.repeat(size)}"}}`;
    expect((await client.raw(long(60_000))).error).toBeUndefined();
    expect((await client.raw(long(70_000))).error?.code).toBe(-32600);
    client.socket.send(long(200_000));
    expect(await client.waitClose()).toBe(1009);
    expect(await (await venue.connect()).code('public/test')).toBeNull();
  });

  it('of bytes is no request', async () => {
    venue = await serveExchange();
    const client = await venue.connect();
    client.socket.send(Buffer.from('{"jsonrpc":"2.0","id":1,"method":"public/test"}'));
    await seen(() => client.frames.some((text) => text.includes('-32700')));
  });
});

describe('HTTP that drips', () => {
  const timeout = { bounds: { httpTimeoutMs: 300 } };

  it.each([
    ['nothing at all', ''],
    ['half a header', 'GET /api/v2/public/test HTTP/1.1\r\nHost: x\r\nX-A: '],
    ['half a body', 'POST /api/v2 HTTP/1.1\r\nHost: x\r\nContent-Length: 500\r\n\r\n{"jsonrpc":'],
  ])('%s is closed in time', async (_what, text) => {
    venue = await serveExchange(timeout);
    const socket = await openSocket();
    socket.resume();
    if (text !== '') socket.write(text);
    const start = performance.now();
    await once(socket, 'close');
    expect(performance.now() - start).toBeLessThan(3_000);
  });

  it('a whole request in pieces is answered', async () => {
    venue = await serveExchange(timeout);
    const socket = await openSocket();
    socket.write('GET /api/v2/public/get_time HTTP/1.1\r\n');
    socket.write('Host: x\r\n\r\n');
    const [data] = (await once(socket, 'data')) as [Buffer];
    expect(data.toString()).toMatch(/^HTTP\/1\.1 200/);
    socket.destroy();
  });

  it('headers beyond 16 KiB are refused', async () => {
    venue = await serveExchange();
    const socket = await openSocket();
    socket.write(
      `GET /api/v2/public/test HTTP/1.1\r\nHost: x\r\nX-A: ${'a'.repeat(20_000)}\r\n\r\n`,
    );
    const [data] = (await once(socket, 'data')) as [Buffer];
    expect(data.toString()).toMatch(/^HTTP\/1\.1 431/);
    socket.destroy();
  });
});

it('close ends every socket, and cancels nothing', async () => {
  venue = await serveExchange();
  const client = await venue.login();
  await client.result('private/enable_cancel_on_disconnect');
  await client.result('private/buy', {
    instrument_name: 'BTC-28AUG26-60000-C',
    amount: 0.1,
    price: 0.05,
  });
  const idle = await openSocket();
  await venue.server.close();
  expect(await client.waitClose()).toBe(1001);
  await seen(() => idle.destroyed || idle.readableEnded);
  const open = venue.exchange.handle('private/get_open_orders', {}, venue.clock.now());
  expect(open).toMatchObject({ ok: true, result: [{ order_state: 'open' }] });
});
