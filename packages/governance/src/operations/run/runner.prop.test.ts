import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Declaration } from '../declaration.ts';
import type { Gate } from '../gate.ts';
import { isMutating, type Step } from '../step.ts';
import { createBench, createLife, declare, portsOf } from './bench.fixture.ts';
import type { Bench } from './bench.fixture.ts';
import { exitCodeOf } from './exit-code.ts';
import type { RunEnd } from './exit-code.ts';
import { stateOf } from './machine.ts';
import { resumeOperation } from './resume.ts';
import { runOperation } from './runner.ts';
import { sha256, snapshot, STRAY } from './simulated-backend.fixture.ts';
import type { SimulatedFault } from './simulated-backend.fixture.ts';

const PATHS = ['/srv/app/a.json', '/srv/app/b.json', '/srv/app/old.json'];
const path = fc.constantFrom(...PATHS);

const write = fc.record({ path, content: fc.constantFrom('x', 'y', 'z') }).map(
  ({ path: where, content }): Step => ({
    title: 'write',
    action: { kind: 'fs.write', path: where, content },
    verification: [{ kind: 'file.sha256', path: where, sha256: sha256(content) }],
  }),
);
const remove = path.map(
  (where): Step => ({
    title: 'delete',
    action: { kind: 'fs.delete', path: where },
    verification: [{ kind: 'file.absent', path: where }],
  }),
);
const chmod = path.map(
  (where): Step => ({
    title: 'mode',
    action: { kind: 'fs.chmod', path: where, mode: '0600' },
    verification: [{ kind: 'http', url: 'http://127.0.0.1:1/', status: 200 }],
  }),
);
const turn = fc.record({ verb: fc.constantFrom('start', 'stop', 'restart'), up: fc.boolean() }).map(
  ({ verb }): Step => ({
    title: verb,
    action: { kind: 'service', verb: verb as 'start', service: 'side' },
    verification: [{ kind: 'logs', service: 'side' }],
  }),
);
const command = fc.constant<Step>({
  title: 'put',
  action: { kind: 'exec.sandboxed', argv: ['/bin/put', '/srv/app/run.json', 'r'] },
  verification: [{ kind: 'file.sha256', path: '/srv/app/run.json', sha256: sha256('r') }],
  rollback: [{ kind: 'exec.sandboxed', argv: ['/bin/drop', '/srv/app/run.json'] }],
});
const look = fc.constant<Step>({
  title: 'look',
  action: { kind: 'check', gate: { kind: 'status', services: ['app'] } },
  verification: [],
});
const hopeless = write.map(
  (step): Step => ({
    ...step,
    verification: [{ kind: 'file.absent', path: '/srv/app/a.json' }] as Gate[],
  }),
);

/** The command is drawn once at most: its rollback drops the file whoever put it there. */
const steps = fc
  .array(fc.oneof(write, remove, chmod, turn, look, { arbitrary: hopeless, weight: 1 }), {
    minLength: 1,
    maxLength: 5,
  })
  .chain((some) =>
    fc.tuple(fc.constant(some), command, fc.integer({ min: 0, max: 6 })).map(([list, put, at]) => {
      return at > list.length ? list : [...list.slice(0, at), put, ...list.slice(at)];
    }),
  );

const FAULTS = ['throw_before', 'throw_after', 'refuse', 'fail', 'stray'] as const;
const faults = fc.array(
  fc.record({ call: fc.integer({ min: 1, max: 60 }), fault: fc.constantFrom(...FAULTS) }),
  { maxLength: 4 },
);

interface Ended {
  readonly bench: Bench;
  readonly end: RunEnd;
  readonly before: string;
}

function faultsAt(drawn: readonly { call: number; fault: SimulatedFault }[]) {
  return (call: number): SimulatedFault | null =>
    drawn.find((entry) => entry.call === call)?.fault ?? null;
}

async function carriedOut(
  declaration: Declaration,
  drawn: readonly { call: number; fault: SimulatedFault }[],
  killAt: number,
): Promise<Ended> {
  const bench = createBench(declaration);
  const before = snapshot(bench.world);
  const life = createLife(killAt);
  const faultAt = faultsAt(drawn);
  const first = await runOperation(portsOf(bench, { life, faultAt })).catch(() => null);
  const end =
    first !== null && life.alive ? first : await resumeOperation(portsOf(bench, { faultAt }));
  return { bench, end, before };
}

function expectInOrder({ records, declaration }: Bench): void {
  let open: number | null = null;
  let failed = false;
  let last = Number.POSITIVE_INFINITY;
  for (const { payload } of records) {
    if (payload.event === 'step_started') {
      // At most one mutation without a verification after it, and none after a failure.
      expect(open).toBeNull();
      expect(failed).toBe(false);
      const step = declaration.steps[payload.step - 1];
      if (step !== undefined && isMutating(step.action)) open = payload.step;
    }
    if (payload.event === 'step_finished') failed ||= payload.status === 'FAIL';
    if (payload.event === 'verification' && payload.step !== 'rollback') {
      failed ||= payload.status === 'FAIL';
      if (payload.status === 'PASS') open = null;
    }
    if (payload.event === 'rollback_started') failed = true;
    if (payload.event === 'undo') {
      expect(payload.step).toBeLessThan(last);
      last = payload.step;
    }
  }
}

function expectTruth({ bench, end, before }: Ended): void {
  const fold = stateOf(bench.records);
  if (!fold.ok) return expect.fail(`${fold.code} at record ${fold.seq}`);
  const { standing } = fold;
  const after = snapshot(bench.world);
  switch (end.end) {
    case 'halted':
      expect(standing.state.name).toBe('HALTED_ASK');
      expect(bench.locks.lease).not.toBeNull();
      return;
    case 'sealed':
      break;
    default:
      return expect.fail(`${end.end}: ${end.detail}`);
  }
  expect(standing.state).toEqual({ name: 'SEALED', outcome: end.outcome });
  expect(bench.locks.lease).toBeNull();
  expect(bench.locks.latch !== null).toBe(end.outcome === 'PARTIAL');
  expect(end.left.length > 0).toBe(end.outcome === 'PARTIAL');
  if (end.outcome === 'SUCCESS') {
    expect(standing).toMatchObject({ passed: bench.declaration.steps.length, finalPassed: true });
    expect(exitCodeOf(end)).toBe(0);
  }
  if (end.outcome === 'ROLLBACK') expect(after).toBe(before);
  // What nobody put back is told, by the step that did it or by its name.
  const strayed = bench.world.files.has(STRAY);
  const undone = standing.rollback?.undone.filter(({ status }) => status === 'FAIL') ?? [];
  if (end.outcome === 'PARTIAL' && after !== before && !strayed) {
    expect(undone.length).toBeGreaterThan(0);
  }
  for (const { step } of undone) {
    expect(end.left.some((line) => line.startsWith(`undo_failed:${step}:`))).toBe(true);
  }
}

function expectOnce({ bench }: Ended): void {
  // What a step does may be what another does too; together never more often than declared.
  const declared = bench.declaration.steps.map(({ action }) => JSON.stringify(action));
  for (const action of new Set(declared)) {
    const times = bench.world.performed.filter((done) => done === action).length;
    expect(times).toBeLessThanOrEqual(declared.filter((other) => other === action).length);
  }
}

describe('any operation on any machine', () => {
  it('O-06 is in order, undone in reverse, and sealed, halted or latched', async () => {
    await fc.assert(
      fc.asyncProperty(steps, faults, async (drawn, wrong) => {
        const declaration = declare({ steps: drawn });
        const ended = await carriedOut(declaration, wrong, Number.POSITIVE_INFINITY);
        expectInOrder(ended.bench);
        expectTruth(ended);
        expectOnce(ended);
      }),
      { numRuns: 300 },
    );
  });

  it('O-08 is so too where its process is killed and resumed', async () => {
    await fc.assert(
      fc.asyncProperty(
        steps,
        faults,
        fc.integer({ min: 1, max: 160 }),
        async (drawn, wrong, at) => {
          const ended = await carriedOut(declare({ steps: drawn }), wrong, at);
          expectInOrder(ended.bench);
          expectOnce(ended);
          expectTruth(ended);
        },
      ),
      { numRuns: 300 },
    );
  });

  it('O-06 without a fault and with sound gates succeeds or was never begun', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.oneof(write, remove, turn, look), { minLength: 1 }),
        async (drawn) => {
          const ended = await carriedOut(declare({ steps: drawn }), [], Number.POSITIVE_INFINITY);
          expect(exitCodeOf(ended.end)).toBe(0);
        },
      ),
      { numRuns: 100 },
    );
  });
});
