import { spawn, type ChildProcess } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { readOperationsLock } from '@holdfast/runtime/config';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createBench, declare, portsOf, START, THREE_STEPS, verifiedBy } from './bench.fixture.ts';
import { exitCodeOf } from './exit-code.ts';
import { clearLatch, readLatch, takeLease } from './latch.ts';
import type { LockPlace } from './latch.ts';
import type { Lease, LeaseClaim, LeaseUse } from './ports.ts';
import { startOf } from './process-identity.ts';
import { runOperation } from './runner.ts';

const ID = 'OPS-2026-03-01-001';
const OTHER = 'OPS-2026-03-01-002';
const children: ChildProcess[] = [];
let root = '';
let place: LockPlace;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'holdfast-latch-'));
  place = {
    folder: join(root, 'PAPER'),
    environment: 'PAPER',
    operationsLock: join(root, 'operations', 'paper.lock.json'),
    clock: () => START,
  };
});

afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
  rmSync(root, { recursive: true, force: true });
});

function claim(use: LeaseUse = 'run', operationId = ID): LeaseClaim {
  return { operationId, environment: 'PAPER', requestedBy: 'Release', impact: 'direct', use };
}

function take(use: LeaseUse = 'run', operationId = ID): Lease {
  const answer = takeLease(place, claim(use, operationId));
  if (!answer.taken) throw new Error(`${answer.code}: ${answer.detail}`);
  return answer.lease;
}

function refusal(use: LeaseUse = 'run', operationId = ID): string {
  const answer = takeLease(place, claim(use, operationId));
  if (answer.taken) answer.lease.abandon();
  return answer.taken ? 'taken' : answer.code;
}

function operationsLock(): unknown {
  try {
    return JSON.parse(readFileSync(place.operationsLock, 'utf8'));
  } catch {
    return null;
  }
}

describe('the lease of an environment', () => {
  it('is one operation’s at a time, and free again when it ends', () => {
    const lease = take();
    expect(lease.holds()).toBe(true);
    expect(refusal('run', OTHER)).toBe('environment_busy');
    expect(refusal('resume')).toBe('environment_busy');
    lease.release();
    expect(lease.holds()).toBe(false);
    expect(refusal('run', OTHER)).toBe('taken');
  });

  it('has a greater token each time, whoever takes it', () => {
    const first = take();
    first.release();
    const second = take('run', OTHER);
    second.abandon();
    // Even where the file that counts is gone.
    rmSync(join(place.folder, 'writer.lock'));
    const third = take('resume', OTHER);
    expect(second.token).toBeGreaterThan(first.token);
    expect(third.token).toBeGreaterThan(second.token);
    third.release();
  });

  it('O-08 left by a process that ended is taken over by resume of the same alone', () => {
    take().abandon();
    expect(refusal('run', OTHER)).toBe('environment_busy');
    expect(refusal('resume', OTHER)).toBe('environment_busy');
    expect(refusal('run')).toBe('environment_busy');
    expect(refusal('rollback')).toBe('environment_busy');
    const lease = take('resume');
    expect(lease.holds()).toBe(true);
    lease.release();
    expect(refusal('run', OTHER)).toBe('taken');
  });

  it('O-08 of a process that lives is not taken over, even without its lock', () => {
    const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)']);
    children.push(child);
    const owner = { pid: child.pid, started: startOf(child.pid ?? 0) };
    take().abandon();
    const path = join(place.folder, 'lease.json');
    const lease = JSON.parse(readFileSync(path, 'utf8'));
    writeFileSync(path, JSON.stringify({ ...lease, ...owner }));
    expect(refusal('resume')).toBe('environment_busy');
    // The same number, started at another time, is another process.
    writeFileSync(path, JSON.stringify({ ...lease, ...owner, started: 'boot:1' }));
    expect(refusal('resume')).toBe('taken');
    writeFileSync(path, JSON.stringify({ ...lease, host: `${hostname()}-other` }));
    expect(refusal('resume')).toBe('environment_busy');
  });

  it('that cannot be read is held', () => {
    take().abandon();
    writeFileSync(join(place.folder, 'lease.json'), '{"token":');
    expect(refusal('resume')).toBe('lock_unreadable');
  });

  it('is lost where another holds it', () => {
    const lease = take();
    const path = join(place.folder, 'lease.json');
    const other = { ...JSON.parse(readFileSync(path, 'utf8')), token: lease.token + 1 };
    writeFileSync(path, JSON.stringify(other));
    expect(lease.holds()).toBe(false);
    lease.release();
    expect(JSON.parse(readFileSync(path, 'utf8'))).toEqual(other);
  });
});

describe('the latch', () => {
  it('O-07 refuses every operation until another person clears it, and says who did', () => {
    const lease = take();
    lease.latch('undo_failed:1: differs');
    lease.release();
    expect(refusal('run', OTHER)).toBe('environment_latched');
    expect(refusal('rollback', ID)).toBe('environment_latched');
    expect(refusal('run', OTHER)).toBe('environment_latched');
    const reason = 'restored by hand, checked';
    // Whoever asked for it is not another person, however it is spelled.
    for (const by of ['Release', 'release', ' RELEASE ', '']) {
      expect(clearLatch(place, { by, reason })).toMatchObject({ code: 'same_person' });
    }
    expect(clearLatch(place, { by: 'second', reason: ' ' })).toMatchObject({
      code: 'reason_missing',
    });
    expect(readLatch(place)).toMatchObject({ operation_id: ID, why: 'undo_failed:1: differs' });
    expect(clearLatch(place, { by: 'second', reason })).toMatchObject({ cleared: true });
    const told = JSON.parse(readFileSync(join(place.folder, 'cleared.jsonl'), 'utf8'));
    expect(told).toMatchObject({ operation_id: ID, cleared_by: 'second', reason });
    expect(refusal('run', OTHER)).toBe('taken');
    expect(clearLatch(place, { by: 'second', reason })).toMatchObject({ code: 'not_latched' });
  });

  it('O-07 lets the operation that set it end, and no other', () => {
    const lease = take();
    lease.latch('scope_violation:1');
    lease.abandon();
    expect(refusal('resume', OTHER)).toBe('environment_latched');
    take('resume').release();
    expect(readLatch(place)).toMatchObject({ operation_id: ID });
  });

  it('O-07 that cannot be read is set', () => {
    take().release();
    writeFileSync(join(place.folder, 'latch.json'), 'gone?');
    expect(refusal()).toBe('lock_unreadable');
    expect(clearLatch(place, { by: 'second', reason: 'it is nothing' })).toMatchObject({
      code: 'latch_unreadable',
    });
  });

  it('O-07 is not cleared under an operation at work', () => {
    const lease = take();
    lease.latch('scope_violation:1');
    expect(clearLatch(place, { by: 'second', reason: 'checked' })).toMatchObject({
      code: 'environment_busy',
    });
    lease.release();
  });
});

describe('the operations lock', () => {
  it('says who touches trading, and is gone when that has ended', () => {
    const lease = take();
    expect(operationsLock()).toBeNull();
    lease.lockTrading();
    expect(operationsLock()).toEqual({
      schema: 'holdfast.operations-lock.v1',
      operation_id: ID,
      environment: 'PAPER',
      trading_impact: 'direct',
      since: new Date(START).toISOString(),
      state: 'running',
    });
    lease.release();
    expect(operationsLock()).toBeNull();
  });

  it('is read by the runtime as what it is', () => {
    const read = () => readOperationsLock(place.operationsLock);
    const lease = take();
    expect(read()).toEqual({ state: 'free' });
    lease.lockTrading();
    const since = '2026-03-01T12:00:00.000Z';
    expect(read()).toEqual({ state: 'running', operationId: ID, since });
    lease.latch('scope_violation:1');
    expect(read()).toEqual({ state: 'latched', operationId: ID, since });
    lease.release();
    clearLatch(place, { by: 'second', reason: 'checked' });
    expect(read()).toEqual({ state: 'free' });
  });

  it('stays while the operation has not ended, and after a latch until that is cleared', () => {
    const lease = take();
    lease.lockTrading();
    lease.abandon();
    expect(operationsLock()).toMatchObject({ state: 'running' });
    const again = take('resume');
    again.latch('undo_failed:1: differs');
    again.lockTrading();
    again.release();
    expect(operationsLock()).toMatchObject({ state: 'latched' });
    clearLatch(place, { by: 'second', reason: 'checked' });
    expect(operationsLock()).toBeNull();
  });

  it('of an operation without impact is not written', () => {
    const answer = takeLease(place, { ...claim(), impact: 'none' });
    if (!answer.taken) return expect.fail(answer.detail);
    answer.lease.lockTrading();
    expect(operationsLock()).toBeNull();
    answer.lease.release();
  });

  it('that another holds, or nobody can read, refuses the operation', () => {
    const schema = 'holdfast.operations-lock.v1';
    const lock = { schema, operation_id: OTHER, environment: 'PROD', trading_impact: 'direct' };
    mkdirSync(join(root, 'operations'));
    writeFileSync(place.operationsLock, JSON.stringify({ ...lock, since: '', state: 'running' }));
    expect(refusal()).toBe('operations_lock_held');
    writeFileSync(place.operationsLock, '{}');
    expect(refusal()).toBe('lock_unreadable');
  });
});

describe('an operation on real locks', () => {
  const gate = { kind: 'file.absent', path: '/srv/app/a.json' } as const;
  const run = (id: string, steps = THREE_STEPS, faults = false) => {
    const declaration = declare({ operation_id: id, trading_impact: 'direct', steps: [...steps] });
    const changed = { takeLease: (wanted: LeaseClaim) => takeLease(place, wanted) };
    const faultAt = (_: number, method: string) =>
      faults && method === 'restoreFile' ? ('fail' as const) : null;
    return runOperation(portsOf(createBench(declaration), { changed, faultAt }));
  };

  it('O-07 latches where it cannot be undone, and refuses the next until cleared', async () => {
    expect(exitCodeOf(await run(ID, [verifiedBy(THREE_STEPS[0], gate)], true))).toBe(6);
    expect(operationsLock()).toMatchObject({ operation_id: ID, state: 'latched' });
    expect(await run(OTHER)).toMatchObject({ end: 'refused', code: 'environment_latched' });
    clearLatch(place, { by: 'second', reason: 'restored by hand' });
    expect(exitCodeOf(await run(OTHER))).toBe(0);
    expect(operationsLock()).toBeNull();
  });
});
