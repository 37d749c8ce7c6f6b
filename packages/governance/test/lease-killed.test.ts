import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { takeLease } from '../src/operations/run/latch.ts';
import type { LeaseUse } from '../src/operations/run/ports.ts';

const ID = 'OPS-2026-03-01-001';
const OTHER = 'OPS-2026-03-01-002';
const HOLDER = join(import.meta.dirname, 'lease-holder.fixture.ts');

let root = '';
let child: ChildProcess | null = null;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'holdfast-lease-'));
});

afterEach(() => {
  child?.kill('SIGKILL');
  rmSync(root, { recursive: true, force: true });
});

async function holder(): Promise<ChildProcess> {
  const args = [HOLDER, join(root, 'PAPER'), join(root, 'operations-lock.json'), ID];
  const started = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  child = started;
  const [said] = await once(started.stdout, 'data');
  expect(Number(String(said))).toBe(1);
  return started;
}

function take(use: LeaseUse, operationId: string): string | number {
  const answer = takeLease(
    {
      folder: join(root, 'PAPER'),
      environment: 'PAPER',
      operationsLock: join(root, 'operations-lock.json'),
      clock: () => Date.now(),
    },
    { operationId, environment: 'PAPER', requestedBy: 'release', impact: 'direct', use },
  );
  if (!answer.taken) return answer.code;
  answer.lease.release();
  return answer.lease.token;
}

describe('a process that holds an environment', () => {
  it('O-08 keeps everybody out, and killed everybody but the resume of its own', async () => {
    const running = await holder();
    expect(take('run', OTHER)).toBe('environment_busy');
    expect(take('resume', ID)).toBe('environment_busy');
    running.kill('SIGKILL');
    await once(running, 'exit');
    expect(take('run', OTHER)).toBe('environment_busy');
    expect(take('run', ID)).toBe('environment_busy');
    expect(existsSync(join(root, 'operations-lock.json'))).toBe(true);
    expect(take('resume', ID)).toBeGreaterThan(1);
    expect(existsSync(join(root, 'operations-lock.json'))).toBe(false);
    expect(take('run', OTHER)).toBeGreaterThan(2);
  });
});
