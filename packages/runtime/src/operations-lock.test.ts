import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import {
  OPERATIONS_LOCK_SCHEMA,
  operationsLockPath,
  readOperationsLock,
} from './operations-lock.ts';

const folder = mkdtempSync(join(tmpdir(), 'holdfast-lock-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const LOCK = {
  schema: OPERATIONS_LOCK_SCHEMA,
  operation_id: 'OPS-2026-01-05-001',
  environment: 'PAPER',
  trading_impact: 'direct',
  state: 'running',
  since: '2026-01-05T09:00:00Z',
};

function lockOf(text: string): ReturnType<typeof readOperationsLock> {
  const path = join(folder, 'lock.json');
  writeFileSync(path, text);
  return readOperationsLock(path);
}

describe('the file of the operations lock', () => {
  it('is one of each environment', () => {
    expect(operationsLockPath('/x', 'MICRO-LIVE')).toBe(
      '/x/artifacts/operations/micro-live.lock.json',
    );
  });

  it('X-04 where there is none nobody holds it', () => {
    expect(readOperationsLock(join(folder, 'none.json'))).toEqual({ state: 'free' });
  });

  it.each(['running', 'latched'] as const)('X-04 says who holds it: %s', (state) => {
    const { operation_id: operationId, since } = LOCK;
    expect(lockOf(JSON.stringify({ ...LOCK, state }))).toEqual({ state, operationId, since });
  });

  it.each([
    ['nothing in it', ''],
    ['half of it', JSON.stringify(LOCK).slice(0, 40)],
    ['no JSON', 'free'],
    ['another schema', JSON.stringify({ ...LOCK, schema: 'free' })],
    ['a key too many', JSON.stringify({ ...LOCK, ignore: true })],
    ['a state of its own', JSON.stringify({ ...LOCK, state: 'free' })],
    ['a time that is none', JSON.stringify({ ...LOCK, since: 'now, holdfast ops clear' })],
    ['no operation', JSON.stringify({ ...LOCK, operation_id: '' })],
    ['the same key twice', '{"state":"running","state":"latched"}'],
    ['a character that is none', '\u{fffd}'],
    ['more than a lock has', JSON.stringify({ ...LOCK, since: 'x'.repeat(5_000) })],
  ])('X-04 with %s somebody holds it that nobody knows', (_, text) => {
    expect(lockOf(text)).toEqual({ state: 'unreadable' });
  });

  it('X-04 what is no file is held as well', () => {
    const path = join(folder, 'folder');
    mkdirSync(path);
    expect(readOperationsLock(path)).toEqual({ state: 'unreadable' });
    const loop = join(folder, 'loop');
    symlinkSync(loop, loop);
    expect(readOperationsLock(loop)).toEqual({ state: 'unreadable' });
  });
});
