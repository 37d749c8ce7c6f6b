import { describe, expect, it } from 'vitest';
import type { Step } from '../step.ts';
import type { Backend } from './backend.ts';
import { createBench, portsOf, THREE_STEPS, writes } from './bench.fixture.ts';
import { recordUndo, undoStep } from './undo.ts';

const WRITE = writes('/srv/app/a.json', 'a2');
const [, , COMMAND] = THREE_STEPS;

function step(action: Step['action'], rollback?: Step['rollback']): Step {
  const bare = { title: action.kind, action, verification: [] };
  return rollback === undefined ? bare : { ...bare, rollback };
}

/** The bench with a hand that behaves otherwise. */
function benchWith(changed: Partial<Backend> = {}) {
  const bench = createBench();
  const ports = portsOf(bench);
  return { bench, ports: { ...ports, backend: { ...ports.backend, ...changed } } };
}

describe('the way back', () => {
  it('of a file is what it held, its mode and its owner, and leads there', async () => {
    const { bench, ports } = benchWith();
    const recorded = await recordUndo(WRITE, ports);
    if (!recorded.ok) return expect.fail(recorded.why);
    expect(recorded.undo).toMatchObject({
      kind: 'file',
      before: { state: 'file', mode: 0o644, uid: 0, gid: 0 },
    });
    bench.world.files.set('/srv/app/a.json', { content: 'spoiled', mode: 0o600 });
    const undone = await undoStep(recorded.undo, WRITE, ports);
    expect(undone).toMatchObject({ status: 'PASS', strayed: [] });
    expect(undone.gates.map(({ gate, answer }) => [gate.kind, answer])).toEqual([
      ['file.sha256', 'pass'],
    ]);
    expect(bench.world.files.get('/srv/app/a.json')).toEqual({ content: 'a1', mode: 0o644 });
  });

  it('of a file that was not there is its absence', async () => {
    const { bench, ports } = benchWith();
    const created = writes('/srv/app/new.json', 'n');
    const recorded = await recordUndo(created, ports);
    if (!recorded.ok) return expect.fail(recorded.why);
    await ports.backend.perform(created.action);
    expect(await undoStep(recorded.undo, created, ports)).toMatchObject({ status: 'PASS' });
    expect(bench.world.files.has('/srv/app/new.json')).toBe(false);
  });

  it('of a service is whether it was up and enabled', async () => {
    const { bench, ports } = benchWith();
    const start = step({ kind: 'service', verb: 'start', service: 'side' });
    const recorded = await recordUndo(start, ports);
    if (!recorded.ok) return expect.fail(recorded.why);
    await ports.backend.perform(start.action);
    expect(bench.world.services.get('side')?.active).toBe(true);
    expect(await undoStep(recorded.undo, start, ports)).toMatchObject({ status: 'PASS' });
    expect(bench.world.services.get('side')?.active).toBe(false);
  });

  it('of a file goes on with what its step declares, once it is back', async () => {
    const { bench, ports } = benchWith();
    const declared = step(WRITE.action, [{ kind: 'service', verb: 'restart', service: 'side' }]);
    const recorded = await recordUndo(declared, ports);
    if (!recorded.ok) return expect.fail(recorded.why);
    await undoStep(recorded.undo, declared, ports);
    expect(bench.world.services.get('side')?.active).toBe(true);
  });

  it('of reading the units again is to read them again, of a look there is none', async () => {
    const { ports } = benchWith();
    const reload = { kind: 'systemd.daemon_reload' } as const;
    expect(await recordUndo(step(reload), ports)).toEqual({
      ok: true,
      undo: { kind: 'actions', actions: [reload] },
    });
    expect(await recordUndo(step({ kind: 'fs.read', path: '/srv/app/a.json' }), ports)).toEqual({
      ok: true,
      undo: { kind: 'nothing' },
    });
  });

  it('is missing, and so is the step, where nothing leads back', async () => {
    const { ports } = benchWith();
    const put = step({ kind: 'exec.sandboxed', argv: ['/bin/put', '/srv/app/x', 'x'] });
    expect(await recordUndo(put, ports)).toEqual({ ok: false, why: 'step_missing_rollback' });
  });

  it('is missing where what is kept is not what was there', async () => {
    const { ports } = benchWith();
    const found = await ports.backend.fileBefore('/srv/app/a.json');
    if ('code' in found) return expect.fail(found.code);
    for (const content of [null, Buffer.from('other', 'utf8')]) {
      const { ports: wrong } = benchWith({
        fileBefore: () => Promise.resolve({ before: found.before, content }),
      });
      expect(await recordUndo(WRITE, wrong)).toEqual({
        ok: false,
        why: 'content_not_kept:/srv/app/a.json',
      });
    }
  });
});

describe('an undo fails', () => {
  it('O-16 where what its step declares is not allowed any more, and does not do it', async () => {
    const { bench, ports } = benchWith();
    const refused = { code: 'path_symlink_escape', operand: '/srv/app', place: '', message: '' };
    const assess = () => Promise.resolve(refused as never);
    const undo = { kind: 'actions', actions: COMMAND?.rollback ?? [] } as const;
    expect(await undoStep(undo, WRITE, { ...ports, assess })).toMatchObject({
      status: 'FAIL',
      detail: 'path_symlink_escape:/srv/app',
    });
    expect(bench.world.performed).toEqual([]);
  });

  it('where nobody can see what it did', async () => {
    const { ports } = benchWith({ manifest: () => Promise.reject(new Error('unreadable')) });
    const recorded = await recordUndo(WRITE, ports);
    if (!recorded.ok) return expect.fail(recorded.why);
    expect(await undoStep(recorded.undo, WRITE, ports)).toMatchObject({
      status: 'FAIL',
      detail: 'manifest_unreadable',
    });
  });

  it('where what was kept is gone', async () => {
    const { bench, ports } = benchWith();
    const recorded = await recordUndo(WRITE, ports);
    if (!recorded.ok) return expect.fail(recorded.why);
    await ports.backend.perform(WRITE.action);
    bench.held.clear();
    expect(await undoStep(recorded.undo, WRITE, ports)).toMatchObject({
      status: 'FAIL',
      detail: 'content_lost:/srv/app/a.json',
    });
  });
});
