/**
 * The runner as a real process, killed by SIGKILL at every border of a step and inside every kind
 * of step that writes files; then resumed. Each moment shows by the log that it was the one meant.
 */
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { Declaration } from '../src/operations/declaration.ts';
import type { Step } from '../src/operations/step.ts';
import type { KillAt } from './kill-at.ts';
import { atRecord, atRename, holds, KilledDesk } from './killed-desk.ts';

const killed = new KilledDesk();
const path = (name: string): string => join(killed.app, name);
const PATCHED = { kind: 'file.json', path: path('config.json'), pointer: '/limit' } as const;
const CONFIG: Declaration['verification'] = [
  { kind: 'file.json', path: path('config.json'), pointer: '/name', equals: 'web' },
];

/** Every kind of step that changes a file. */
const STEPS: readonly Step[] = [
  {
    title: 'Write',
    action: { kind: 'fs.write', path: path('new.json'), content: '{}' },
    verification: [holds(path('new.json'), '{}')],
  },
  {
    title: 'Patch',
    action: { kind: 'config.patch', path: PATCHED.path, set: [{ pointer: '/limit', value: 2 }] },
    verification: [{ ...PATCHED, equals: 2 }],
  },
  {
    title: 'Copy',
    action: { kind: 'fs.copy', from: path('from.json'), to: path('copy.json') },
    verification: [holds(path('copy.json'), '{ "a": 1 }\n')],
  },
  {
    title: 'Mode',
    action: { kind: 'fs.chmod', path: path('from.json'), mode: '0600' },
    verification: [holds(path('from.json'), '{ "a": 1 }\n')],
  },
  {
    title: 'Delete',
    action: { kind: 'fs.delete', path: path('old.json') },
    verification: [{ kind: 'file.absent', path: path('old.json') }],
  },
];

const FILES: Partial<Declaration> = {
  RISK_CLASS: 'FILESYSTEM_WRITE',
  ALLOWED_SERVICES: [],
  trading_impact: 'indirect',
  uses: {},
  steps: [...STEPS],
  verification: CONFIG,
};
/** The same, whose end never holds: everything is undone. */
const DOOMED: Partial<Declaration> = {
  ...FILES,
  steps: STEPS.with(4, { ...STEPS[4], verification: [{ ...PATCHED, equals: 3 }] } as Step),
};

let before = '';
let after = '';
beforeAll(async () => {
  await killed.open();
  before = killed.files();
  const id = killed.approved(FILES);
  expect(await killed.begin(null, 'run', id).ended).toMatchObject({ code: 0 });
  after = killed.files();
  killed.reset();
});
afterEach(() => killed.reset());
afterAll(() => killed.close());

const fs = (call: string, about: string, when: KillAt['when'], nth = 1): KillAt => {
  return { module: 'node:fs', call, about, nth, when };
};
const DRAFT = 'app/\\.holdfast-[0-9a-f]{18}\\.tmp';

/** What is about to happen or has just happened; the last record at that moment; the outcome. */
type Row = readonly [what: string, at: KillAt, last: string, outcome: 'SUCCESS' | 'ROLLBACK'];
const FORWARD: readonly Row[] = [
  ['the lease has no name yet', atRename('lease.json', 'before'), 'approval', 'ROLLBACK'],
  ['the lease is taken', atRename('lease.json', 'after'), 'approval', 'ROLLBACK'],
  ['the preflight was looked at', atRecord('preflight', 'before'), 'approval', 'ROLLBACK'],
  ['the preflight is on record', atRecord('preflight', 'after'), 'preflight', 'ROLLBACK'],
  ['what was there is kept', atRename('/undo/[0-9a-f]{64}', 'after'), 'preflight', 'ROLLBACK'],
  ['the lock is set', atRename('dev.lock.json', 'after'), 'preflight', 'ROLLBACK'],
  ['half of its record', atRecord('step_started 1', 'torn'), 'preflight', 'ROLLBACK'],
  ['step 1 is begun', atRecord('step_started 1', 'after'), 'step_started 1', 'ROLLBACK'],
  ['a draft is open', fs('writeFileSync', DRAFT, 'before'), 'step_started 1', 'ROLLBACK'],
  ['a draft is written', atRename('app/new.json', 'before'), 'step_started 1', 'ROLLBACK'],
  ['a file is new', atRename('app/new.json', 'after'), 'step_started 1', 'ROLLBACK'],
  ['step 1 was done', atRecord('step_finished 1', 'before'), 'step_started 1', 'ROLLBACK'],
  ['it is told', atRecord('step_finished 1', 'after'), 'step_finished 1 PASS', 'ROLLBACK'],
  ['it is verified', atRecord('verification 1', 'before'), 'step_finished 1 PASS', 'ROLLBACK'],
  ['that is told', atRecord('verification 1', 'after'), 'verification 1 PASS', 'ROLLBACK'],
  ['a patch is a draft', atRename('app/config.json', 'before'), 'step_started 2', 'ROLLBACK'],
  ['a patch is there', atRename('app/config.json', 'after'), 'step_started 2', 'ROLLBACK'],
  ['a copy is a draft', atRename('app/copy.json', 'before'), 'step_started 3', 'ROLLBACK'],
  ['a copy is there', atRename('app/copy.json', 'after'), 'step_started 3', 'ROLLBACK'],
  ['a mode is to change', fs('chmodSync', 'app/from', 'before'), 'step_started 4', 'ROLLBACK'],
  ['a mode has changed', fs('chmodSync', 'app/from', 'after'), 'step_started 4', 'ROLLBACK'],
  ['a file is to go', fs('unlinkSync', 'app/old', 'before'), 'step_started 5', 'ROLLBACK'],
  ['a file is gone', fs('unlinkSync', 'app/old', 'after'), 'step_started 5', 'ROLLBACK'],
  ['half a verdict', atRecord('verification final', 'torn'), 'verification 5 PASS', 'ROLLBACK'],
];
const PROVED = 'verification final PASS';
const SEALING: readonly Row[] = [
  ['all is proved', atRecord('verification final', 'after'), PROVED, 'SUCCESS'],
  ['half a report', atRename('report.md', 'after'), PROVED, 'SUCCESS'],
  ['the report is there', atRename('report.json', 'after'), PROVED, 'SUCCESS'],
  ['half of its record', atRecord('report', 'torn'), PROVED, 'SUCCESS'],
  ['it is on record', atRecord('report', 'after'), 'report', 'SUCCESS'],
  ['half a seal', atRecord('sealed', 'torn'), 'report', 'SUCCESS'],
  ['the seal', atRecord('sealed', 'after'), 'sealed', 'SUCCESS'],
  ['half an entry', fs('writeSync', 'events.jsonl .*"entry"', 'torn'), 'sealed', 'SUCCESS'],
  ['the entry', fs('writeSync', 'events.jsonl .*"entry"', 'after'), 'sealed', 'SUCCESS'],
  ['one of two views', atRename('ops/ledger/[0-9-]+.yaml', 'after'), 'sealed', 'SUCCESS'],
  ['all views', atRename('OPS_CHANGELOG.md', 'after'), 'sealed', 'SUCCESS'],
  ['the lock is off', fs('rmSync', 'dev.lock.json', 'after'), 'sealed', 'SUCCESS'],
  ['the lease is given back', fs('rmSync', 'lease.json', 'after'), 'sealed', 'SUCCESS'],
];

describe('a runner that is killed', () => {
  it.each(FORWARD)('O-08 when %s: undone by resume', async (_, at, last, outcome) => {
    const id = killed.approved(FILES);
    await killed.killed(at, 'run', id);
    expect(killed.told(id).at(-1)).toBe(last);
    expect(await killed.expectSettled(id, before, after)).toBe(outcome);
  });

  it.each(SEALING)('O-08 with %s: a success, once', async (_, at, last, outcome) => {
    const id = killed.approved(FILES);
    await killed.killed(at, 'run', id);
    expect(killed.told(id).at(-1)).toBe(last);
    expect(killed.files()).toBe(after);
    expect(await killed.expectSettled(id, before, after)).toBe(outcome);
  });
});

/** Five steps are undone, the last first; step 2 is put back from what was kept. */
const BACK: readonly (readonly [what: string, at: KillAt, last: string])[] = [
  ['is told', atRecord('rollback_started', 'after'), 'rollback_started'],
  ['has put one back', atRecord('undo 5', 'before'), 'rollback_started'],
  ['is between two undos', atRecord('undo 4', 'after'), 'undo 4'],
  ['has a draft', atRename('app/config.json', 'before', 2), 'undo 3'],
  ['has put a patch back', atRename('app/config.json', 'after', 2), 'undo 3'],
  ['has half a record', atRecord('undo 2', 'torn'), 'undo 3'],
  ['is verified', atRecord('verification rollback', 'after'), 'verification rollback PASS'],
  ['is over', atRecord('rollback_finished', 'after'), 'rollback_finished'],
  ['is sealed', atRecord('sealed', 'after'), 'sealed'],
];

describe('a rollback that is killed', () => {
  it.each(BACK)('O-06 O-08 when it %s: ended by resume', async (_, at, last) => {
    const id = killed.approved(DOOMED);
    await killed.killed(at, 'run', id);
    expect(killed.told(id).at(-1)).toBe(last);
    expect(await killed.expectSettled(id, before, after)).toBe('ROLLBACK');
  });

  it('O-08 again and again by resume: each goes on where the last one was', async () => {
    const id = killed.approved(FILES);
    await killed.killed(atRecord('step_finished 5', 'before'), 'run', id);
    const moments: readonly (readonly [KillAt, string])[] = [
      [atRecord('rollback_started', 'after'), 'rollback_started'],
      [atRecord('undo 5', 'after'), 'undo 5'],
      [fs('renameSync', 'app/from.json$', 'before'), 'undo 5'],
      [atRecord('undo 3', 'before'), 'undo 4'],
      [atRename('app/config.json', 'after'), 'undo 3'],
      [atRecord('rollback_finished', 'before'), 'verification rollback PASS'],
      [atRecord('report', 'before'), 'rollback_finished'],
      [fs('writeSync', 'events.jsonl .*"entry"', 'before'), 'sealed'],
    ];
    for (const [at, last] of moments) {
      await killed.killed(at, 'resume', id);
      expect(killed.told(id).at(-1)).toBe(last);
    }
    expect(await killed.expectSettled(id, before, after)).toBe('ROLLBACK');
  });

  it.each([
    ['told', atRecord('rollback_started', 'after'), 'rollback_started'],
    ['in part', atRecord('undo 3', 'after'), 'undo 3'],
    ['amended in its log', atRecord('amendment', 'after'), 'amendment'],
    ['amended', fs('writeSync', 'events.jsonl .*"amendment"', 'after'), 'amendment'],
  ] as const)('O-08 O-15 taken back later, when it is %s: amended once', async (_, at, last) => {
    const id = killed.approved(FILES);
    expect(await killed.begin(null, 'run', id).ended).toMatchObject({ code: 0 });
    await killed.killed(at, 'rollback', id, '--why', 'no longer wanted');
    expect(killed.told(id).at(-1)).toBe(last);
    const resumed = await killed.begin(null, 'resume', id).ended;
    expect(resumed).toMatchObject({ code: 1, out: `${id}: ROLLBACK\n` });
    expect(killed.files()).toBe(before);
    killed.expectSound(id);
    killed.expectFree();
    expect(killed.told(id).filter((word) => word === 'amendment')).toHaveLength(1);
  });
});
