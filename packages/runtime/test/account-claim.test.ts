import { spawn } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { claimAccount, describeHolder } from '../src/run/account-claim.ts';

const SOURCE = resolve(import.meta.dirname, '../src/run/account-claim.ts');
const ENDPOINT = 'ws://127.0.0.1:4000/ws/api/v2';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'holdfast-claims-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const claim = (more: { endpoint?: string; clientId?: string; runId?: string } = {}) =>
  claimAccount({ endpoint: ENDPOINT, clientId: 'key', runId: 'run-1', now: 5, folder, ...more });

describe('D-27 one writer per exchange account', () => {
  it('a second engine with the key is refused, and told who has it', () => {
    const first = claim();
    expect(first.taken).toBe(true);
    const second = claim({ runId: 'run-2', endpoint: 'ws://localhost:4000/ws/api/v2' });
    if (second.taken) throw new Error('two engines on one account');
    expect(second.holder).toMatchObject({ pid: process.pid, runId: 'run-1', since: 5 });
    expect(describeHolder(second.holder)).toContain(`pid ${process.pid}`);
    expect(describeHolder(null)).toContain('another engine');
  });

  it('another key, another venue, and the same key after its release are free', () => {
    const first = claim();
    const others = [claim({ clientId: 'other' }), claim({ endpoint: 'ws://127.0.0.1:4001/ws' })];
    expect(others.map(({ taken }) => taken)).toEqual([true, true]);
    if (first.taken) first.release();
    expect(claim().taken).toBe(true);
  });

  it('goes with the process that has it, however that ends', async () => {
    const script =
      `const { claimAccount } = await import(${JSON.stringify(SOURCE)});` +
      `const [endpoint, folder] = ${JSON.stringify([ENDPOINT, folder])};` +
      `claimAccount({ endpoint, clientId: 'key', runId: 'child', now: 1, folder });` +
      `console.log('held'); setInterval(() => {}, 1000);`;
    const child = spawn(process.execPath, ['--input-type=module', '-e', script]);
    const ended = new Promise((done) => child.once('exit', done));
    await new Promise((done) => child.stdout.once('data', done));
    expect(claim()).toMatchObject({ taken: false, holder: { pid: child.pid, runId: 'child' } });
    child.kill('SIGKILL');
    await ended;
    expect(claim().taken).toBe(true);
  });

  it('is not kept where others could take it away', () => {
    chmodSync(folder, 0o777);
    expect(() => claim()).toThrow(/open to others/);
  });
});
