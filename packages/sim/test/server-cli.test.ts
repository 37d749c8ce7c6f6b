/** `holdfast exchange` as a process: what it prints, how it ends, what it refuses to start with. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { describe, expect, it } from 'vitest';
import { exchange, type ExchangeArguments } from '../src/cli/exchange.ts';
import type { CliIo } from '../src/cli/io.ts';
import { type Json, openClient } from './server.fixture.ts';

const CLI = resolve(import.meta.dirname, '../src/exchange-cli.ts');
const folder = mkdtempSync(join(tmpdir(), 'holdfast-exchange-'));

interface Run {
  readonly child: ChildProcess;
  /** Lines of stdout, one after the other. */
  line(): Promise<string>;
  end(): Promise<{ readonly code: number | null; readonly out: string; readonly err: string }>;
}

function run(...args: string[]): Run {
  const child = spawn(process.execPath, [CLI, 'exchange', ...args], { cwd: folder });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  let err = '';
  child.stderr.on('data', (data: Buffer) => {
    err += data.toString();
  });
  const exited = once(child, 'close');
  return {
    child,
    async line() {
      const next = await lines.next();
      return next.done === true ? '' : next.value;
    },
    async end() {
      let out = '';
      for (let next = await lines.next(); next.done !== true; next = await lines.next()) {
        out += `${next.value}\n`;
      }
      await exited;
      return { code: child.exitCode, out, err };
    },
  };
}

const KEYS = {
  keys: [
    {
      client_id: 'desk',
      client_secret: 'a-secret-of-some-length',
      account: 'main',
      scope: 'account:read trade:read_write',
    },
  ],
};

function keysFile(name: string, content: unknown): string {
  const path = join(folder, name);
  writeFileSync(path, typeof content === 'string' ? content : JSON.stringify(content, null, 2));
  return path;
}

describe('holdfast exchange --json', () => {
  it.each(['SIGTERM', 'SIGINT'] as const)(
    'says when it is ready, serves a whole market, and reports on %s',
    async (signal) => {
      const started = run('--json', '--seed', '7', '--keys', keysFile('keys.json', KEYS));
      const ready = JSON.parse(await started.line()) as Json;
      expect(ready).toMatchObject({
        event: 'ready',
        market: { name: 'calm', data: 'synthetic' },
        keys: [{ client_id: 'desk', account: 'main' }],
      });
      expect(Math.abs(Number(ready['now']) - Date.now())).toBeLessThan(10_000);
      const client = await openClient(String(ready['ws']));
      await client.result('public/auth', {
        grant_type: 'client_credentials',
        client_id: 'desk',
        client_secret: 'a-secret-of-some-length',
      });
      const listed = (await client.result('public/get_instruments', { currency: 'any' })) as Json[];
      expect(listed.length).toBeGreaterThan(500);
      const wrong = { instrument_name: 'BTC-PERPETUAL', amount: 15, price: 1 };
      expect(await client.code('private/buy', wrong)).not.toBeNull();
      const http = await fetch(`${String(ready['http'])}/public/test`);
      expect(http.status).toBe(200);
      started.child.kill(signal);
      expect(await client.waitClose()).toBe(1001);
      const { code, out, err } = await started.end();
      expect({ code, err }).toEqual({ code: 0, err: '' });
      expect(out.trim().split('\n')).toHaveLength(1);
      expect(JSON.parse(out)).toMatchObject({
        event: 'report',
        orders_received: 1,
        orders_accepted: 0,
        illegal_order_attempts: 1,
        duplicate_dispatch_count: 0,
        instruments: listed.length,
        market: { name: 'calm', seed: '7' },
        sessions_ended: { server_closing: 1 },
      });
    },
  );

  it('ends by itself after --for, and writes the report where it is told', async () => {
    const file = join(folder, 'reports', 'exchange.json');
    const { code, out } = await run('--json', '--for', '300ms', '--report', file).end();
    expect(code).toBe(0);
    const [, last = ''] = out.trim().split('\n');
    expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual(JSON.parse(last));
  });
});

it('speaks to people without --json', async () => {
  const { code, out } = await run('--for', '300ms').end();
  expect(code).toBe(0);
  expect(out).toMatch(/^exchange {2}ws:\/\/127\.0\.0\.1:\d+\/ws\/api\/v2$/m);
  expect(out).toMatch(/^key {7}holdfast-trade {2}account main/m);
  expect(out).toMatch(/^orders {4}0 of 0 accepted/m);
});

it('--help says what is lost when it ends, and shows an example', async () => {
  const { code, out } = await run('--help').end();
  expect(code).toBe(0);
  expect(out.replaceAll(/\s+/g, ' ')).toContain('live in this process only');
  expect(out).toContain('Example: holdfast exchange');
});

describe('exit code 2', () => {
  const second = { ...KEYS.keys[0], client_id: 'other', scope: 'trade:everything' };
  const never = new Promise<void>(() => {});

  const start = async (given: Partial<ExchangeArguments>): Promise<readonly [number, string]> => {
    const err: string[] = [];
    const io: CliIo = {
      out: () => {},
      err: (line) => err.push(line),
      cwd: folder,
      root: folder,
      env: {},
    };
    const mirror = { currency: ['BTC'], speed: 1, fault: [] };
    const own = { port: 0, host: '127.0.0.1', market: 'calm', seed: '1', credits: true };
    const base = { ...own, ...mirror };
    return [await exchange({ ...base, ...given }, io, never), err.join('\n')];
  };

  it.each([
    ['an unknown market', { market: 'boom' }, /--market: .*boom/],
    ['a chain that is not there', { market: 'chain:nowhere' }, /--market: .*nowhere/],
    ['no such keys file', { keys: 'none.json' }, /none\.json/],
    [
      'keys that break a rule',
      { keys: keysFile('bad.json', { keys: [...KEYS.keys, second] }) },
      /bad\.json:.*\/keys\/1\/scope: scope/,
    ],
    ['keys that are no JSON', { keys: keysFile('text.json', 'hello') }, /text\.json:1:1: /],
    ['public keys beyond loopback', { host: '0.0.0.0' }, /--host 0\.0\.0\.0: .*--keys/],
    ['a port that is none', { port: 70_000 }, /port/i],
  ])('for %s, with its place', async (_what, given, message) => {
    const [code, err] = await start(given);
    expect(code).toBe(2);
    expect(err).toMatch(message);
  });

  it('for a port somebody else has', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await once(other, 'listening');
    const address = other.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    const [code, err] = await start({ port });
    other.close();
    expect(code).toBe(2);
    expect(err).toMatch(/EADDRINUSE/);
  });

  it('for an unknown option', async () => {
    const { code, err } = await run('--nothing').end();
    expect(code).toBe(2);
    expect(err).toContain('--nothing');
  });
});
