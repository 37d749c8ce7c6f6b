/** The envelope: JSON-RPC on the socket, GET and POST over HTTP, and what is refused of each. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  type Answer,
  CALL,
  type Client,
  credentials,
  keyNamed,
  restingOrder,
  serveExchange,
  START,
  type TestServer,
} from './server.fixture.ts';

let venue: TestServer;
let client: Client;
let bearer: string;

beforeAll(async () => {
  venue = await serveExchange();
  client = await venue.connect();
  const answer = await get('/public/auth', credentials(keyNamed(venue.keys, 'holdfast-trade')));
  bearer = String((answer.body.result as Record<string, unknown>)['access_token']);
});
afterAll(async () => venue.server.close());

interface HttpAnswer {
  readonly status: number;
  readonly body: Answer;
}

async function read(response: Response): Promise<HttpAnswer> {
  return { status: response.status, body: (await response.json()) as Answer };
}

async function get(
  path: string,
  params: Readonly<Record<string, unknown>> = {},
  headers: Record<string, string> = {},
): Promise<HttpAnswer> {
  const query = new URLSearchParams(
    Object.entries(params).map(([name, value]): [string, string] => [name, String(value)]),
  );
  return read(await fetch(`${venue.server.httpUrl}${path}?${query.toString()}`, { headers }));
}

async function post(body: string, path = ''): Promise<HttpAnswer> {
  const headers = { authorization: `Bearer ${bearer}` };
  return read(await fetch(`${venue.server.httpUrl}${path}`, { method: 'POST', body, headers }));
}

describe('a request on the socket', () => {
  it('is answered with its id, its times in microseconds, and `testnet`', async () => {
    const answer = await client.call('public/get_time');
    expect(answer).toMatchObject({ jsonrpc: '2.0', result: START, testnet: true });
    expect(answer.usIn).toBe(START * 1_000);
    expect(answer.usDiff).toBe(answer.usOut - answer.usIn);
    expect(answer.usDiff).toBeGreaterThanOrEqual(0);
  });

  it('keeps a text id, and leaves out one that was not given', async () => {
    const named = await client.raw('{"jsonrpc":"2.0","id":"a","method":"public/get_time"}');
    expect(named.id).toBe('a');
    const unnamed = await client.raw('{"jsonrpc":"2.0","method":"public/get_time"}');
    expect(unnamed).not.toHaveProperty('id');
  });

  it.each([
    ['no JSON', '{', -32700],
    ['a number', '7', -32600],
    ['a batch', '[{"jsonrpc":"2.0","id":1,"method":"public/get_time"}]', -32600],
    ['another version', '{"jsonrpc":"1.0","id":1,"method":"public/get_time"}', -32600],
    ['no method', '{"jsonrpc":"2.0","id":1}', -32600],
    [
      'params by position',
      '{"jsonrpc":"2.0","id":1,"method":"public/get_time","params":[1]}',
      -32600,
    ],
    ['an unknown method', '{"jsonrpc":"2.0","id":1,"method":"public/nothing"}', -32601],
    ['a method of every object', '{"jsonrpc":"2.0","id":1,"method":"constructor"}', -32601],
  ])('that is %s is refused', async (_what, text, code) => {
    const answer = await client.raw(text);
    expect(answer.error?.code).toBe(code);
    expect(answer).not.toHaveProperty('result');
    expect(await client.code('public/test')).toBeNull();
  });

  it('says which param is wrong', async () => {
    const missing = await client.call('public/set_heartbeat', {});
    expect(missing.error).toMatchObject({ code: -32602, data: { param: 'interval' } });
    const wrong = await client.call('public/set_heartbeat', { interval: '30' });
    expect(wrong.error).toMatchObject({ code: -32602, data: { param: 'interval' } });
    const engine = await client.call('public/ticker', {});
    expect(engine.error).toMatchObject({ code: -32602, data: { param: 'instrument_name' } });
  });
});

describe('HTTP', () => {
  it('GET types the query by the method: numbers, booleans, text', async () => {
    const headers = { authorization: `Bearer ${bearer}` };
    const { status, body } = await get('/private/buy', restingOrder({ post_only: true }), headers);
    expect(status).toBe(200);
    expect(body.result).toMatchObject({ order: { amount: 0.1, price: 0.05, post_only: true } });
    const book = await get('/public/get_order_book', { instrument_name: CALL.name, depth: 1 });
    expect(book.body.result).toMatchObject({ instrument_name: CALL.name });
  });

  it('GET refuses a number that is none, and a param given twice', async () => {
    const depth = await get('/public/get_order_book', { instrument_name: CALL.name, depth: 'x' });
    expect(depth).toMatchObject({ status: 400, body: { error: { code: -32602 } } });
    const twice = await fetch(
      `${venue.server.httpUrl}/public/ticker?instrument_name=A&instrument_name=B`,
    );
    expect(await read(twice)).toMatchObject({ status: 400, body: { error: { code: -32602 } } });
  });

  it('POST takes a JSON-RPC body, at the root or at the path of its method', async () => {
    const body = JSON.stringify({ jsonrpc: '2.0', id: 5, method: 'private/get_positions' });
    expect(await post(body)).toMatchObject({ status: 200, body: { id: 5, result: [] } });
    expect((await post(body, '/private/get_positions')).status).toBe(200);
    expect(await post(body, '/public/test')).toMatchObject({
      status: 400,
      body: { error: { code: -32600 } },
    });
  });

  it.each([
    ['{', 400, -32700],
    ['[]', 400, -32600],
    ['{"jsonrpc":"2.0","id":1,"method":"public/nothing"}', 404, -32601],
    [`{"jsonrpc":"2.0","id":1,"method":"public/test","x":"${'a'.repeat(70_000)}"}`, 413, -32600],
  ])('POST %.20s is refused', async (body, status, code) => {
    expect(await post(body)).toMatchObject({ status, body: { error: { code } } });
  });

  it('refuses other methods and other paths', async () => {
    const { httpUrl } = venue.server;
    expect((await fetch(`${httpUrl}/public/test`, { method: 'PUT' })).status).toBe(405);
    expect((await fetch(`${httpUrl}/public/nothing`)).status).toBe(404);
    expect((await fetch(httpUrl.replace('/api/v2', '/metrics'))).status).toBe(404);
  });

  it('refuses what needs a connection', async () => {
    const { body } = await get('/public/subscribe', { channels: '["platform_state"]' });
    expect(body.error?.code).toBe(10030);
    const cod = await get('/private/logout', {}, { authorization: `Bearer ${bearer}` });
    expect(cod.body.error?.code).toBe(10030);
  });
});

it('upgrades one path only', async () => {
  const status = await new Promise<number>((resolve) => {
    void import('node:http').then(({ get: request }) => {
      const upgrade = request(venue.server.httpUrl, {
        headers: {
          connection: 'Upgrade',
          upgrade: 'websocket',
          'sec-websocket-version': '13',
          'sec-websocket-key': 'AAAAAAAAAAAAAAAAAAAAAA==',
        },
      });
      upgrade.on('response', (response) => resolve(response.statusCode ?? 0));
    });
  });
  expect(status).toBe(404);
});
