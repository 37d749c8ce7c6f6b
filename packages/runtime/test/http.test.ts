import { chmodSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { getPriority } from 'node:os';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { EmergencyCall } from '../src/http/emergency-call.ts';
import type { HttpServer } from '../src/http/server.ts';
import {
  ask as askUrl,
  type Asked,
  askRaw,
  HEALTH,
  HttpDesk,
  json,
  untilTold,
} from './http-desk.ts';

let desk: HttpDesk;
let server: HttpServer;
const ask = (path: string, asked: Asked = {}) => askUrl(server.url, path, asked);

/** What reached the thread of the loop, since the test began. */
const calls: EmergencyCall[] = [];

beforeAll(async () => {
  desk = new HttpDesk();
  server = await openOwn();
  server.publish('{"trading_mode":"ReduceOnly","n":1}');
  await untilTold(async () => (await ask('/api/v1/status')).status === 200, 'a status');
});
beforeEach(() => {
  // Otherwise it is soon too old to be given out.
  server.publish('{"trading_mode":"ReduceOnly","n":1}');
  desk.asked = 0;
  calls.length = 0;
});
afterAll(async () => {
  await server.close();
  desk.remove();
});

function openOwn(change: Parameters<HttpDesk['open']>[0] = {}): Promise<HttpServer> {
  return desk.open({
    sources: {
      metrics: () => {
        desk.asked += 1;
        return Promise.resolve('# HELP x\nx 1\n');
      },
      reduceOnly: (call) => {
        desk.asked += 1;
        calls.push(call);
        return { ok: false, refusal: 'engine_stopped' };
      },
    },
    ...change,
  });
}

/** Made now, and known to the port. */
async function freshToken(...given: Parameters<HttpDesk['token']>): Promise<string> {
  const token = desk.token(...given);
  await new Promise((done) => setTimeout(done, 1_050));
  return token;
}

/** What the scheduler is told of each thread of this process: field 19 of its line (proc(5)). */
function nicenessOfThreads(): number[] {
  return readdirSync('/proc/self/task').map((thread) => {
    const line = readFileSync(`/proc/self/task/${thread}/stat`, 'utf8');
    // The name, in brackets, may hold spaces.
    return Number(line.slice(line.lastIndexOf(')') + 2).split(' ')[16]);
  });
}

describe('the thread of the port', () => {
  it('lets the loop go first where processors are short, and nothing else behind it', () => {
    const own = getPriority();
    const others = nicenessOfThreads().filter((niceness) => niceness !== own);
    expect(others).toEqual([Math.min(own + 5, 19)]);
  });
});

describe('what is answered', () => {
  it('AT-022 health is 200 with ok, the build and the contract version', async () => {
    const { status, text, headers } = await ask('/api/v1/health');
    expect(status).toBe(200);
    expect(JSON.parse(text)).toEqual(HEALTH);
    expect(headers['content-type']).toContain('application/json');
    expect(headers['cache-control']).toBe('no-store');
  });

  it('the status is the last one the loop made, and asking asks nothing of the loop', async () => {
    const first = await ask('/api/v1/status?x=1');
    expect(json(first.text)['n']).toBe(1);
    for (let n = 2; n < 500; n += 1) server.publish(`{"n":${n}}`);
    await untilTold(
      async () => json((await ask('/api/v1/status')).text)['n'] === 499,
      'the last one',
    );
    expect(desk.asked).toBe(0);
  });

  it('numbers are made once a second for however many ask', async () => {
    const answers = await Promise.all(Array.from({ length: 8 }, () => ask('/metrics')));
    for (const { headers, text } of answers) {
      expect(headers['content-type']).toContain('text/plain');
      expect(text).toContain('x 1');
      expect(text).toMatch(/holdfast_http_status_calls_total\{code="200",run_id="run-1"\} \d/);
    }
    expect(desk.asked).toBe(1);
  });

  it('every answer has the headers of helmet, and none that opens it to other sites', async () => {
    for (const path of ['/api/v1/status', '/nowhere']) {
      const { headers } = await ask(path, { headers: { origin: 'https://evil.example' } });
      expect(headers['content-security-policy']).toContain("default-src 'none'");
      expect(headers['x-content-type-options']).toBe('nosniff');
      expect(headers['x-frame-options']).toBe('SAMEORIGIN');
      expect(headers['cross-origin-resource-policy']).toBe('same-origin');
      expect(headers['access-control-allow-origin']).toBeUndefined();
      expect(headers['x-powered-by']).toBeUndefined();
    }
  });
});

describe('a status that no longer counts', () => {
  it('is 503 once the loop has been silent, and counts again with the next', async () => {
    const silent = await openOwn({ staleAfterMs: 200 });
    const status = () => askUrl(silent.url, '/api/v1/status');
    expect(json((await status()).text)).toMatchObject({ reason: 'no_status_yet' });
    silent.publish('{"trading_mode":"Active"}');
    await untilTold(async () => (await status()).status === 200, 'a status');
    await new Promise((done) => setTimeout(done, 250));
    const stale = await status();
    expect(stale.status).toBe(503);
    expect(json(stale.text)).toMatchObject({ error: 'unavailable', reason: 'status_stale' });
    expect(stale.text).not.toContain('Active');
    silent.publish('{"trading_mode":"ReduceOnly"}');
    await untilTold(async () => (await status()).status === 200, 'a status again');
    await silent.close();
  });

  it('is 503 for good after a broken invariant', async () => {
    const broken = await openOwn();
    broken.stopped();
    broken.publish('{"trading_mode":"Active"}');
    const reason = async () => json((await askUrl(broken.url, '/api/v1/status')).text)['reason'];
    await untilTold(async () => (await reason()) !== 'no_status_yet', 'the end');
    expect(await reason()).toBe('engine_stopped');
    await broken.close();
  });
});

describe('what is refused', () => {
  let reader = '';
  beforeAll(async () => {
    reader = await freshToken();
  });

  it.each(['PUT', 'PATCH', 'DELETE', 'OPTIONS', 'HEAD', 'TRACE', 'PROPFIND'])(
    '%s is 405 and asks nothing of the engine',
    async (method) => {
      for (const path of ['/api/v1/status', '/api/v1/emergency/reduce_only', '/nowhere']) {
        const { status } = await ask(path, { method });
        expect(status).toBe(405);
      }
      expect(desk.asked).toBe(0);
    },
  );

  it.each([
    ['POST', '/api/v1/status', 'GET'],
    ['POST', '/api/v1/health', 'GET'],
    ['POST', '/api/v1/events', 'GET'],
    ['POST', '/metrics', 'GET'],
    ['GET', '/api/v1/emergency/reduce_only', 'POST'],
  ])('%s %s is 405, and says what is allowed', async (method, path, allowed) => {
    const { status, headers } = await ask(path, { method, token: reader });
    expect([status, headers.allow]).toEqual([405, allowed]);
  });

  it.each(['/', '/api/v1', '/api/v1/status/', '/metrics/x', '/../etc/passwd', '/api/v1/Status'])(
    '%s is 404 as JSON',
    async (path) => {
      const { status, text } = await ask(path);
      expect(status).toBe(404);
      expect(JSON.parse(text)).toEqual({ error: 'not_found' });
    },
  );

  it('a broken path is 400', async () => {
    const { status, text } = await ask('/%E0%A4%A');
    expect(status).toBe(400);
    expect(JSON.parse(text)).toEqual({ error: 'bad_request' });
  });

  it('a page that had its name point here reads nothing; this machine by name does', async () => {
    const { status } = await ask('/api/v1/status', { headers: { host: 'evil.example:80' } });
    expect(status).toBe(403);
    const named = await ask('/api/v1/status', { headers: { host: 'localhost:9000' } });
    expect(named.status).toBe(200);
  });

  it('long headers, long addresses and what is no HTTP end the connection', async () => {
    const long = 'x'.repeat(9_000);
    expect(
      await askRaw(server.url, `GET / HTTP/1.1\r\nhost: 127.0.0.1\r\nx: ${long}\r\n\r\n`),
    ).toContain(' 431 ');
    expect(await askRaw(server.url, `GET /${long} HTTP/1.1\r\nhost: 127.0.0.1\r\n\r\n`)).toContain(
      ' 431 ',
    );
    expect(await askRaw(server.url, '\0\0\r\n\r\n')).toContain(' 400 ');
  });
});

describe('a token', () => {
  const STOP = '/api/v1/emergency/reduce_only';
  const closed = (): Promise<HttpServer> => openOwn({ isReadingOpen: false });

  it('is needed for everything where reading is not open', async () => {
    const shut = await closed();
    for (const path of ['/api/v1/status', '/api/v1/health', '/metrics', '/api/v1/events', '/x']) {
      const { status, text, headers } = await askUrl(shut.url, path);
      expect(status).toBe(401);
      expect(json(text)).toEqual({ error: 'unauthorized', reason: 'token_missing' });
      expect(headers['www-authenticate']).toBe('Bearer realm="holdfast"');
    }
    const token = await freshToken(['status:read']);
    expect((await askUrl(shut.url, '/api/v1/health', { token })).status).toBe(200);
    await shut.close();
  });

  it('is needed by whatever acts, also where reading is open', async () => {
    const { status, text } = await ask(STOP, { method: 'POST' });
    expect(status).toBe(401);
    expect(json(text)['reason']).toBe('token_missing');
    expect(desk.asked).toBe(0);
  });

  it('opens what its scope says and nothing else', async () => {
    const shut = await closed();
    const status = async (path: string, token: string, method = 'GET') =>
      (await askUrl(shut.url, path, { token, method })).status;
    const reader = desk.token(['status:read'], 'reader');
    const stopper = await freshToken(['emergency:write'], 'stopper');
    expect(await status('/api/v1/health', reader)).toBe(200);
    expect(await status('/api/v1/events', reader)).toBe(403);
    expect(await status(STOP, reader, 'POST')).toBe(403);
    expect(await status('/api/v1/health', stopper)).toBe(403);
    expect(desk.asked).toBe(0);
    expect(await status(STOP, stopper, 'POST')).toBe(503);
    expect(desk.asked).toBe(1);
    await shut.close();
  });

  it('that is wrong, cut, expired or revoked opens nothing, and says which', async () => {
    const token = desk.token(SCOPES_READ, 'short', 2_000);
    const gone = await freshToken(SCOPES_READ, 'gone');
    const reason = async (presented: string) => {
      const { status, text } = await ask('/api/v1/health', { token: presented });
      return [status, json(text)['reason'] ?? null];
    };
    expect(await reason(token)).toEqual([200, null]);
    expect(await reason(gone)).toEqual([200, null]);
    expect(await reason(token.slice(0, -1))).toEqual([401, 'token_malformed']);
    expect(await reason(`hf_${'A'.repeat(43)}`)).toEqual([401, 'token_unknown']);
    const basic = { headers: { authorization: 'Basic aGY6aGY=' } };
    expect((await ask('/api/v1/health', basic)).status).toBe(401);
    desk.revoke('gone');
    await new Promise((done) => setTimeout(done, 1_050));
    expect(await reason(token)).toEqual([401, 'token_expired']);
    expect(await reason(gone)).toEqual([401, 'token_revoked']);
  });

  it('counts no more when its file cannot be trusted: there is no last good copy', async () => {
    const token = await freshToken();
    expect((await ask('/api/v1/health', { token })).status).toBe(200);
    const spoil: readonly (() => void)[] = [
      () => chmodSync(desk.tokensPath, 0o644),
      () => {
        chmodSync(desk.tokensPath, 0o600);
        writeFileSync(desk.tokensPath, '{"schema_version":1,"tokens":[],"extra":1}');
      },
    ];
    for (const act of spoil) {
      act();
      await new Promise((done) => setTimeout(done, 1_050));
      const { status, text } = await ask(STOP, { token, method: 'POST' });
      expect([status, json(text)['reason']]).toEqual([503, 'tokens_unreadable']);
    }
    expect(desk.asked).toBe(0);
    rmSync(desk.tokensPath);
  });
});

const SCOPES_READ = ['status:read'] as const;

describe('the emergency body', () => {
  const bodies: readonly [string, string, number, string | null][] = [
    ['nothing', '', 503, null],
    ['an empty object', '{}', 503, null],
    ['all of it', '{"reason":"r","invoked_by":"ana","ts":1}', 503, null],
    ['an unknown key', '{"until":0}', 400, 'unknown_key'],
    ['a wrong type', '{"reason":1}', 400, 'type'],
    ['two lines', '{"reason":"a\\nb"}', 400, 'pattern'],
    ['the same key twice', '{"ts":1,"ts":2}', 400, 'duplicate_key'],
    ['no JSON', 'reason=1', 400, null],
    ['a list', '[]', 400, 'type'],
    ['too much', `{"reason":"${'x'.repeat(5_000)}"}`, 413, null],
  ];

  let phone = '';
  beforeAll(async () => {
    phone = desk.token(['emergency:write'], 'ana-phone');
    await new Promise((done) => setTimeout(done, 1_050));
  });

  it.each(bodies)('%s', async (_, body, expected, rule) => {
    const path = '/api/v1/emergency/reduce_only';
    const { status, text } = await ask(path, { method: 'POST', token: phone, body });
    expect(status).toBe(expected);
    if (rule !== null) expect(json(text)['rule']).toBe(rule);
    expect(calls.map(({ caller }) => caller)).toEqual(expected === 503 ? ['ana-phone'] : []);
  });

  it('in another form is 415', async () => {
    const headers = { 'content-type': 'text/xml' };
    const asked = { method: 'POST', token: phone, body: '<x/>', headers };
    expect((await ask('/api/v1/emergency/reduce_only', asked)).status).toBe(415);
  });
});

describe('the address', () => {
  it.each(['0.0.0.0', '::', '192.168.1.1', 'example.com', ''])(
    'host %j is refused without TLS, and the key is named',
    async (host) => {
      await expect(desk.open({ host })).rejects.toThrow(/http\.tls none: http\.host/);
    },
  );

  it('a taken port is refused by name', async () => {
    const port = Number(new URL(server.url).port);
    await expect(desk.open({ port })).rejects.toThrow(/EADDRINUSE/);
  });
});
