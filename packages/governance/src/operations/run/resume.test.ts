import { describe, expect, it } from 'vitest';
import type { Approver } from '../audit/event.ts';
import {
  createBench,
  createLife,
  declare,
  eventsOf,
  payloadOf,
  portsOf,
  sealedOutcome,
  THREE_STEPS,
  verifiedBy,
} from './bench.fixture.ts';
import type { Bench } from './bench.fixture.ts';
import { exitCodeOf } from './exit-code.ts';
import { ANSWER_WITHIN_MS } from './machine.ts';
import { resumeOperation } from './resume.ts';
import { runOperation } from './runner.ts';
import { snapshot, STRAY } from './simulated-backend.fixture.ts';
import type { SimulatedFault } from './simulated-backend.fixture.ts';

const [FIRST, SECOND, THIRD] = THREE_STEPS;
const FAILS = { kind: 'file.absent', path: '/srv/app/a.json' } as const;

const APPROVER: Approver = {
  approver: 'second',
  role: 'ops',
  key_id: 'k',
  at: '2026-03-01T13:00:00Z',
  expires_at: '2026-03-02T13:00:00Z',
  self: false,
};

/** Killed at its nth call; whatever it still tried reached nobody. */
async function killedAt(bench: Bench, call: number, act: typeof runOperation): Promise<boolean> {
  const life = createLife(call);
  await act(portsOf(bench, { life })).catch(() => null);
  return !life.alive;
}

/** Three steps, the last of which fails where `ends` says so. */
function threeSteps(ends: 'well' | 'in a rollback'): Bench {
  const third = ends === 'well' ? THIRD : verifiedBy(THIRD, FAILS);
  const steps = [FIRST, SECOND, third] as never;
  return createBench(declare({ steps, trading_impact: 'direct' }));
}

const AFTER = await (async () => {
  const bench = threeSteps('well');
  await runOperation(portsOf(bench));
  return snapshot(bench.world);
})();

/** What has to be true of every operation whose process was killed and which was resumed. */
function expectSettled(bench: Bench, before: string): void {
  const world = snapshot(bench.world);
  expect(sealedOutcome(bench)).not.toBeNull();
  expect(world).toBe(sealedOutcome(bench) === 'SUCCESS' ? AFTER : before);
  for (const step of THREE_STEPS) {
    const action = JSON.stringify(step.action);
    expect(bench.world.performed.filter((done) => done === action).length).toBeLessThan(2);
  }
  expect(bench.locks).toMatchObject({ lease: null, latch: null, trading: null });
}

describe('a runner that is killed', () => {
  it.each(['well', 'in a rollback'] as const)(
    'O-08 at any call of a run that ends %s, then resumed: before, after or rolled back',
    async (ends) => {
      const outcomes = new Set<string | null>();
      let calls = 1;
      for (; ; calls += 1) {
        const bench = threeSteps(ends);
        const before = snapshot(bench.world);
        if (!(await killedAt(bench, calls, runOperation))) break;
        const end = await resumeOperation(portsOf(bench));
        expect([0, 1]).toContain(exitCodeOf(end));
        expectSettled(bench, before);
        outcomes.add(sealedOutcome(bench));
      }
      expect(calls).toBeGreaterThan(100);
      const possible = ends === 'well' ? ['ROLLBACK', 'SUCCESS'] : ['ROLLBACK'];
      expect(outcomes).toEqual(new Set(possible));
    },
  );

  it('O-08 and killed again at any call of its resumption: the same', async () => {
    // Wherever the first one died, the second dies everywhere.
    for (const first of [1, 9, 25, 40, 55, 70, 85, 100]) {
      for (let second = 1; ; second += 1) {
        const bench = threeSteps('well');
        const before = snapshot(bench.world);
        await killedAt(bench, first, runOperation);
        const died = await killedAt(bench, second, resumeOperation);
        await resumeOperation(portsOf(bench));
        expectSettled(bench, before);
        if (!died) break;
      }
    }
  });

  it('O-08 before the first change: ends as a rollback of nothing', async () => {
    const bench = threeSteps('well');
    await killedAt(bench, 12, runOperation);
    expect(bench.world.performed).toEqual([]);
    await resumeOperation(portsOf(bench));
    expect(payloadOf(bench, 'rollback_started')).toMatchObject({ noop: true });
    expect(sealedOutcome(bench)).toBe('ROLLBACK');
  });

  it('O-08 is told from one at work: its environment is not taken over', async () => {
    const bench = threeSteps('well');
    const life = createLife();
    const ports = portsOf(bench, { life });
    ports.takeLease({
      operationId: bench.declaration.operation_id,
      environment: 'PAPER',
      requestedBy: 'release',
      impact: 'none',
      use: 'run',
    });
    const end = await resumeOperation(portsOf(bench));
    expect(end).toMatchObject({ end: 'refused', code: 'environment_busy' });
  });

  it('O-08 is of no interest to another operation: that is refused', async () => {
    const bench = threeSteps('well');
    await killedAt(bench, 50, runOperation);
    const other = declare({ operation_id: 'OPS-2026-03-01-002' });
    const end = await runOperation(portsOf({ ...createBench(other), locks: bench.locks }));
    expect(end).toMatchObject({ end: 'refused', code: 'environment_busy' });
  });
});

describe('what nobody could look at', () => {
  const strays = (_: number, method: string): SimulatedFault | null =>
    method === 'perform' ? 'stray' : null;

  it('O-20 of a step that was killed is looked at by its resumption: latched, exit 5', async () => {
    let found = 0;
    for (let call = 1; ; call += 1) {
      const bench = threeSteps('well');
      const life = createLife(call);
      await runOperation(portsOf(bench, { life, faultAt: strays })).catch(() => null);
      if (life.alive) break;
      const strayed = bench.world.files.has(STRAY);
      const end = await resumeOperation(portsOf(bench));
      expect(exitCodeOf(end)).toBe(strayed ? 5 : 1);
      expect(bench.locks.latch !== null).toBe(strayed);
      if (strayed) found += 1;
    }
    expect(found).toBeGreaterThan(10);
  });

  it('O-20 and that nobody can look at any more is told as left', async () => {
    const bench = threeSteps('well');
    const faultAt = (_: number, method: string): SimulatedFault | null =>
      method === 'perform' ? 'throw_after' : null;
    const ports = portsOf(bench, { faultAt });
    const ended = () => eventsOf(bench).includes('verification rollback PASS');
    const manifest = () =>
      ended() ? Promise.reject(new Error('unreadable')) : ports.backend.manifest();
    const end = await runOperation({ ...ports, backend: { ...ports.backend, manifest } });
    expect(exitCodeOf(end)).toBe(6);
    expect(payloadOf(bench, 'rollback_finished')?.left).toEqual([
      'scope_unknown:1: what else it changed',
    ]);
    expect(bench.locks.latch).not.toBeNull();
  });
});

it('a sealed operation has nothing to resume', async () => {
  const bench = threeSteps('well');
  await runOperation(portsOf(bench));
  const { length } = bench.records;
  expect(exitCodeOf(await resumeOperation(portsOf(bench)))).toBe(0);
  expect(bench.records).toHaveLength(length);
});

it('O-08 a sealed operation that was not entered is entered by resume', async () => {
  const bench = threeSteps('well');
  const entered: string[] = [];
  const dies = { seal: () => Promise.reject(new Error('killed')) };
  const stopped = await runOperation(portsOf(bench, { changed: dies }));
  expect(stopped).toMatchObject({ end: 'stopped', code: 'seal_failed' });
  portsOf(bench).log.append({ event: 'sealed', outcome: 'SUCCESS' });
  const seal = (outcome: string) => {
    entered.push(outcome);
    return Promise.resolve();
  };
  const end = await resumeOperation(portsOf(bench, { changed: { seal } }));
  expect(exitCodeOf(end)).toBe(0);
  expect(entered).toEqual(['SUCCESS']);
  expect(bench.locks.lease).toBeNull();
});

/** A step whose gate cannot be asked. */
async function halted(): Promise<Bench> {
  const gate = { kind: 'redis', command: ['PING'] } as const;
  const steps = [verifiedBy(FIRST, { ...gate, command: ['PING'] }), SECOND] as never;
  const bench = createBench(declare({ steps }));
  bench.world.answers.set('redis', 'inconclusive');
  expect(exitCodeOf(await runOperation(portsOf(bench)))).toBe(10);
  return bench;
}

function answer(bench: Bench, option: string): void {
  portsOf(bench).log.append({ event: 'answer', option, ...APPROVER });
}

describe('an operation that was halted', () => {
  it('O-22 stays halted until somebody answers', async () => {
    const bench = await halted();
    const { length } = bench.records;
    expect(exitCodeOf(await resumeOperation(portsOf(bench)))).toBe(10);
    expect(bench.records).toHaveLength(length);
  });

  it('O-22 stays halted where who answered is no approver', async () => {
    const bench = await halted();
    answer(bench, 'ask_again');
    bench.world.answers.delete('redis');
    const changed = { judgeAnswer: () => Promise.resolve('approver_unknown' as const) };
    expect(exitCodeOf(await resumeOperation(portsOf(bench, { changed })))).toBe(10);
  });

  it('O-22 asks its gates again, and goes on where they pass', async () => {
    const bench = await halted();
    answer(bench, 'ask_again');
    bench.world.answers.delete('redis');
    expect(exitCodeOf(await resumeOperation(portsOf(bench)))).toBe(0);
    expect(bench.world.performed).toHaveLength(2);
  });

  it('O-22 halts once more where they still cannot be asked', async () => {
    const bench = await halted();
    answer(bench, 'ask_again');
    expect(exitCodeOf(await resumeOperation(portsOf(bench)))).toBe(10);
    expect(eventsOf(bench).filter((event) => event === 'halt')).toHaveLength(2);
    // The answer was to the first question.
    expect(exitCodeOf(await resumeOperation(portsOf(bench)))).toBe(10);
  });

  it('O-22 is rolled back where that is the answer', async () => {
    const bench = await halted();
    answer(bench, 'roll_back');
    expect(exitCodeOf(await resumeOperation(portsOf(bench)))).toBe(1);
    expect(bench.world.files.get('/srv/app/a.json')?.content).toBe('a1');
  });

  it('O-22 is rolled back where its approval has run out meanwhile', async () => {
    const bench = await halted();
    answer(bench, 'ask_again');
    bench.world.answers.delete('redis');
    const changed = { lacking: () => Promise.resolve('approval_expired' as const) };
    expect(exitCodeOf(await resumeOperation(portsOf(bench, { changed })))).toBe(1);
    expect(payloadOf(bench, 'rollback_started')?.why).toBe('approval_expired');
  });

  it('O-22 is rolled back where it has expired meanwhile, whatever is answered', async () => {
    const gate = { kind: 'redis', command: ['PING'] as string[] } as const;
    const steps = [verifiedBy(FIRST, gate), SECOND] as never;
    const bench = createBench(declare({ steps, expires_at: '2026-03-01T13:00:00Z' }));
    bench.world.answers.set('redis', 'inconclusive');
    await runOperation(portsOf(bench));
    bench.now = Date.parse('2026-03-01T13:00:00Z');
    answer(bench, 'ask_again');
    bench.world.answers.delete('redis');
    expect(exitCodeOf(await resumeOperation(portsOf(bench)))).toBe(1);
    expect(payloadOf(bench, 'rollback_started')?.why).toBe('declaration_expired');
  });

  it('G-43 is rolled back after a day without an answer, and not a moment earlier', async () => {
    const bench = await halted();
    const asked = Date.parse(bench.records.at(-1)?.ts ?? '');
    bench.now = asked + ANSWER_WITHIN_MS - 1;
    expect(exitCodeOf(await resumeOperation(portsOf(bench)))).toBe(10);
    bench.now = asked + ANSWER_WITHIN_MS;
    expect(exitCodeOf(await resumeOperation(portsOf(bench)))).toBe(1);
    expect(payloadOf(bench, 'rollback_started')?.why).toBe('unanswered_for_24_h');
  });

  it('G-43 is rolled back where the answer came too late', async () => {
    const bench = await halted();
    bench.now += ANSWER_WITHIN_MS;
    answer(bench, 'ask_again');
    bench.world.answers.delete('redis');
    expect(exitCodeOf(await resumeOperation(portsOf(bench)))).toBe(1);
  });

  it('O-22 before its first change: is preflighted again, and then carried out', async () => {
    const bench = createBench();
    bench.world.answers.set('status', 'inconclusive');
    expect(exitCodeOf(await runOperation(portsOf(bench)))).toBe(10);
    answer(bench, 'ask_again');
    bench.world.answers.delete('status');
    expect(exitCodeOf(await resumeOperation(portsOf(bench)))).toBe(0);
  });
});
