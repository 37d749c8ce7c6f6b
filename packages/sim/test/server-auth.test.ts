/** Who may do what: every way to prove an identity, expiry, scopes, and revoked keys. */
import { createHmac } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  type Answer,
  CALL,
  credentials,
  type Json,
  keyNamed,
  restingOrder,
  serveExchange,
  START,
  type TestServer,
} from './server.fixture.ts';

let venue: TestServer;

beforeEach(async () => {
  venue = await serveExchange();
});
afterEach(async () => venue.server.close());

const secretOf = (clientId: string): string => keyNamed(venue.keys, clientId).clientSecret;

function signature(clientId: string, more: Json = {}): Json {
  const claim = { timestamp: START, nonce: 'abcdef', data: 'x', ...more };
  const text = `${claim.timestamp}\n${claim.nonce}\n${claim.data}`;
  const signed = createHmac('sha256', secretOf(clientId)).update(text).digest('hex');
  return { grant_type: 'client_signature', client_id: clientId, ...claim, signature: signed };
}

async function http(
  path: string,
  headers: Record<string, string> = {},
): Promise<{ status: number; body: Answer }> {
  const response = await fetch(`${venue.server.httpUrl}${path}`, { headers });
  return { status: response.status, body: (await response.json()) as Answer };
}

describe('public/auth', () => {
  it('client_credentials gives a token of the connection, and a wrong secret none', async () => {
    const client = await venue.connect();
    const key = keyNamed(venue.keys, 'holdfast-trade');
    const wrong = { ...credentials(key), client_secret: `${key.clientSecret}x` };
    expect(await client.code('public/auth', wrong)).toBe(13004);
    expect(await client.code('public/auth', { ...credentials(key), client_id: 'nobody' })).toBe(
      13004,
    );
    expect(await client.code('private/get_positions')).toBe(13009);
    const granted = await client.result('public/auth', { ...credentials(key), state: 's' });
    expect(granted).toMatchObject({
      token_type: 'bearer',
      expires_in: 900,
      state: 's',
      scope: `connection ${key.scope}`,
    });
    expect(await client.code('private/get_positions')).toBeNull();
  });

  it('client_signature is HMAC-SHA256 over time, nonce and data', async () => {
    const client = await venue.connect();
    const good = signature('holdfast-trade');
    expect(await client.code('public/auth', { ...good, nonce: 'other' })).toBe(13004);
    expect(await client.code('public/auth', { ...good, signature: 'ab' })).toBe(13004);
    const old = signature('holdfast-trade', { timestamp: START - 3_600_000 });
    expect(await client.code('public/auth', old)).toBe(13004);
    expect(await client.code('public/auth', good)).toBeNull();
    expect(await client.code('private/get_positions')).toBeNull();
  });

  it('refresh_token renews once, for the connection it belongs to', async () => {
    const client = await venue.connect();
    const key = keyNamed(venue.keys, 'holdfast-trade');
    const first = (await client.result('public/auth', credentials(key))) as Json;
    const renewal = { grant_type: 'refresh_token', refresh_token: first['refresh_token'] };
    const stranger = await venue.connect();
    expect(await stranger.code('public/auth', renewal)).toBe(13009);
    const second = (await client.result('public/auth', renewal)) as Json;
    expect(second['access_token']).not.toBe(first['access_token']);
    expect(await client.code('public/auth', renewal)).toBe(13009);
    const old = { access_token: first['access_token'] };
    expect(await client.code('private/get_positions', old)).toBe(13009);
    expect(await client.code('private/get_positions')).toBeNull();
  });

  it('refuses a revoked key whatever it shows', async () => {
    const client = await venue.connect();
    const key = keyNamed(venue.keys, 'holdfast-revoked');
    expect(await client.code('public/auth', credentials(key))).toBe(13004);
    expect(await client.code('public/auth', signature(key.clientId))).toBe(13004);
    const basic = Buffer.from(`${key.clientId}:${key.clientSecret}`).toString('base64');
    const { status, body } = await http('/private/get_positions', {
      authorization: `Basic ${basic}`,
    });
    expect(status).toBe(401);
    expect(body.error?.code).toBe(13004);
  });

  it('refuses a scope beyond the key, and gives less when less is asked for', async () => {
    const client = await venue.connect();
    const key = credentials(keyNamed(venue.keys, 'holdfast-read'));
    expect(await client.code('public/auth', { ...key, scope: 'trade:read_write' })).toBe(13403);
    expect(await client.code('public/auth', { ...key, scope: 'everything' })).toBe(-32602);
    const less = (await client.result('public/auth', { ...key, scope: 'trade:read' })) as Json;
    expect(less['scope']).toBe('connection trade:read');
    expect(await client.code('private/get_positions')).toBeNull();
    expect(await client.code('private/get_account_summaries')).toBe(13021);
  });
});

describe('a token', () => {
  it('of a connection is refused on another and dies with its own', async () => {
    const client = await venue.connect();
    const key = credentials(keyNamed(venue.keys, 'holdfast-trade'));
    const granted = (await client.result('public/auth', key)) as Json;
    const token = { access_token: granted['access_token'] };
    const other = await venue.connect();
    expect(await other.code('private/get_positions', token)).toBe(13009);
    expect(await client.code('private/get_positions', token)).toBeNull();
  });

  it('of a named session works on another connection and outlives its own', async () => {
    const client = await venue.connect();
    const key = credentials(keyNamed(venue.keys, 'holdfast-trade'));
    const granted = (await client.result('public/auth', {
      ...key,
      scope: 'session:desk',
    })) as Json;
    expect(String(granted['scope'])).toMatch(/^session:desk /);
    client.socket.terminate();
    await client.waitClose();
    const other = await venue.connect();
    const token = { access_token: granted['access_token'] };
    expect(await other.code('private/get_positions', token)).toBeNull();
  });

  it('of the oldest of 17 sessions of one key gives way', async () => {
    const client = await venue.connect();
    const key = credentials(keyNamed(venue.keys, 'holdfast-trade'));
    const tokens: unknown[] = [];
    for (let index = 0; index < 17; index += 1) {
      const granted = await client.result('public/auth', { ...key, scope: `session:s${index}` });
      tokens.push((granted as Json)['access_token']);
    }
    const codes = tokens.map(async (token) =>
      client.code('private/get_positions', { access_token: token }),
    );
    expect(await Promise.all(codes)).toEqual([13009, ...Array.from({ length: 16 }, () => null)]);
  });

  it('expires: private calls are refused and private channels fall silent', async () => {
    await venue.server.close();
    venue = await serveExchange({ bounds: { tokenLifetimeS: 60 } });
    const client = await venue.login();
    await client.result('private/subscribe', { channels: ['user.orders.any.any.raw'] });
    await venue.pass(59_000, client);
    expect(await client.code('private/buy', restingOrder())).toBeNull();
    await venue.pass(0, client);
    expect(client.heard('user.orders.any.any.raw')).toHaveLength(1);
    await venue.pass(2_000, client);
    expect(await client.code('private/buy', restingOrder())).toBe(13009);
    venue.exchange.handle('private/buy', restingOrder(), venue.clock.now());
    await venue.pass(1_000, client);
    expect(client.heard('user.orders.any.any.raw')).toHaveLength(1);
  });
});

describe('scopes', () => {
  it('a reading key reads and cannot trade, a trading key trades, none withdraws', async () => {
    const reader = await venue.login('read');
    expect(await reader.code('private/get_open_orders')).toBeNull();
    expect(await reader.code('private/get_account_summaries')).toBeNull();
    const refused = await reader.call('private/buy', restingOrder());
    expect(refused.error).toMatchObject({
      code: 13021,
      message: 'forbidden',
      data: { reason: 'needs trade:read_write' },
    });
    const trader = await venue.login();
    expect(await trader.code('private/buy', restingOrder())).toBeNull();
    const withdrawal = { currency: 'BTC', address: 'x', amount: 1 };
    expect(await trader.code('private/withdraw', withdrawal)).toBe(13021);
    expect(venue.exchange.counters.ordersReceived).toBe(1);
  });

  it('keys of one account see each other, keys of another account do not', async () => {
    const trader = await venue.login();
    await trader.result('private/buy', restingOrder());
    const reader = await venue.login('read');
    const second = await venue.login('second');
    expect(await reader.result('private/get_open_orders')).toHaveLength(1);
    expect(await second.result('private/get_open_orders')).toHaveLength(0);
  });

  it('private channels need the scope of what they tell', async () => {
    const client = await venue.connect();
    const key = credentials(keyNamed(venue.keys, 'holdfast-trade'));
    await client.result('public/auth', { ...key, scope: 'trade:read' });
    const channels = (name: string): Json => ({ channels: [name] });
    expect(await client.code('private/subscribe', channels('user.portfolio.BTC'))).toBe(13021);
    expect(
      await client.result('private/subscribe', channels('user.trades.any.any.raw')),
    ).toHaveLength(1);
  });

  it('list_api_keys shows what each key may do and no secret', async () => {
    const client = await venue.login();
    const listed = await client.result('private/list_api_keys');
    expect(listed).toMatchObject([
      { client_id: 'holdfast-trade', enabled: true },
      { client_id: 'holdfast-read', enabled: true },
      { client_id: 'holdfast-revoked', enabled: false },
    ]);
    for (const { clientSecret } of venue.keys) {
      expect(JSON.stringify(listed)).not.toContain(clientSecret);
    }
  });
});

describe('HTTP headers', () => {
  it('Bearer, Basic and no header', async () => {
    const { body } = await http(
      `/public/auth?${new URLSearchParams({
        grant_type: 'client_credentials',
        client_id: 'holdfast-trade',
        client_secret: secretOf('holdfast-trade'),
      }).toString()}`,
    );
    const { access_token: token, scope } = body.result as Record<string, string>;
    expect(scope).toMatch(/^session:/);
    const bearer = await http('/private/get_positions', { authorization: `Bearer ${token}` });
    expect(bearer.status).toBe(200);
    const wrong = await http('/private/get_positions', { authorization: `Bearer ${token}x` });
    expect(wrong).toMatchObject({ status: 401, body: { error: { code: 13009 } } });
    const basic = (secret: string): Record<string, string> => ({
      authorization: `Basic ${Buffer.from(`holdfast-trade:${secret}`).toString('base64')}`,
    });
    const good = await http('/private/get_positions', basic(secretOf('holdfast-trade')));
    expect(good.status).toBe(200);
    const bad = await http('/private/get_positions', basic('wrong'));
    expect(bad).toMatchObject({ status: 401, body: { error: { code: 13004 } } });
    const none = await http('/private/get_positions');
    expect(none).toMatchObject({ status: 401, body: { error: { code: 13009 } } });
    const odd = await http('/public/test', { authorization: 'Digest x' });
    expect(odd.body.error?.code).toBe(13004);
  });

  it('deri-hmac-sha256 signs the request as it is sent', async () => {
    const sign = (uri: string, at: number): Record<string, string> => {
      const text = `${at}\nabc\nGET\n${uri}\n\n`;
      const sig = createHmac('sha256', secretOf('holdfast-trade')).update(text).digest('hex');
      return {
        authorization: `deri-hmac-sha256 id=holdfast-trade,ts=${at},nonce=abc,sig=${sig}`,
      };
    };
    const path = `/private/get_position?instrument_name=${CALL.name}`;
    const uri = `/api/v2${path}`;
    const answered = await http(
      '/private/get_open_orders',
      sign('/api/v2/private/get_open_orders', START),
    );
    expect(answered.status).toBe(200);
    expect((await http('/private/get_open_orders', sign(uri, START))).body.error?.code).toBe(13004);
    const late = sign('/api/v2/private/get_open_orders', START - 120_000);
    expect((await http('/private/get_open_orders', late)).body.error?.code).toBe(13004);
  });
});
