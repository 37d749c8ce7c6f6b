/** Logs that are edited, approvals that are forged, and clocks that are set. */
import { spawn } from 'node:child_process';
import * as fs from 'node:fs';
import { join } from 'node:path';
import { OPERATION_APPROVAL_PREDICATE } from '@holdfast/core/proof';
import { createKeyFile, readKeyFile, signFile } from '@holdfast/runtime/proof';
import { signApproval } from '../../src/operations/signoff/approval.ts';
import type { Attack } from './attack.ts';
import { FORGED } from './forged.ts';
import type { Ground } from './ground.ts';

const DAY = 86_400_000;

const logOf = (ground: Ground, id: string): string => join(ground.folder(id), 'audit.jsonl');

/** A log that somebody has worked on before it is used. */
function edited(
  title: string,
  edit: (lines: string[], ground: Ground) => string[],
  more: Partial<Attack> = {},
): Attack {
  const prepare: Attack['prepare'] = async (ground) => {
    const id = await ground.declared();
    const path = logOf(ground, id);
    const lines = fs.readFileSync(path, 'utf8').split('\n').filter(Boolean);
    fs.writeFileSync(
      path,
      edit(lines, ground)
        .map((line) => `${line}\n`)
        .join(''),
    );
    return ['run', id];
  };
  return { title, how: 'composed', prepare, exit: 4, says: 'audit_invalid', ...more };
}

const EDITED: readonly Attack[] = [
  edited(
    'O-14 one letter of the declaration is another',
    ([first = '', ...rest]) => [
      first.replace('The limit becomes 2.', 'The limit becomes 9.'),
      ...rest,
    ],
    { how: 'typed' },
  ),
  edited('O-14 a record is taken out', ([first = '', , ...rest]) => [first, ...rest]),
  edited('O-14 two records change places', ([a = '', b = '', ...rest]) => [b, a, ...rest]),
  edited('O-14 a record is there twice', ([a = '', b = '', ...rest]) => [a, b, b, ...rest]),
  edited('O-14 a record is put in', ([a = '', ...rest]) => [a, '{"event":"approval"}', ...rest]),
  edited('O-14 the time of a record is another', ([first = '', ...rest]) => [
    first.replace(/"ts":"\d{4}/, '"ts":"2020'),
    ...rest,
  ]),
  edited('O-14 everything is gone', () => [], { says: 'not_declared' }),
  {
    title: 'O-14 the log is a link to another one',
    how: 'composed',
    prepare: async (ground) => {
      const id = await ground.declared();
      fs.renameSync(logOf(ground, id), join(ground.root, 'app/log'));
      fs.symlinkSync(join(ground.root, 'app/log'), logOf(ground, id));
      return ['run', id];
    },
    exit: 4,
    says: /audit_unwritable|audit_unreadable|audit_invalid/,
  },
];

/** What was done once is to be done once more: its end is cut off the log. */
const REPLAYED: Attack = {
  title: 'O-14 the log of a success is cut back to its approval, and run again',
  how: 'typed',
  prepare: async (ground) => {
    const id = await ground.declared();
    const done = await ground.compose(['run', id]);
    if (done.code !== 0) throw new Error(done.said);
    fs.rmSync(join(ground.app, 'new.json'));
    const lines = fs.readFileSync(logOf(ground, id), 'utf8').split('\n');
    const approved = lines.findIndex((line) => line.includes('"event":"approval"'));
    fs.writeFileSync(logOf(ground, id), `${lines.slice(0, approved + 1).join('\n')}\n`);
    return ['run', id];
  },
  exit: 4,
  says: 'audit_truncated',
};

/** Cuts the log short as soon as it is long enough. */
const CUT = `
import { readFileSync, truncateSync } from 'node:fs';
const [path] = process.argv.slice(2);
process.send('ready');
for (;;) {
  const text = readFileSync(path, 'utf8');
  if (!text.includes('"event":"preflight"')) continue;
  truncateSync(path, text.indexOf('\\n', text.indexOf('"event":"validated"')) + 1);
  break;
}
`;

const RACED: Attack = {
  title: 'O-14 the log is cut short while the steps run',
  how: 'typed',
  prepare: async (ground) => {
    const steps = Array.from({ length: 12 }, (_, index) => ({
      title: `Write ${index}`,
      action: {
        kind: 'fs.write' as const,
        path: join(ground.app, `${index}.json`),
        content: '{}',
      },
      verification: [ground.gate],
    }));
    return ['run', await ground.declared({ steps })];
  },
  meanwhile: async (ground) => {
    const [id = ''] = fs.readdirSync(join(ground.root, 'ops/runs'));
    const script = ground.put('cut.mjs', CUT);
    const cutter = spawn(process.execPath, [script, logOf(ground, id)], {
      stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
    });
    await new Promise((resolve) => cutter.once('message', resolve));
    return () => void cutter.kill('SIGKILL');
  },
  exit: 4,
  says: /audit_not_intact|audit_unwritable/,
};

/** An operation on record, with an approval that is not worth one. */
function unapproved(
  title: string,
  forge: (ground: Ground, id: string, digest: string) => Promise<void> | void,
  says: string,
  more: Partial<Attack> = {},
): Attack {
  const prepare: Attack['prepare'] = async (ground) => {
    const id = await ground.declared({}, []);
    const digest = /"digest":"([0-9a-f]{64})"/.exec(fs.readFileSync(logOf(ground, id), 'utf8'));
    await forge(ground, id, digest?.[1] ?? '');
    return ['run', id];
  };
  return { title, how: 'composed', prepare, exit: 3, says, ...more };
}

function sign(
  ground: Ground,
  id: string,
  digest: string,
  { by = 'ana', as = '', at = Date.now(), of = id } = {},
): string {
  const key = readKeyFile(ground.desk.key(by));
  if (!key.ok) throw new Error(key.detail);
  const request = { operationId: of, digest, approver: as || by, role: 'approver', at };
  const made = signApproval(ground.folder(id), { ...request, decision: 'approve' }, key.key);
  if (!made.ok) throw new Error(made.detail);
  return made.path;
}

function rewrite(path: string, edit: (text: string) => string): void {
  fs.writeFileSync(path, edit(fs.readFileSync(path, 'utf8')));
}

const FORGERIES: readonly Attack[] = [
  unapproved('O-11 nobody has approved', () => undefined, 'approval_missing'),
  unapproved(
    'O-11 a key that nobody trusts',
    (ground, id, digest) => void sign(ground, id, digest, { by: 'stranger', as: 'ana' }),
    'approval_missing',
    { how: 'typed' },
  ),
  unapproved(
    'O-11 one person signs for another',
    (ground, id, digest) => void sign(ground, id, digest, { by: 'ben', as: 'ana' }),
    'approval_missing',
  ),
  unapproved(
    'O-11 a machine signs as if it were somebody',
    (ground, id, digest) => void sign(ground, id, digest, { by: 'robot' }),
    'approval_missing',
  ),
  unapproved(
    'O-11 an approval of another declaration',
    (ground, id) => void sign(ground, id, 'f'.repeat(64)),
    'approval_missing',
  ),
  unapproved(
    'O-11 an approval of another operation with the same digest',
    (ground, id, digest) => void sign(ground, id, digest, { of: 'OPS-2026-01-01-001' }),
    'approval_missing',
  ),
  unapproved(
    'O-11 an approval is taken over from another operation',
    async (ground, id) => {
      const other = await ground.declared();
      fs.cpSync(join(ground.folder(other), 'approvals'), join(ground.folder(id), 'approvals'), {
        recursive: true,
      });
    },
    'approval_missing',
    { how: 'typed' },
  ),
  unapproved(
    'O-11 what was signed is swapped for something else',
    (ground, id, digest) =>
      rewrite(sign(ground, id, 'f'.repeat(64)), (text) => text.replace('f'.repeat(64), digest)),
    'approval_missing',
  ),
  unapproved(
    'O-11 a rejection is turned into an approval',
    async (ground, id) => {
      await ground.compose(['approve', id, '--key', ground.desk.key('ben'), '--reject']);
      const folder = join(ground.folder(id), 'approvals');
      const [name = ''] = fs.readdirSync(folder).filter((each) => each.endsWith('.json'));
      rewrite(join(folder, name), (text) => text.replace('"reject"', '"approve"'));
    },
    'approval_missing',
  ),
  unapproved(
    'O-11 an envelope of another type',
    (ground, id, digest) =>
      rewrite(`${sign(ground, id, digest)}.dsse`, (text) =>
        text.replace('application/vnd.in-toto+json', 'application/vnd.in-toto+jsom'),
      ),
    'approval_missing',
  ),
  unapproved(
    'O-11 a signature without what was signed',
    (ground, id, digest) => fs.rmSync(sign(ground, id, digest)),
    'approval_missing',
  ),
  unapproved(
    'O-11 a statement about another kind of thing, signed by the right person',
    (ground, id, digest) => {
      const path = sign(ground, id, digest);
      fs.rmSync(`${path}.dsse`);
      const key = readKeyFile(ground.desk.key('ana'));
      if (!key.ok) throw new Error(key.detail);
      const predicateType = OPERATION_APPROVAL_PREDICATE.replace('approval', 'sign-off');
      const claim = { predicateType, predicate: { signed_ts_ms: Date.now() } };
      signFile(path, claim as Parameters<typeof signFile>[1], [key.key]);
    },
    'approval_missing',
  ),
  unapproved(
    'O-11 an approval of tomorrow',
    (ground, id, digest) => void sign(ground, id, digest, { at: Date.now() + DAY }),
    'approval_missing',
  ),
  unapproved(
    'O-11 an approval of the day before yesterday',
    (ground, id, digest) => void sign(ground, id, digest, { at: Date.now() - 2 * DAY }),
    'approval_missing',
  ),
  unapproved(
    'O-11 a key that was made a moment ago is put among the trusted, under a name of its own',
    (ground, id, digest) => {
      const made = createKeyFile(join(ground.root, 'app', 'mallory.key'));
      if (!made.ok) throw new Error(made.detail);
      const request = { operationId: id, digest, approver: 'mallory', role: 'approver' } as const;
      const whole = { ...request, decision: 'approve', at: Date.now() } as const;
      signApproval(ground.folder(id), whole, made.key);
    },
    'approval_missing',
  ),
  unapproved(
    'O-11 a rejection is hidden behind many files',
    async (ground, id, digest) => {
      await ground.compose(['approve', id, '--key', ground.desk.key('ben'), '--reject']);
      const folder = join(ground.folder(id), 'approvals');
      for (let at = 0; at < 70; at += 1) fs.writeFileSync(join(folder, `b-${at}.json`), '{}');
      sign(ground, id, digest);
    },
    'approval_missing',
  ),
];

const CLOCKS: readonly Attack[] = [
  {
    title: 'O-11 a declaration that expires before it is run',
    how: 'composed',
    prepare: async (ground) => {
      const expires = Date.now() + 1_500;
      const id = await ground.declared({ expires_at: new Date(expires).toISOString() });
      await new Promise((resolve) => setTimeout(resolve, Math.max(0, expires - Date.now())));
      return ['run', id];
    },
    exit: [1, 2],
    says: 'declaration_expired',
  },
  {
    title: 'O-11 the clock is set back to before the approval',
    how: 'composed',
    prepare: async (ground) => ['run', await ground.declared()],
    clock: () => Date.now() - DAY,
    exit: 3,
    says: 'approval_missing',
  },
  {
    title: 'O-11 the clock is set forward, past what was approved',
    how: 'composed',
    prepare: async (ground) => ['run', await ground.declared()],
    clock: () => Date.now() + 2 * DAY,
    exit: [1, 2],
    says: 'declaration_expired',
  },
  {
    title: 'O-14 an id that leads out of the folder of operations',
    how: 'typed',
    prepare: async (ground) => {
      const id = await ground.declared();
      fs.cpSync(ground.folder(id), join(ground.app, id), { recursive: true });
      return ['run', `../../app/${id}`];
    },
    exit: 4,
    says: 'operation_id_invalid',
  },
  {
    title: 'O-14 an event of the ledger is another',
    how: 'composed',
    prepare: async (ground) => {
      const id = await ground.declared();
      rewrite(join(ground.root, 'ops/ledger/events.jsonl'), (text) =>
        text.replace('"ana"', '"eve"'),
      );
      return ['run', id];
    },
    exit: 4,
    says: 'ledger_invalid',
  },
];

export const RECORDS: readonly Attack[] = [
  ...EDITED,
  ...FORGED,
  REPLAYED,
  RACED,
  ...FORGERIES,
  ...CLOCKS,
];
