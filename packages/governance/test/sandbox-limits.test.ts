/** Every limit of a sandbox, reached and not reached, and what is left of whoever reaches it. */
import * as fs from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createSandbox, findProgram } from '../src/operations/backend/sandbox.ts';
import {
  isPidLimitOwn,
  SANDBOX_LIMITS,
  type SandboxLimits,
} from '../src/operations/backend/sandbox-limits.ts';

const isHere = findProgram('unshare') !== null && findProgram('prlimit') !== null;
const SMALL: SandboxLimits = {
  memoryBytes: 96 << 20,
  tasks: 40,
  cpuSeconds: 1,
  openFiles: 20,
  fileBytes: 1 << 20,
  // What others of this machine write meanwhile fills the disk up as well.
  diskBytes: SANDBOX_LIMITS.diskBytes,
};

let allowed: string;
beforeEach(() => {
  allowed = fs.realpathSync(fs.mkdtempSync('/var/tmp/holdfast-limits-'));
});
afterEach(() => fs.rmSync(allowed, { recursive: true, force: true }));

async function run(
  script: string,
  limits: Partial<SandboxLimits> = {},
  timeoutMs = 20_000,
  readable: readonly string[] = [],
): Promise<{ text: string; exitCode: number | null; limit: string | null }> {
  const sandbox = createSandbox({
    readable,
    hidden: [],
    isForbidden: () => false,
    limits: { ...SANDBOX_LIMITS, ...limits },
  });
  const argv = ['/bin/sh', '-c', `: ${allowed}; ${script}`];
  const ran = await sandbox.run({ argv, writable: [allowed], ports: [], timeoutMs });
  if (!ran.started) throw new Error(ran.refused.message);
  const { exitCode, limit } = ran;
  return { text: ran.output.toString(), exitCode, limit };
}

/** Command lines of every process of this machine that speaks of the folder. */
function left(): readonly string[] {
  return fs.readdirSync('/proc').flatMap((name) => {
    try {
      const text = fs.readFileSync(`/proc/${name}/cmdline`, 'utf8').replaceAll('\0', ' ');
      return /^\d+$/.test(name) && text.includes(allowed) ? [text] : [];
    } catch {
      return [];
    }
  });
}

describe.skipIf(!isHere)('a limit of the sandbox', () => {
  it.each([
    ['processes that wait', `while :; do sleep 20 & done`, 'tasks'],
    ['processor time', 'while :; do :; done', 'cpu_time'],
    ['the size of a file', `head -c 4M /dev/zero >FOLDER/big`, 'file_size'],
    ['the disk', `for i in $(seq 99); do head -c 1M /dev/zero >FOLDER/$i; done; sleep 20`, 'disk'],
  ] as const)('9.14 %s: beyond it everything ends, and it is said why', async (_, script, why) => {
    const limits = why === 'disk' ? { ...SMALL, diskBytes: 8 << 20 } : SMALL;
    const { limit } = await run(script.replaceAll('FOLDER', allowed), limits);
    expect(limit).toBe(why);
    expect(left()).toEqual([]);
  });

  it('9.14 processes: a bomb is ended or held by the kernel, and nothing is left', async () => {
    // Held by the kernel before anybody looks, it dies out; else the meter ends it.
    const { limit } = await run('bomb() { bomb | bomb & }; bomb; wait', SMALL);
    expect([null, 'tasks']).toContain(limit);
    expect(left()).toEqual([]);
  });

  it('9.14 memory: what grows is ended whole, what leaps is refused by the kernel', async () => {
    // None of them holds more than it may by itself.
    const one = '(head -c 30M /dev/zero; sleep 20) | tail -n 1';
    const grown = await run(`for i in 1 2 3 4 5 6; do ${one} & done; wait`, SMALL);
    expect([grown.limit, grown.exitCode]).toEqual(['memory', null]);
    const leapt = await run('head -c 4G /dev/zero | tail -n 1', SMALL);
    expect(leapt.limit === 'memory' || leapt.exitCode !== 0).toBe(true);
    expect(left()).toEqual([]);
  });

  it('9.14 the time: what sleeps past it is ended, and nothing of it is left', async () => {
    const waiting = `setsid sleep 60 & nohup sh -c ': ${allowed}; sleep 60' & sleep 60`;
    const { limit, exitCode } = await run(waiting, {}, 600);
    expect([limit, exitCode]).toEqual(['wall_time', null]);
    expect(left()).toEqual([]);
  });

  it('9.14 a file is cut where it may not grow, and a sparse one is not made', async () => {
    const big = join(allowed, 'big');
    await run(`head -c 4M /dev/zero >${big}`, SMALL);
    expect(fs.statSync(big).size).toBe(SMALL.fileBytes);
    const sparse = await run(`truncate -s 900G ${allowed}/sparse`);
    expect([sparse.exitCode, fs.statSync(`${allowed}/sparse`).size]).not.toEqual([
      0,
      900 * 2 ** 30,
    ]);
    expect(fs.statSync(`${allowed}/sparse`).size).toBe(0);
  });

  it('9.14 open files: one more than it may have is refused', async () => {
    const open = `for i in 3 4 5 6 7 8 9; do eval "exec $i</dev/null" || exit 9; done; echo all`;
    expect((await run(open, { openFiles: 6 })).exitCode).not.toBe(0);
    expect((await run(open, SMALL)).text).toBe('all\n');
  });

  it('9.14 below every limit nothing is ended, and none can be raised', async () => {
    const { text, limit, exitCode } = await run(
      [
        'head -c 20M /dev/zero | tail -n 1 | wc -c',
        'for i in 1 2 3 4 5 6; do sleep 0.2 & done; wait',
        `head -c 1M /dev/zero >${allowed}/one`,
        'prlimit --fsize=unlimited true 2>&1 || echo not raised',
        'ulimit -f unlimited 2>&1 || echo not raised',
        'exit 0',
      ].join('\n'),
      SMALL,
    );
    expect([limit, exitCode]).toEqual([null, 0]);
    expect(text).toMatch(/^20971520\n/);
    expect(text.match(/not raised/g)).toHaveLength(2);
  });

  it('9.14 a program that needs much room of addresses runs in what it may hold', async () => {
    const node = fs.realpathSync(process.execPath);
    const script = `exec ${node} -p 'new Array(1e6).fill(1).length'`;
    const done = await run(script, {}, 20_000, [node]);
    expect(done).toEqual({ text: '1000000\n', exitCode: 0, limit: null });
  });
});

describe('a control group by systemd (arguments only, by a stand-in)', () => {
  const asked = async (isScoped: boolean): Promise<readonly string[]> => {
    const fake = join(allowed, 'systemd-run');
    fs.writeFileSync(fake, '#!/bin/sh\nprintf "%s\\n" "$0" "$@"\n', { mode: 0o755 });
    const find = (): string => fake;
    const sandbox = createSandbox({
      readable: [],
      hidden: [],
      isForbidden: () => false,
      find,
      isScoped,
    });
    const ran = await sandbox.run({
      argv: ['/bin/true'],
      writable: [],
      ports: [],
      timeoutMs: 5_000,
    });
    return ran.started ? [] : ran.refused.message.split('\n');
  };

  it('9.14 is asked for where it is given out, and never elsewhere', async () => {
    const scoped = await asked(true);
    expect(scoped).toContain('--scope');
    expect(scoped).toContain(`MemoryMax=${SANDBOX_LIMITS.memoryBytes * 2}`);
    expect(scoped).toContain(`TasksMax=${SANDBOX_LIMITS.tasks * 2}`);
    expect(await asked(false)).not.toContain('--scope');
  });

  it('9.14 the number of processes is set where it is the name space\u2019s own', () => {
    expect(['6.14.0-1', '6.18.44', '7.0'].map(isPidLimitOwn)).toEqual([true, true, true]);
    expect(['6.13.9', '5.10', '6.1.0-18-amd64', ''].map(isPidLimitOwn)).toEqual([
      false,
      false,
      false,
      false,
    ]);
  });
});
