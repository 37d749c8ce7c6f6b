/** Commands beside each other, and those around a run that are killed: real processes all. */
import { hostname, userInfo } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { openAuditLog } from '../src/operations/audit/log.ts';
import type { Declaration } from '../src/operations/declaration.ts';
import { verifyLedger } from '../src/operations/signoff/verify-ledger.ts';
import type { KillAt } from './kill-at.ts';
import { atRecord, atRename, type Begun, holds, KilledDesk } from './killed-desk.ts';

const killed = new KilledDesk();
const { desk } = killed;
const path = join(killed.app, 'new.json');
const GATE: Declaration['verification'] = [
  { kind: 'file.json', path: desk.config, pointer: '/name', equals: 'web' },
];

/** One file is written; what is looked at afterwards is told. */
function writing(...verification: Declaration['verification']): Partial<Declaration> {
  return {
    RISK_CLASS: 'FILESYSTEM_WRITE',
    ALLOWED_SERVICES: [],
    uses: { redis: 'redis://127.0.0.1:1' },
    steps: [
      {
        title: 'Write',
        action: { kind: 'fs.write', path, content: '{}' },
        verification: [holds(path, '{}'), ...verification],
      },
    ],
    verification: GATE,
  };
}
/** Long enough for another to come. */
const SLOW = writing({ kind: 'logs', service: 'web.service', settle_ms: 6_000 });
/** Nothing listens there: what it holds cannot be asked. */
const UNASKABLE = writing({ kind: 'redis', command: ['GET', 'x'], equals: '1' });

let before = '';
beforeAll(async () => {
  await killed.open();
  before = killed.files();
});
afterEach(() => killed.reset());
afterAll(() => killed.close());

const written = (id: string): readonly string[] =>
  killed.told(id).filter((word) => word === 'step_started 1');

/** Stopped where it looks at what it did, with all that it holds in its hands. */
async function held(runner: Begun, id: string): Promise<void> {
  await expect.poll(() => killed.told(id), { timeout: 60_000 }).toContain('step_finished 1 PASS');
  runner.kill('SIGSTOP');
}

describe('two commands about one operation', () => {
  it('O-12 a second run, resume, rollback and approve beside a run are refused', async () => {
    const id = killed.approved(SLOW);
    const first = killed.begin(null, 'run', id);
    await held(first, id);
    const beside = [
      ['run', id],
      ['resume', id],
      ['rollback', id, '--why', 'no'],
      ['approve', id, '--key', desk.key('ben')],
    ].map((words) => killed.begin(null, ...words).ended);
    for (const ended of await Promise.all(beside)) {
      expect(ended).toMatchObject({ code: 2, out: '' });
      expect(ended.err).toMatch(/^audit_held: /);
    }
    first.kill('SIGCONT');
    expect(await first.ended).toMatchObject({ code: 0, out: `${id}: SUCCESS\n` });
    // Nor is what is sealed run once more, or entered.
    const again = await killed.begin(null, 'run', id).ended;
    expect(again).toMatchObject({ code: 2, err: expect.stringMatching(/^already_begun: /) });
    const late = await killed.begin(null, 'approve', id, '--key', desk.key('ben')).ended;
    expect(late).toMatchObject({ code: 2, err: expect.stringMatching(/^already_begun: /) });
    expect(killed.told(id).filter((word) => word === 'approval')).toHaveLength(1);
    expect(written(id)).toHaveLength(1);
    killed.expectSound(id);
    killed.expectFree();
  });

  it('O-12 two that begin at once: one does it, the other is told why not', async () => {
    const id = killed.approved(SLOW);
    const two = await Promise.all([1, 2].map(() => killed.begin(null, 'run', id).ended));
    expect(new Set(two.map(({ code }) => code))).toEqual(new Set([0, 2]));
    expect(two.find(({ code }) => code === 2)?.err).toMatch(/^(audit_held|already_begun): /);
    expect(written(id)).toHaveLength(1);
    killed.expectSound(id);
  });

  it('O-08 two that resume at once: it is undone once', async () => {
    const id = killed.approved(SLOW);
    await killed.killed(atRecord('step_finished 1', 'before'), 'run', id);
    const two = await Promise.all([1, 2].map(() => killed.begin(null, 'resume', id).ended));
    // The later one finds it held, or over.
    for (const { code, out, err } of two) {
      expect(`${code} ${out}${err}`).toMatch(/^(1 OPS-[0-9-]+: ROLLBACK|2 audit_held: )/);
    }
    expect(two.map(({ code }) => code)).toContain(1);
    expect(killed.files()).toBe(before);
    killed.expectSound(id);
    killed.expectFree();
  });

  it('9.14 another operation of the environment waits until it has ended', async () => {
    const [id, other] = [killed.approved(SLOW), killed.approved(writing())];
    const first = killed.begin(null, 'run', id);
    await held(first, id);
    const second = await killed.begin(null, 'run', other).ended;
    expect(second).toMatchObject({ code: 2, out: '' });
    expect(second.err).toMatch(/^environment_busy: /);
    expect(written(other)).toEqual([]);
    first.kill('SIGCONT');
    expect(await first.ended).toMatchObject({ code: 0 });
    expect(await killed.begin(null, 'run', other).ended).toMatchObject({ code: 0 });
  });
});

describe('an operation that asks', () => {
  it('O-22 exit 10; goes on by the answer of an approver, for this very question', async () => {
    const id = killed.approved(UNASKABLE);
    const halted = await killed.begin(null, 'run', id).ended;
    expect(halted).toMatchObject({ code: 10, out: '' });
    expect(halted.err).toContain('halts and asks: Of step 1 could not be verified');
    const resume = (...words: readonly string[]) =>
      killed.begin(null, 'resume', id, ...words).ended;
    const by = (person: string) => ['--key', desk.key(person)] as const;

    expect(await resume()).toMatchObject({ code: 10 });
    const unknown = await resume('--answer', 'roll_back', ...by('stranger'));
    expect(unknown).toMatchObject({ code: 3, err: expect.stringMatching(/^approver_unknown: /) });
    const other = await resume('--answer', 'go_on', ...by('ben'));
    expect(other).toMatchObject({ code: 2, err: expect.stringMatching(/^option_unknown: /) });
    const role = await resume('--answer', 'roll_back', '--role', 'treasury', ...by('ben'));
    expect(role).toMatchObject({ code: 3, err: expect.stringMatching(/^role_not_held: /) });
    // Asked again, it asks again; that is another question.
    const again = await resume('--answer', 'ask_again', '--role', 'operations', ...by('ben'));
    expect(again).toMatchObject({ code: 10 });
    expect(killed.told(id).filter((word) => word === 'halt')).toHaveLength(2);

    // A word in the log that nobody has signed, with the signature of the earlier answer beside it.
    forgeAnswer(id);
    expect(await resume()).toMatchObject({ code: 10 });
    expect(killed.told(id)).not.toContain('rollback_started');

    const back = await resume('--answer', 'roll_back', ...by('ben'));
    expect(back).toMatchObject({ code: 1, out: `${id}: ROLLBACK\n` });
    expect(killed.files()).toBe(before);
    killed.expectSound(id);
    const late = await resume('--answer', 'roll_back', ...by('ben'));
    expect(late).toMatchObject({ code: 2, err: expect.stringMatching(/^nothing_asked: /) });
  });
});

/** Says in the log what ben had said to the question before, with another option. */
function forgeAnswer(id: string): void {
  const given = killed.records(id).findLast(({ payload }) => payload.event === 'answer')?.payload;
  const opened = openAuditLog({
    runs: join(desk.root, 'ops', 'runs'),
    operationId: id,
    host: hostname(),
    actor: userInfo().username,
    previous: '',
    clock: Date.now,
    secrets: [],
  });
  if (!opened.ok || given?.event !== 'answer') return expect.fail('nothing to forge');
  opened.log.append({ ...given, option: 'roll_back' });
  opened.log.close();
}

const write = (about: string, when: KillAt['when']): KillAt => {
  return { module: 'node:fs', call: 'writeSync', about, nth: 1, when };
};

describe('what comes before a run, killed', () => {
  it.each<readonly [string, KillAt]>([
    ['in the middle of its line', write('events.jsonl .*"allocated"', 'torn')],
    ['before its view', write('events.jsonl .*"allocated"', 'after')],
  ])('O-12 an id that is given out, %s: the next one is another', async (_, at) => {
    const earlier = killed.drafted({}).id;
    const words = ['new', '--environment', 'DEV', '--requested-by', 'ana'];
    await killed.killed(at, ...words);
    const later = killed.drafted({}).id;
    expect(later > earlier).toBe(true);
    expect(verifyLedger(desk.root, { anchors: false })).toEqual([]);
  });

  it.each<readonly [string, KillAt, readonly string[]]>([
    ['before its folder is there', folder('before'), []],
    ['before its first record', atRecord('declared', 'before'), []],
    ['in the middle of it', atRecord('declared', 'torn'), []],
    ['after it', atRecord('declared', 'after'), ['declared']],
    ['before the second', atRecord('validated', 'before'), ['declared']],
    ['after the second', atRecord('validated', 'after'), ['declared', 'validated']],
  ])('O-08 a declaration, %s: is declared again, and is run once', async (_, at, told) => {
    const { id, file } = killed.drafted(writing());
    await killed.killed(at, 'declare', file);
    expect(killed.told(id)).toHaveLength(told.length);
    const isWhole = told.length === 2;
    if (!isWhole) {
      const early = await killed.begin(null, 'approve', id, '--key', desk.key('ana')).ended;
      expect([2, 4]).toContain(early.code);
    }
    const again = await killed.begin(null, 'declare', file).ended;
    expect(again.code).toBe(isWhole ? 4 : 0);
    const approved = await killed.begin(null, 'approve', id, '--key', desk.key('ana')).ended;
    expect(approved).toMatchObject({ code: 0 });
    expect(await killed.begin(null, 'run', id).ended).toMatchObject({ code: 0 });
    killed.expectSound(id);
  });

  it.each<readonly [string, KillAt, 'unsigned' | 'signed']>([
    ['before its file is there', atRename('approvals/ana-[0-9]+.json', 'before'), 'unsigned'],
    ['before its signature', atRename('approvals/ana-[0-9]+.json.dsse', 'before'), 'unsigned'],
    ['after its signature', atRename('approvals/ana-[0-9]+.json.dsse', 'after'), 'signed'],
    ['in the middle of its record', atRecord('approval', 'torn'), 'signed'],
    ['after its record', atRecord('approval', 'after'), 'signed'],
  ])('O-11 an approval, %s: counts where it was signed', async (_, at, how) => {
    const id = killed.declared(writing());
    await killed.killed(at, 'approve', id, '--key', desk.key('ana'));
    if (how === 'unsigned') {
      expect(await killed.begin(null, 'run', id).ended).toMatchObject({ code: 3 });
      expect(written(id)).toEqual([]);
      const again = await killed.begin(null, 'approve', id, '--key', desk.key('ana')).ended;
      expect(again).toMatchObject({ code: 0 });
    }
    expect(await killed.begin(null, 'run', id).ended).toMatchObject({ code: 0 });
    expect(killed.told(id).filter((word) => word === 'approval')).toHaveLength(1);
    killed.expectSound(id);
    killed.expectFree();
  });
});

function folder(when: KillAt['when']): KillAt {
  return { module: 'node:fs', call: 'mkdirSync', about: 'ops/runs/OPS-', nth: 1, when };
}

describe('a log that cannot be written', () => {
  it('O-23 stops the runner before it changes anything', async () => {
    const id = killed.approved(writing());
    expect(await killed.begin(atRecord('step_started 1', 'fails'), 'run', id).ended).toMatchObject({
      code: 4,
      err: expect.stringMatching(/^audit_unwritable: /),
    });
    expect(killed.files()).toBe(before);
    expect(written(id)).toEqual([]);
    const resumed = await killed.begin(null, 'resume', id).ended;
    expect(resumed).toMatchObject({ code: 1, out: `${id}: ROLLBACK\n` });
    expect(killed.files()).toBe(before);
    killed.expectSound(id);
  });
});
