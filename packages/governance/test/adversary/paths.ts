/** Names that lead elsewhere: links, mounts, spellings, and files that change under the hand. */
import { fork } from 'node:child_process';
import * as fs from 'node:fs';
import { join } from 'node:path';
import type { Declaration } from '../../src/operations/declaration.ts';
import type { Action } from '../../src/operations/step.ts';
import type { Attack } from './attack.ts';
import type { Ground } from './ground.ts';

const step = (ground: Ground, action: Action): Partial<Declaration> => ({
  steps: [{ title: 'Do it', action, verification: [ground.gate] }],
});

const write = (ground: Ground, path: string): Partial<Declaration> =>
  step(ground, { kind: 'fs.write', path, content: 'owned' });

/** A declaration that is looked at and refused. */
function declared(
  title: string,
  parts: (ground: Ground) => Partial<Declaration>,
  says: string,
  how: Attack['how'] = 'composed',
): Attack {
  const prepare: Attack['prepare'] = async (ground) => {
    return [how === 'typed' ? 'lint' : 'declare', await ground.drafted(parts(ground))];
  };
  return { title, how, prepare, exit: 2, says };
}

/** Honest until it is approved; then somebody moves what it names, and it is judged again. */
function moved(
  title: string,
  {
    action,
    trap,
    says,
  }: Pick<Attack, 'says'> & {
    action: (ground: Ground) => Action;
    trap: (ground: Ground) => void;
  },
  how: Attack['how'] = 'composed',
): Attack {
  const prepare: Attack['prepare'] = async (ground) => {
    fs.mkdirSync(join(ground.app, 'sub'));
    fs.writeFileSync(join(ground.app, 'sub/victim'), 'inside');
    const id = await ground.declared(step(ground, action(ground)));
    trap(ground);
    return ['run', id];
  };
  return { title, how, prepare, exit: 2, says };
}

const inSub: (ground: Ground) => string = ({ app }) => join(app, 'sub/victim');
const writeSub = (ground: Ground): Action => ({
  kind: 'fs.write',
  path: inSub(ground),
  content: 'owned',
});
const swapFolder = ({ app, outside }: Ground): void => {
  fs.renameSync(join(app, 'sub'), join(app, 'old'));
  fs.symlinkSync(outside, join(app, 'sub'));
};
const swapFile = (ground: Ground): void => {
  fs.rmSync(inSub(ground));
  fs.symlinkSync(ground.victim, inSub(ground));
};
const linkFile = (ground: Ground): void => {
  fs.rmSync(inSub(ground));
  fs.linkSync(ground.victim, inSub(ground));
};

const MOVED: readonly Attack[] = [
  moved(
    'O-03 a folder becomes a link after the approval',
    { action: writeSub, trap: swapFolder, says: 'path_symlink_escape' },
    'typed',
  ),
  moved(
    'O-03 a file becomes a link after the approval',
    { action: writeSub, trap: swapFile, says: 'path_symlink_escape' },
    'typed',
  ),
  moved('O-03 a file becomes a second name of one outside', {
    action: writeSub,
    trap: linkFile,
    says: 'path_hard_linked',
  }),
  moved('O-03 a link is deleted for what it leads to', {
    action: (ground) => ({ kind: 'fs.delete', path: inSub(ground) }),
    trap: swapFolder,
    says: 'path_symlink_escape',
  }),
  moved('O-03 a mode is set through a link', {
    action: (ground) => ({ kind: 'fs.chmod', path: inSub(ground), mode: '0777' }),
    trap: swapFile,
    says: 'path_symlink_escape',
  }),
  moved('O-03 a mode is set through a second name', {
    action: (ground) => ({ kind: 'fs.chmod', path: inSub(ground), mode: '0777' }),
    trap: linkFile,
    says: 'path_hard_linked',
  }),
  moved('O-03 a copy is put through a link', {
    action: (ground) => ({ kind: 'fs.copy', from: ground.config, to: inSub(ground) }),
    trap: swapFile,
    says: 'path_symlink_escape',
  }),
  moved('O-03 a copy is taken of a link to a secret', {
    action: ({ app }) => ({
      kind: 'fs.copy',
      from: join(app, 'sub/victim'),
      to: join(app, 'b.json'),
    }),
    trap: (ground) => {
      fs.rmSync(inSub(ground));
      fs.symlinkSync('/etc/shadow', inSub(ground));
    },
    says: 'path_forbidden',
  }),
  moved('O-03 a pipe stands where the file stood, and nobody waits at it', {
    action: writeSub,
    trap: (ground) => {
      fs.rmSync(inSub(ground));
      fs.mkdirSync(inSub(ground));
    },
    says: 'path_not_a_file',
  }),
  {
    ...moved('O-03 a file is given the rights of its owner', {
      action: writeSub,
      trap: (ground) => fs.chmodSync(inSub(ground), 0o4755),
      says: 'path_forbidden',
    }),
    exit: 1,
  },
];

const SPELLED: readonly Attack[] = [
  declared(
    'O-03 a folder that is a link is allowed',
    (ground) => {
      fs.symlinkSync(ground.outside, join(ground.app, 'alias'));
      return { ALLOWED_PATHS: [join(ground.app, 'alias')] };
    },
    'path_symlink_escape',
    'typed',
  ),
  declared(
    'O-03 up and away',
    (ground) => write(ground, `${ground.app}/../config/ops/forbidden.yaml`),
    'path_not_absolute',
  ),
  declared(
    'O-03 a sibling whose name begins like the scope',
    (ground) => write(ground, `${ground.app}2/x.json`),
    'step_out_of_scope',
  ),
  declared(
    'O-03 the root of another process',
    (ground) => ({ ALLOWED_PATHS: ['/proc/self/root/var/tmp'], ...write(ground, ground.victim) }),
    'path_forbidden',
  ),
  declared(
    'O-03 a descriptor as a path',
    (ground) => write(ground, '/proc/self/fd/1'),
    'path_forbidden',
  ),
  declared(
    'O-03 a descriptor by its short way',
    (ground) => ({ ALLOWED_PATHS: ['/dev/fd/3'], ...write(ground, '/dev/fd/3') }),
    'path_forbidden',
  ),
  declared(
    'O-03 a forbidden name in capitals',
    (ground) => write(ground, join(ground.app, '.ENV')),
    'path_forbidden',
  ),
  declared(
    'O-03 a key under a folded name',
    (ground) => write(ground, join(ground.app, 'Server.PeM')),
    'path_forbidden',
  ),
  declared(
    'O-03 a name with a line end',
    (ground) => write(ground, join(ground.app, 'a\nOPS-2026-01-01-001: SUCCESS')),
    'path_not_absolute',
  ),
  declared(
    'O-03 a name that is read from right to left',
    (ground) => write(ground, join(ground.app, '\u202egnp.sj')),
    'path_not_absolute',
  ),
  declared(
    'O-03 a name with a character that cannot be seen',
    (ground) => write(ground, join(ground.app, '.en\u200bv')),
    'path_not_absolute',
  ),
  declared(
    'O-03 a name that speaks to the terminal',
    (ground) => write(ground, join(ground.app, '\u001b]0;owned\u0007')),
    'path_not_absolute',
  ),
  declared(
    'O-03 the deny list itself',
    (ground) => ({
      ALLOWED_PATHS: [join(ground.root, 'config/ops')],
      ...write(ground, join(ground.root, 'config/ops/forbidden.yaml')),
    }),
    'path_forbidden',
  ),
  declared(
    'O-03 the record of another operation',
    (ground) => ({
      ALLOWED_PATHS: [join(ground.root, 'ops/runs/OPS-2026-01-01-001')],
      ...write(ground, join(ground.root, 'ops/runs/OPS-2026-01-01-001/audit.jsonl')),
    }),
    'path_forbidden',
  ),
];

/** Puts one folder over another, and goes on there: in a name space that ends with it. */
const mounting =
  (from: (ground: Ground) => string, to: (ground: Ground) => string) =>
  (ground: Ground): { under: readonly string[] } => ({
    under: [
      ...'unshare --user --map-root-user --mount -- /bin/sh -c'.split(' '),
      'mount --bind "$1" "$2" && shift 2 && exec "$@"',
      'sh',
      from(ground),
      to(ground),
    ],
  });

const MOUNTED: readonly Attack[] = [
  {
    ...moved(
      'O-03 another folder is mounted into the scope',
      { action: writeSub, trap: () => undefined, says: 'path_symlink_escape' },
      'typed',
    ),
    typing: mounting(
      ({ outside }) => outside,
      ({ app }) => join(app, 'sub'),
    ),
    exit: 1,
    inSandbox: true,
  },
  {
    ...moved(
      'O-03 another file is mounted over one of the scope',
      { action: writeSub, trap: () => undefined, says: 'path_symlink_escape' },
      'typed',
    ),
    typing: mounting(({ victim }) => victim, inSub),
    exit: 1,
    inSandbox: true,
  },
  {
    title: 'O-03 a command is let loose on a folder that is mounted into the scope',
    how: 'typed',
    prepare: async (ground) => {
      fs.mkdirSync(join(ground.app, 'sub'));
      const tool = ground.tool('spill', `echo owned >${ground.app}/sub/victim`);
      return ['run', await ground.declared(ground.runs([tool]))];
    },
    typing: mounting(
      ({ outside }) => outside,
      ({ app }) => join(app, 'sub'),
    ),
    exit: 1,
    says: 'path_symlink_escape',
    inSandbox: true,
  },
];

/** Many writes, and a proof that cannot come: whatever the race lets pass is undone. */
const RACED: Attack = {
  title: 'O-03 a real process swaps folder and file for links while the steps run',
  how: 'typed',
  prepare: async (ground) => {
    const { app, gate } = ground;
    const writes = Array.from({ length: 24 }, (_, index) => ({
      title: `Write ${index}`,
      action: {
        kind: 'fs.write' as const,
        path: join(app, index % 2 === 0 ? 'race/victim' : 'racing'),
        content: 'owned',
      },
      verification: [gate],
    }));
    const never = { kind: 'file.json' as const, path: ground.config, pointer: '/limit', equals: 2 };
    const last = { title: 'Never', action: { kind: 'check' as const, gate: never } };
    return [
      'run',
      await ground.declared({ steps: [...writes, { ...last, verification: [never] }] }),
    ];
  },
  meanwhile: async ({ app, outside }) => {
    const racer = fork(join(import.meta.dirname, '../link-racer.fixture.ts'), [app, outside]);
    await new Promise((resolve) => racer.once('message', resolve));
    const ended = new Promise<void>((resolve) => void racer.once('exit', () => resolve()));
    return () => {
      racer.kill('SIGKILL');
      return ended;
    };
  },
  exit: [1, 2, 5, 6],
  says: /path_symlink_escape|undo_impossible|rollback_started/,
};

/** What one step leaves behind is a trap for the next: no judge has seen it. */
const PLANTED: readonly Attack[] = [
  ['O-03 a step makes a link of the folder in which the next one writes', 'sub'],
  ['O-03 a step makes a link of the file that the next one writes', 'sub/victim'],
].map(([title = '', name = '']) => ({
  title,
  how: 'typed',
  prepare: async (ground) => {
    const { app, outside } = ground;
    fs.mkdirSync(join(app, 'sub'));
    fs.writeFileSync(inSub(ground), 'inside');
    const target = join(outside, name.slice('sub'.length));
    const tool = ground.tool(
      'plant',
      `mv ${app}/${name} ${app}/old && ln -s ${target} ${app}/${name}`,
    );
    const { uses, steps } = ground.runs([tool]);
    const [next] = write(ground, inSub(ground)).steps ?? [];
    return ['run', await ground.declared({ uses, steps: next ? [...steps, next] : steps })];
  },
  // What the command left in the scope is not called undone.
  exit: 6,
  says: 'path_symlink_escape',
  inSandbox: true,
}));

export const PATHS: readonly Attack[] = [...MOVED, ...SPELLED, ...MOUNTED, ...PLANTED, RACED];
