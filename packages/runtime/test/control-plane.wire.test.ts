/**
 * The port as strangers meet it: curl, a client and an event reader of other people's making, over
 * TLS with a certificate of this test's own, and its description as an independent reader takes it.
 */
import { execFile, execFileSync } from 'node:child_process';
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:tls';
import { connect as connectPlain } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { Validator } from '@seriousme/openapi-schema-validator';
import { EventSource } from 'eventsource';
import { Agent, fetch as fetchByUndici, request } from 'undici';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openApiDocument } from '../src/http/openapi.ts';
import { ROUTES } from '../src/http/routes.ts';
import type { HttpServer } from '../src/http/server.ts';
import { readTls } from '../src/http/tls.ts';
import { HttpDesk, untilTold } from './http-desk.ts';

const run = promisify(execFile);
const STATUS = '{"trading_mode":"ReduceOnly"}';
let folder = '';
let certificate = '';
let key = '';
let desk: HttpDesk;
let server: HttpServer;
let agent: Agent;
let token = '';

function issue(name: string): { certificate: string; key: string } {
  const pair = { certificate: join(folder, `${name}.crt`), key: join(folder, `${name}.key`) };
  const words = `req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2`;
  execFileSync(
    'openssl',
    words
      .split(' ')
      .concat('-subj', '/CN=localhost', '-addext', 'subjectAltName=IP:127.0.0.1,DNS:localhost')
      .concat('-keyout', pair.key, '-out', pair.certificate),
    { stdio: 'ignore' },
  );
  chmodSync(pair.key, 0o600);
  return pair;
}

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'holdfast-tls-'));
  ({ certificate, key } = issue('good'));
  desk = new HttpDesk();
  token = desk.token();
  server = await desk.open({
    // Off loopback in all but the interface it can be reached at here.
    host: '0.0.0.0',
    tls: { certificate, key },
    sources: {
      metrics: () => Promise.resolve(''),
      reduceOnly: () => ({
        ok: true,
        answer: {
          ok: true,
          emergency_reduceonly_active: true,
          activated_ts_ms: 1,
          cooldown_expires_ts_ms: 300_001,
        },
      }),
    },
  });
  server.publish(STATUS);
  agent = new Agent({ connect: { ca: readFileSync(certificate, 'utf8') } });
});

afterAll(async () => {
  await agent.destroy();
  await server.close();
  desk.remove();
  rmSync(folder, { recursive: true });
});

const base = (): string => `https://127.0.0.1:${new URL(server.url).port}`;
const authorization = (): { authorization: string } => ({ authorization: `Bearer ${token}` });
const curl = async (...words: readonly string[]): Promise<string> =>
  (await run('curl', ['-sS', '--cacert', certificate, '--max-time', '10', ...words])).stdout;

describe('curl', () => {
  it('reads the status and stops the engine, over TLS, with its token', async () => {
    const bearer = ['-H', `authorization: Bearer ${token}`];
    await untilTold(
      async () => (await curl(...bearer, `${base()}/api/v1/status`)) === STATUS,
      'the status',
    );
    const stop = await curl(...bearer, '-X', 'POST', `${base()}/api/v1/emergency/reduce_only`);
    expect(JSON.parse(stop)).toMatchObject({ ok: true, cooldown_expires_ts_ms: 300_001 });
    const said = ['-H', 'content-type: application/json', '-d', '{"reason":"drill"}'];
    const again = await curl(...bearer, ...said, `${base()}/api/v1/emergency/reduce_only`);
    expect(JSON.parse(again)).toMatchObject({ ok: true });
  });

  it('gets nothing without a token off loopback, not even health', async () => {
    const code = ['-o', '/dev/null', '-w', '%{http_code}'];
    for (const { path } of ROUTES)
      expect(await curl(...code, `${base()}${path}`)).toMatch(/^40[15]$/);
  });

  it('does not trust a certificate it was not given', async () => {
    await expect(run('curl', ['-sS', `${base()}/api/v1/health`])).rejects.toThrow(/certificate/);
  });
});

describe('the wire', () => {
  it('is TLS and nothing else: plain text is no request, old protocols are refused', async () => {
    const port = Number(new URL(server.url).port);
    const plain = await new Promise<string>((done) => {
      const socket = connectPlain(port, '127.0.0.1', () =>
        socket.write('GET /api/v1/health HTTP/1.1\r\nhost: localhost\r\n\r\n'),
      );
      let text = '';
      socket.on('data', (piece) => {
        text += piece.toString('latin1');
      });
      socket.on('error', () => undefined);
      socket.once('close', () => done(text));
    });
    expect(plain).not.toContain('200');
    const old = new Promise((done, fail) => {
      const options = { port, host: '127.0.0.1', ca: readFileSync(certificate) } as const;
      connect({ ...options, minVersion: 'TLSv1.1', maxVersion: 'TLSv1.1' }, () =>
        done('spoken'),
      ).once('error', fail);
    });
    await expect(old).rejects.toThrow();
  });

  it('undici is answered with the headers of a site that is nobody’s frame or script', async () => {
    const url = `${base()}/api/v1/health`;
    const answer = await request(url, { dispatcher: agent, headers: authorization() });
    expect(answer.statusCode).toBe(200);
    expect(answer.headers['strict-transport-security']).toContain('max-age=');
    expect(answer.headers['content-security-policy']).toContain("default-src 'none'");
    expect(await answer.body.json()).toMatchObject({ ok: true, contract_version: '5.2' });
  });
});

/** What an event reader of other people's making hears, with the id it goes on behind. */
function listen(last: string | null): { heard: string[]; ids: string[]; source: EventSource } {
  const heard: string[] = [];
  const ids: string[] = [];
  const source = new EventSource(`${base()}/api/v1/events`, {
    fetch: async (url, init) =>
      fetchByUndici(String(url), {
        ...(init as object),
        dispatcher: agent,
        headers: {
          ...init?.headers,
          ...authorization(),
          ...(last === null ? {} : { 'last-event-id': last }),
        },
      }),
  });
  for (const name of ['hello', 'mode', 'gap', 'dropped']) {
    source.addEventListener(name, ({ data, lastEventId }) => {
      heard.push(`${name} ${String(data)}`);
      if (lastEventId !== '') ids.push(lastEventId);
    });
  }
  return { heard, ids, source };
}

describe('the stream', () => {
  const tell = (sequence: number): void =>
    server.tell({ sequence, name: 'mode', data: `{"n":${sequence}}` });

  it('goes on where a client left off, says what is missing, and ends with its token', async () => {
    const first = listen(null);
    await untilTold(() => Promise.resolve(first.heard.length > 0), 'hello');
    tell(1);
    tell(2);
    await untilTold(() => Promise.resolve(first.ids.includes('run-1:2')), 'two events');
    first.source.close();
    tell(3);
    // One was lost on its way to the port.
    tell(5);
    const second = listen('run-1:2');
    await untilTold(() => Promise.resolve(second.ids.includes('run-1:5')), 'what was missed');
    expect(second.heard).toEqual([
      'hello {"run_id":"run-1","last_sequence":5}',
      'gap {"reason":"no_longer_kept","missed":1}',
      'mode {"n":3}',
      'mode {"n":5}',
    ]);
    second.source.close();
    const stranger = listen('run-0:7');
    await untilTold(() => Promise.resolve(stranger.ids.length > 0), 'everything that is kept');
    expect(stranger.heard[1]).toBe('gap {"reason":"other_run"}');
    desk.revoke('desk');
    await untilTold(
      () => Promise.resolve(stranger.heard.some((line) => line.startsWith('dropped'))),
      'the end',
      20_000,
    );
    expect(stranger.heard).toContain('dropped {"reason":"token_no_longer_valid"}');
    stranger.source.close();
    token = desk.token();
    await new Promise((done) => setTimeout(done, 1_050));
  });

  it('drops a client that does not read, with the reason, and nobody waits for it', async () => {
    const port = Number(new URL(server.url).port);
    const slow = connect({ port, host: '127.0.0.1', ca: readFileSync(certificate) });
    await new Promise((done) => slow.once('secureConnect', done));
    slow.pause();
    slow.write(
      `GET /api/v1/events HTTP/1.1\r\nhost: localhost\r\nauthorization: Bearer ${token}\r\n\r\n`,
    );
    const reader = listen(null);
    await untilTold(() => Promise.resolve(reader.heard.length > 0), 'the reader');
    const big = 'x'.repeat(60_000);
    let sequence = 5;
    const ended = async (): Promise<boolean> => {
      for (let n = 0; n < 4; n += 1) {
        sequence += 1;
        server.tell({ sequence, name: 'mode', data: `{"big":"${big}"}` });
      }
      await new Promise((done) => setTimeout(done, 50));
      const url = `${base()}/metrics`;
      const answer = await request(url, { dispatcher: agent, headers: authorization() });
      return (await answer.body.text()).includes('reason="slow_client"');
    };
    await untilTold(ended, 'the slow one is dropped', 60_000);
    await untilTold(() => Promise.resolve(reader.ids.includes(`run-1:${sequence}`)), 'the last');
    expect(reader.heard.some((line) => line.startsWith('dropped'))).toBe(false);
    reader.source.close();
    slow.destroy();
  });
});

describe('the certificate', () => {
  const start = (pair: { certificate: string; key: string }) =>
    desk.open({ host: '0.0.0.0', tls: pair });

  it('that is not there, no certificate or not ours is refused by its key’s name', async () => {
    const nothing = join(folder, 'nothing');
    await expect(start({ certificate: nothing, key })).rejects.toThrow(
      /http\.tls\.certificate .*ENOENT/,
    );
    await expect(start({ certificate, key: nothing })).rejects.toThrow(/http\.tls\.key .*ENOENT/);
    const junk = join(folder, 'junk');
    writeFileSync(junk, 'no certificate', { mode: 0o600 });
    await expect(start({ certificate: junk, key })).rejects.toThrow(
      /http\.tls\.certificate .*is no/,
    );
    const other = issue('other');
    await expect(start({ certificate, key: other.key })).rejects.toThrow(/http\.tls\.key .*fit/);
  });

  it('is refused with a key others may read, and before and after its time', async () => {
    chmodSync(key, 0o640);
    await expect(start({ certificate, key })).rejects.toThrow(/http\.tls\.key .*others may read/);
    chmodSync(key, 0o600);
    const days = (count: number): number => Date.now() + count * 86_400_000;
    expect(() => readTls({ certificate, key }, days(3))).toThrow(
      /http\.tls\.certificate .*valid from/,
    );
    expect(() => readTls({ certificate, key }, days(-1))).toThrow(
      /http\.tls\.certificate .*valid from/,
    );
    expect(readTls({ certificate, key }, days(0)).key).toContain('PRIVATE KEY');
  });
});

describe('the description', () => {
  it('is OpenAPI to an independent reader, and names every route and no other', async () => {
    const committed: unknown = JSON.parse(
      readFileSync(join(import.meta.dirname, '../../../docs/generated/openapi.json'), 'utf8'),
    );
    const document = await openApiDocument();
    expect(committed).toEqual(JSON.parse(JSON.stringify(document)));
    const validator = new Validator();
    expect(await validator.validate(committed as never)).toMatchObject({ valid: true });
    expect(validator.version).toBe('3.1');
    const { paths } = committed as { paths: Record<string, Record<string, unknown>> };
    const named = Object.entries(paths).flatMap(([path, operations]) =>
      Object.keys(operations).map((method) => `${method.toUpperCase()} ${path}`),
    );
    expect(named.sort()).toEqual(ROUTES.map(({ method, path }) => `${method} ${path}`).sort());
    const broken = { ...(committed as object), paths: { x: 1 } };
    expect(await new Validator().validate(broken as never)).toMatchObject({ valid: false });
  });
});
