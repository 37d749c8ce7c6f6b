/** The runner, killed while a service turns, while a command runs, and while it looks. */
import { chmodSync, existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createSupervisor } from '../src/operations/backend/services/supervisor.ts';
import type { Declaration } from '../src/operations/declaration.ts';
import type { KillAt } from './kill-at.ts';
import { atRecord, holds, KilledDesk } from './killed-desk.ts';

const killed = new KilledDesk();
const { desk, app } = killed;
const services = join(desk.root, 'artifacts', 'services');
const UNIT = 'web.service';

/** As the desk's server, and in no hurry: neither to listen nor to end. */
const SLOW_SERVER = `
import { createServer } from 'node:http';
import { readFileSync } from 'node:fs';
const { limit } = JSON.parse(readFileSync(process.argv[2], 'utf8'));
const server = createServer((_, response) => response.end(JSON.stringify({ limit })));
process.on('SIGTERM', () => setTimeout(() => process.exit(), 1_500));
setTimeout(() => server.listen(Number(process.argv[3]), '127.0.0.1'), 500);
`;

let before = '';
beforeAll(async () => {
  await killed.open();
  before = killed.files();
  const slow = join(desk.root, 'slow.mjs');
  writeFileSync(slow, SLOW_SERVER);
  const path = join(services, 'units', `${UNIT}.json`);
  const unit = JSON.parse(readFileSync(path, 'utf8')) as { argv: string[] };
  writeFileSync(path, JSON.stringify({ ...unit, argv: unit.argv.with(1, slow) }));
  const restarted = await createSupervisor(services).act('restart', UNIT);
  expect(restarted.exitCode).toBe(0);
});
afterAll(() => killed.close());

async function expectBack(id: string): Promise<void> {
  const resumed = await killed.begin(null, 'resume', id).ended;
  expect(resumed).toMatchObject({ out: `${id}: ROLLBACK\n`, err: '', code: 1 });
  expect(killed.files()).toBe(before);
  // The service runs, and has read the old file: what was stopping has been started again.
  expect(await desk.told()).toBe(1);
  expect((await createSupervisor(services).state(UNIT)).isActive).toBe(true);
  killed.expectSound(id);
  killed.expectFree();
}

const kill = (about: string, when: KillAt['when'], nth = 1): KillAt => {
  return { module: 'process', call: 'kill', about, nth, when };
};
const spawned = (when: KillAt['when']): KillAt => {
  return { module: 'node:child_process', call: 'spawn', about: 'keeper-worker', nth: 1, when };
};
const asked = (nth: number): KillAt => {
  return { module: 'node:http', call: 'request', about: '', nth, when: 'after' };
};
const looked: KillAt = {
  module: 'node:net',
  call: 'connect',
  about: '127\\.0\\.0\\.1',
  nth: 1,
  when: 'after',
};

describe('a runner that is killed while it restarts a service', () => {
  it.each<readonly [string, KillAt, string]>([
    ['it is about to be stopped', kill('SIGTERM', 'before'), 'step_started 2'],
    ['it stops', kill('SIGTERM', 'after'), 'step_started 2'],
    ['it has stopped', spawned('before'), 'step_started 2'],
    ['its keeper is there, and it is not', spawned('after'), 'step_started 2'],
    ['it starts', looked, 'step_started 2'],
    ['it is up', atRecord('step_finished 2', 'before'), 'step_started 2'],
    ['it is asked whether it is well', asked(2), 'step_finished 2 PASS'],
  ])('O-08 when %s: undone, and the service is up again', async (_, at, last) => {
    const id = killed.approved({});
    await killed.killed(at, 'run', id);
    expect(killed.told(id).at(-1)).toBe(last);
    await expectBack(id);
  });

  it('O-08 in the rollback, when it stops once more: the same', async () => {
    const id = killed.approved({ verification: [...desk.declaration('', 2).verification] });
    await killed.killed(atRecord('verification 2', 'after'), 'run', id);
    await killed.killed(kill('SIGTERM', 'after'), 'resume', id);
    expect(killed.told(id).at(-1)).toBe('undo 2');
    await expectBack(id);
  });
});

/** Writes as long as it lives; what undoes it is declared. */
function withCommand(): Partial<Declaration> {
  const [tool, drop] = ['tool.sh', 'drop.sh'].map((name) => join(desk.root, name));
  const made = join(app, 'made.json');
  const loop = `while :; do echo '{}' >${made}; sleep 0.02; done`;
  writeFileSync(tool ?? '', `#!/bin/sh\n${loop}\n`);
  writeFileSync(drop ?? '', `#!/bin/sh\nexec rm -f ${made}\n`);
  for (const path of [tool, drop]) chmodSync(path ?? '', 0o755);
  return {
    RISK_CLASS: 'FILESYSTEM_WRITE',
    ALLOWED_SERVICES: [],
    uses: { commands: [tool ?? '', drop ?? ''] },
    steps: [
      {
        title: 'Make',
        action: { kind: 'exec.sandboxed', argv: [tool ?? ''] },
        verification: [holds(made, '{}\n')],
        rollback: [{ kind: 'exec.sandboxed', argv: [drop ?? ''] }],
      },
    ],
    verification: [
      { kind: 'file.json', path: join(app, 'config.json'), pointer: '/name', equals: 'web' },
    ],
  };
}

/** Whether a process of that command line is there. */
function runs(words: string): boolean {
  return readdirSync('/proc').some((name) => {
    if (!/^\d+$/.test(name) || Number(name) === process.pid) return false;
    try {
      return readFileSync(`/proc/${name}/cmdline`, 'utf8').includes(words);
    } catch {
      return false;
    }
  });
}

async function until(holdsNow: () => boolean): Promise<void> {
  await expect.poll(holdsNow, { timeout: 60_000, interval: 5 }).toBe(true);
}

describe('a runner with a command at work', () => {
  const tool = join(desk.root, 'tool.sh');

  it('O-08 is killed: the command ends with it, and what it did is undone', async () => {
    const id = killed.approved(withCommand());
    const run = killed.begin(null, 'run', id);
    await until(() => existsSync(join(app, 'made.json')));
    expect(killed.told(id).at(-1)).toBe('step_started 1');
    expect(runs(tool)).toBe(true);
    run.kill('SIGKILL');
    expect((await run.ended).signal).toBe('SIGKILL');
    await until(() => !runs(tool));
    await expectBack(id);
  });

  it.each(['SIGTERM', 'SIGINT', 'SIGHUP'] as const)(
    'TRIP: is asked to end by %s: the command is ended, everything undone, nothing held',
    async (signal) => {
      const id = killed.approved(withCommand());
      const run = killed.begin(null, 'run', id);
      await until(() => existsSync(join(app, 'made.json')));
      run.kill(signal);
      await until(() => killed.told(id).includes('rollback_started'));
      // Asking again, in whatever way, asks for nothing new.
      run.kill('SIGTERM');
      run.kill('SIGINT');
      expect(await run.ended).toMatchObject({ code: 1, out: `${id}: ROLLBACK\n` });
      const why = killed.records(id).flatMap(({ payload }) => {
        return payload.event === 'rollback_started' ? [payload.why] : [];
      });
      expect(why).toEqual([`asked_to_end:${signal}`]);
      expect(runs(tool)).toBe(false);
      expect(killed.files()).toBe(before);
      expect(killed.leaseIsLeft()).toBe(false);
      killed.expectSound(id);
      killed.expectFree();
    },
  );
});

describe('a runner that is asked to end', () => {
  const by = (at: KillAt, signal: 'SIGTERM' | 'SIGINT'): KillAt => ({ ...at, signal });

  it.each<readonly [string, KillAt, string]>([
    ['in a step', by(atRecord('step_started 1', 'after'), 'SIGTERM'), 'verification 1 PASS'],
    ['between two', by(atRecord('verification 1', 'after'), 'SIGINT'), 'step_started 2'],
    [
      'before the last look',
      by(atRecord('verification 2', 'after'), 'SIGTERM'),
      'verification final PASS',
    ],
  ])('TRIP: %s begins nothing more, and undoes what was done', async (_, at, next) => {
    const id = killed.approved({});
    expect(await killed.begin(at, 'run', id).ended).toMatchObject({ signal: null, code: 1 });
    expect(
      killed.records(id).find(({ payload }) => payload.event === 'rollback_started'),
    ).toMatchObject({ payload: { why: `asked_to_end:${at.signal}` } });
    expect(killed.told(id)).not.toContain(next);
    expect(killed.files()).toBe(before);
    expect(await desk.told()).toBe(1);
    expect(killed.leaseIsLeft()).toBe(false);
    killed.expectSound(id);
    killed.expectFree();
  });

  it('TRIP: before anything was begun is refused, and can be run another time', async () => {
    const id = killed.approved({});
    const at = by(
      { module: 'node:fs', call: 'renameSync', about: 'lease.json$', nth: 1, when: 'after' },
      'SIGTERM',
    );
    const ended = await killed.begin(at, 'run', id).ended;
    expect(ended).toMatchObject({ signal: null, code: 2 });
    expect(ended.err).toContain('asked_to_end');
    expect(killed.told(id).at(-1)).toBe('approval');
    expect(killed.leaseIsLeft()).toBe(false);
    expect(await killed.begin(null, 'run', id).ended).toMatchObject({ code: 0 });
    expect(await killed.begin(null, 'rollback', id, '--why', 'at 1').ended).toMatchObject({
      code: 1,
    });
    killed.reset();
  });

  it.each<readonly [string, Partial<Declaration>, KillAt, number]>([
    ['proved', {}, by(atRecord('verification final', 'after'), 'SIGTERM'), 0],
    ['sealed', {}, by(atRecord('sealed', 'before'), 'SIGINT'), 0],
  ])('NON-TRIP: when it is %s ends as it was', async (_, parts, at, code) => {
    const id = killed.approved(parts);
    expect(await killed.begin(at, 'run', id).ended).toMatchObject({ signal: null, code });
    killed.expectSound(id);
    killed.expectFree();
    const back = by(atRecord('undo 2', 'before'), 'SIGTERM');
    // Nor is a rollback cut short.
    expect(await killed.begin(back, 'rollback', id, '--why', 'at 1').ended).toMatchObject({
      signal: null,
      code: 1,
    });
    expect(await desk.told()).toBe(1);
    killed.reset();
  });
});
