import { type IncomingHttpHeaders, request } from 'node:http';
import { connect } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createSecret } from '../src/config/index.ts';
import { type HttpServer, type HttpSources, startHttp } from '../src/http/server.ts';

const HEALTH = { ok: true, build_id: 'abc', contract_version: '5.2' } as const;

let asked = 0;
let server: HttpServer;

const sources: HttpSources = {
  status() {
    asked += 1;
    return {
      trading_mode: 'ReduceOnly',
      loop_tick_last_ts_ms: asked,
      key: createSecret('hunter2'),
    };
  },
  health: () => HEALTH,
  metrics: () => Promise.resolve('# HELP x\nx 1\n'),
};

beforeEach(async () => {
  asked = 0;

  server = await startHttp({ host: '127.0.0.1', port: 0, sources });
});
afterEach(() => server.close());

interface Heard {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
}

function ask(
  path: string,
  options: {
    readonly method?: string;
    readonly headers?: Readonly<Record<string, string>>;
    readonly body?: string;
  } = {},
): Promise<Heard> {
  const { method = 'GET', headers = {}, body } = options;
  return new Promise((resolve, reject) => {
    const { hostname, port } = new URL(server.url);
    const call = request({ hostname, port, path, method, headers, agent: false }, (answer) => {
      let text = '';
      answer.on('data', (piece: Buffer) => {
        text += piece.toString();
      });
      answer.once('end', () =>
        resolve({ status: answer.statusCode ?? 0, headers: answer.headers, text }),
      );
    });
    call.once('error', reject);
    call.end(body);
  });
}

/** What comes back for bytes no client of ours would send. */
function raw(bytes: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const { port } = new URL(server.url);
    const socket = connect(Number(port), '127.0.0.1', () => socket.write(bytes));
    let text = '';
    socket.on('data', (piece) => {
      text += piece.toString();
    });
    socket.once('close', () => resolve(text));
    socket.once('error', reject);
  });
}

describe('what is answered', () => {
  it('AT-022 health is 200 with ok, the build and the contract version', async () => {
    const { status, text, headers } = await ask('/api/v1/health');
    expect(status).toBe(200);
    expect(JSON.parse(text)).toEqual(HEALTH);
    expect(headers['content-type']).toContain('application/json');
    expect(headers['cache-control']).toBe('no-store');
  });

  it('asks anew for every status, and no secret ever shows', async () => {
    const first = await ask('/api/v1/status?x=1');
    const second = await ask('/api/v1/status');
    expect(JSON.parse(first.text)).toMatchObject({ loop_tick_last_ts_ms: 1 });
    expect(JSON.parse(second.text)).toMatchObject({ loop_tick_last_ts_ms: 2 });
    expect(first.text + second.text).not.toContain('hunter2');
  });

  it('gives metrics as text', async () => {
    const { headers, text } = await ask('/metrics');
    expect(headers['content-type']).toContain('text/plain');
    expect(text).toContain('x 1');
  });
});

describe('what is refused', () => {
  it.each(['POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'HEAD', 'TRACE', 'PROPFIND'])(
    '%s is 405 and asks nothing of the engine',
    async (method) => {
      for (const path of ['/api/v1/status', '/api/v1/emergency/kill', '/nowhere']) {
        const { status, headers } = await ask(path, { method });
        expect(status).toBe(405);
        expect(headers.allow).toBe('GET');
      }
      expect(asked).toBe(0);
    },
  );

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

  it('a big body is not read', async () => {
    const { status } = await ask('/api/v1/status', { method: 'POST', body: 'x'.repeat(1 << 20) });
    expect(status).toBe(405);
  });

  it('a page that had its name point here reads nothing; this machine by name does', async () => {
    const { status } = await ask('/api/v1/status', { headers: { host: 'evil.example:80' } });
    expect(status).toBe(403);
    expect(asked).toBe(0);
    const named = await ask('/api/v1/status', { headers: { host: 'localhost:9000' } });
    expect(named.status).toBe(200);
  });

  it('long headers, long addresses and what is no HTTP end the connection', async () => {
    const long = 'x'.repeat(9_000);
    expect(await raw(`GET / HTTP/1.1\r\nhost: 127.0.0.1\r\nx: ${long}\r\n\r\n`)).toContain(' 431 ');
    expect(await raw(`GET /${long} HTTP/1.1\r\nhost: 127.0.0.1\r\n\r\n`)).toContain(' 431 ');
    expect(await raw('\0\0\r\n\r\n')).toContain(' 400 ');
    expect(asked).toBe(0);
  });
});

it('a source that throws is 503 without its words', async () => {
  const broken = await startHttp({
    host: '127.0.0.1',
    port: 0,
    sources: {
      ...sources,
      status: () => {
        throw new Error('password hunter2');
      },
    },
  });
  const answer = await fetch(`${broken.url}/api/v1/status`);
  expect(answer.status).toBe(503);
  expect(await answer.text()).toBe('{"error":"unavailable"}');
  await broken.close();
});

it.each(['0.0.0.0', '::', '192.168.1.1', 'example.com', ''])(
  'host %j is refused with the reason',
  async (host) => {
    await expect(startHttp({ host, port: 0, sources })).rejects.toThrow(/loopback/);
  },
);

it('a taken port is refused by name', async () => {
  const port = Number(new URL(server.url).port);
  await expect(startHttp({ host: '127.0.0.1', port, sources })).rejects.toThrow(/EADDRINUSE/);
});
