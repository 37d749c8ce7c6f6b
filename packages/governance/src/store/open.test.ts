import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { EMPTY_CHAIN } from './event.ts';
import { openStore } from './open.ts';

let root = '';
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'holdfast-open-'));
});
afterEach(() => rmSync(root, { recursive: true }));

const NO_ADDRESS = 'store_unavailable: no address of PostgreSQL';

describe('a place', () => {
  it('that is a folder is made', async () => {
    const store = await openStore(join(root, 'a', 'governance'));
    expect(await store.head('ledger')).toEqual(EMPTY_CHAIN);
    await store.close();
  });

  it.each([
    ['mysql://127.0.0.1/x', 'store_unavailable: mysql: is neither a folder nor PostgreSQL'],
    ['postgress://127.0.0.1/x', 'store_unavailable: postgress: is neither a folder nor PostgreSQL'],
    ['postgres://', NO_ADDRESS],
    ['postgres:///x', NO_ADDRESS],
    ['postgres://u:s3cret@127.0.0.1:99999/x', NO_ADDRESS],
    ['postgres://u:s3cret%zz@127.0.0.1/x', NO_ADDRESS],
    [
      'postgres://u:s3cret@127.0.0.1/x?options=-csynchronous_commit%3Doff',
      'store_unavailable: an address of PostgreSQL has no options here',
    ],
    [
      'postgres://u:s3cret@127.0.0.1/x?host=10.0.0.1',
      'store_unavailable: an address of PostgreSQL has no host here',
    ],
    [
      'postgres://u:s3cret@10.0.0.1/x',
      'store_unavailable: 10.0.0.1 is not this machine: sslmode=verify-full is missing',
    ],
    [
      'postgresql://u:s3cret@10.0.0.1:5433/x?sslmode=require',
      'store_unavailable: 10.0.0.1:5433 is not this machine: sslmode=verify-full is missing',
    ],
  ])('%s is refused', async (place, message) => {
    await expect(openStore(place)).rejects.toMatchObject({ code: 'store_unavailable', message });
  });

  it.each([
    'postgres://u:s3cret@127.0.0.1:1/x',
    'POSTGRESQL://u:s3%63ret@localhost:1/x',
    'postgres://u:s3cret@localhost:1/x?sslmode=verify-full&sslrootcert=/nothing/here',
  ])('%s, where nobody listens, is unavailable and tells no password', async (place) => {
    const error: unknown = await openStore(place).catch((reason: unknown) => reason);
    expect(String(error)).toMatch(/StoreError: store_unavailable: PostgreSQL at \S+:1\/x: E/);
    expect(String(error)).not.toMatch(/s3/);
  });
});
