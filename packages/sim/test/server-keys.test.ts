/** Keys that are read anew while the exchange runs: added, changed, revoked. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  credentials,
  type Json,
  keyNamed,
  openClient,
  restingOrder,
  serveExchange,
  type TestServer,
} from './server.fixture.ts';

const CLI = resolve(import.meta.dirname, '../src/exchange-cli.ts');
const folder = mkdtempSync(join(tmpdir(), 'holdfast-keys-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('a list of keys in the place of another', () => {
  let venue: TestServer;
  beforeEach(async () => {
    venue = await serveExchange();
  });
  afterEach(() => venue.server.close());
  const without = (id: string) => venue.keys.filter(({ clientId }) => clientId !== id);
  const revoked = (id: string) =>
    venue.keys.map((key) => (key.clientId === id ? { ...key, revoked: true } : key));

  it.each([
    ['revoked', () => revoked('holdfast-trade'), 13004],
    ['gone', () => without('holdfast-trade'), 13004],
  ])('ends what a key that is %s was granted', async (_, keys, code) => {
    const client = await venue.login();
    const auth = credentials(keyNamed(venue.keys, 'holdfast-trade'));
    const session = { ...auth, scope: 'session:desk' };
    const granted = (await client.result('public/auth', session)) as Json;
    const reader = await venue.login('read');
    venue.server.replaceKeys(keys());
    expect(await client.waitClose()).toBe(1008);
    expect(venue.server.counters().sessionsEnded.key_revoked).toBe(1);
    const other = await venue.connect();
    const token = { access_token: granted['access_token'] };
    expect(await other.code('private/get_positions', token)).toBe(13009);
    const renewal = { grant_type: 'refresh_token', refresh_token: granted['refresh_token'] };
    expect(await other.code('public/auth', renewal)).toBe(13009);
    expect(await other.code('public/auth', auth)).toBe(code);
    expect(await reader.code('private/get_positions')).toBeNull();
  });

  it('cancels what rested on the connection of the key, where it wished so', async () => {
    const client = await venue.login();
    await client.result('private/enable_cancel_on_disconnect', { scope: 'connection' });
    await client.result('private/buy', restingOrder());
    venue.server.replaceKeys(revoked('holdfast-trade'));
    await client.waitClose();
    const reader = await venue.login('read');
    expect(await reader.result('private/get_open_orders')).toHaveLength(0);
  });

  it('leaves every key alone that is as it was, and knows a new one', async () => {
    const client = await venue.login();
    const next = { ...keyNamed(venue.keys, 'holdfast-trade'), clientId: 'next' };
    venue.server.replaceKeys([...structuredClone(venue.keys), next]);
    expect(await client.code('private/get_positions')).toBeNull();
    const other = await venue.connect();
    expect(await other.code('public/auth', credentials(next))).toBeNull();
    await other.result('private/buy', restingOrder());
    expect(await client.result('private/get_open_orders')).toHaveLength(1);
  });
});

const key = (id: string, more: object = {}): object => ({
  client_id: id,
  client_secret: `a-secret-of-desk-${id}`,
  account: 'main',
  scope: 'account:read_write trade:read_write wallet:none block_trade:none',
  ...more,
});

it('holdfast exchange reads its keys anew on SIGHUP; a bad file changes nothing', async () => {
  const file = join(folder, 'keys.json');
  const write = (...keys: readonly object[]): void =>
    writeFileSync(file, JSON.stringify({ keys }), { mode: 0o600 });
  write(key('old'), key('new'));
  const child = spawn(process.execPath, [CLI, 'exchange', '--json', '--keys', file]);
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const faults = createInterface({ input: child.stderr })[Symbol.asyncIterator]();
  const exited = once(child, 'close');
  const line = async (): Promise<string> => String((await lines.next()).value);
  const auth = (id: string): Json => ({
    grant_type: 'client_credentials',
    client_id: id,
    client_secret: `a-secret-of-desk-${id}`,
  });
  try {
    const said = await line();
    // Whoever gave the file has them; what is printed is kept by others.
    expect(said).not.toContain('a-secret-of');
    const { ws } = JSON.parse(said) as { ws: string };
    const [first, second] = [await openClient(ws), await openClient(ws)];
    await first.result('public/auth', auth('old'));
    await second.result('public/auth', auth('new'));
    for (const bad of ['{', JSON.stringify({ keys: [key('old', { account: 'nobody' })] })]) {
      writeFileSync(file, bad);
      child.kill('SIGHUP');
      await faults.next();
      expect((await faults.next()).value).toBe('exchange: keys stay as they were');
      expect(await first.code('private/get_positions')).toBeNull();
    }
    write(key('old', { revoked: true }), key('new'));
    child.kill('SIGHUP');
    expect(JSON.parse(await line())).toEqual({ event: 'keys', live: ['new'] });
    expect(await first.waitClose()).toBe(1008);
    expect(await second.code('private/get_positions')).toBeNull();
    const third = await openClient(ws);
    expect(await third.code('public/auth', auth('old'))).toBe(13004);
  } finally {
    child.kill('SIGTERM');
    await exited;
  }
});
