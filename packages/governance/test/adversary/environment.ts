/** What whoever types the command has around him: variables, programs of his own, odd words. */
import { execFileSync } from 'node:child_process';
import * as fs from 'node:fs';
import { join } from 'node:path';
import { GOVERNED_DEFAULTS } from '../../src/operations/signoff/governed.ts';
import type { Attack } from './attack.ts';
import type { Ground } from './ground.ts';

/** Variables that would bring foreign code into a command, and one of each kind. */
const LOADERS: Readonly<Record<string, string>> = {
  LD_LIBRARY_PATH: '/var/tmp',
  LD_BIND_NOT: '1',
  PYTHONPATH: '/var/tmp',
  PYTHONSTARTUP: '/var/tmp/x.py',
  PERL5OPT: '-Mevil',
  RUBYOPT: '-revil',
  NODE_PATH: '/var/tmp',
  GIT_SSH_COMMAND: 'evil',
  IFS: 'x',
  SHELLOPTS: 'xtrace',
  PS4: '$(id)',
};

const SECRET = 'hunter2-of-the-venue';

/** A command that tells which of the variables it finds. */
function unseen(title: string, env: (ground: Ground) => Record<string, string>): Attack {
  return {
    title,
    how: 'typed',
    prepare: async (ground) => {
      const names = Object.keys(env(ground)).filter(
        (name) => !['PATH', 'IFS', 'PS4'].includes(name),
      );
      const looks = names.map((name) => `[ -z "$${name}" ] || echo "OPEN: ${name}"`);
      const path = 'case $PATH in *tools*) echo "OPEN: PATH" ;; esac';
      const tool = ground.tool('look', [...looks, path, 'exit 7'].join('\n'));
      return ['run', await ground.declared(ground.runs([tool]))];
    },
    typing: (ground) => ({ env: env(ground) }),
    exit: 1,
    says: 'rollback_started',
    unsaid: ['OPEN: '],
    inSandbox: true,
  };
}

/** Programs of the governor's own, each by another that leaves a mark outside. */
const FAKES = ['unshare', 'setpriv', 'prlimit', 'sh', 'mount', 'ip', 'git', 'cat', 'bwrap', 'stat'];

function fakePath(ground: Ground): string {
  const folder = join(ground.root, 'tools/bin');
  fs.mkdirSync(folder, { recursive: true });
  for (const name of FAKES) {
    const caught = `echo caught >>${ground.outside}/caught`;
    const script = `#!/bin/sh\n${caught}\nexec /usr/bin/${name} "$@"\n`;
    fs.writeFileSync(join(folder, name), script, { mode: 0o755 });
  }
  return folder;
}

const git = (root: string, ...args: readonly string[]): void => {
  const who = ['-c', 'user.name=eve', '-c', 'user.email=eve@firm.example'];
  execFileSync('git', ['-C', root, ...who, ...args], { stdio: 'ignore' });
};

/** Two commits, called `first` and `second`; the second changes a file. */
const ALWAYS = { ...GOVERNED_DEFAULTS, enforced_from: 'always' };

function history(root: string, changed: string): void {
  fs.rmSync(join(root, '.git'), { recursive: true, force: true });
  git(root, 'init', '-q');
  fs.mkdirSync(join(root, changed, '..'), { recursive: true });
  fs.writeFileSync(join(root, changed), '1');
  const rule = 'config/ops/governed.json';
  git(root, 'add', '-f', changed, ...(fs.existsSync(join(root, rule)) ? [rule] : []));
  git(root, 'commit', '-qm', 'first');
  git(root, 'tag', 'first');
  fs.writeFileSync(join(root, changed), '2');
  git(root, 'commit', '-qam', 'second');
  git(root, 'tag', 'second');
}

export const ENVIRONMENT: readonly Attack[] = [
  unseen('9.14 the loader and the interpreters are told to load something', () => LOADERS),
  unseen('9.14 a shell is told to read a file first', (ground) => ({
    BASH_ENV: ground.put('app/env', `echo caught >>${ground.outside}/caught`),
    ENV: join(ground.root, 'app/env'),
  })),
  unseen('9.14 programs of its own stand first in the path', (ground) => ({
    PATH: `${fakePath(ground)}:${process.env['PATH']}`,
  })),
  unseen('9.14 a secret of whoever types', () => ({ VENUE_API_SECRET: SECRET })),
  {
    title: '9.14 a secret of whoever types, printed by somebody who knows it',
    how: 'typed',
    prepare: async (ground) => {
      const encoded = Buffer.from(SECRET).toString('base64');
      const tool = ground.tool('tell', `echo ${SECRET}; echo ${encoded}; exit 7`);
      return ['run', await ground.declared(ground.runs([tool]))];
    },
    typing: () => ({ env: { VENUE_API_SECRET: SECRET } }),
    exit: 1,
    says: 'redacted',
    unsaid: [SECRET, Buffer.from(SECRET).toString('base64')],
    inSandbox: true,
  },
  {
    title: '9.14 the folder for what is passing lies in the scope',
    how: 'typed',
    prepare: async (ground) => {
      const look = `ls -d ${ground.app}/holdfast-sandbox-* && echo OPEN: its own root\nexit 7`;
      return ['run', await ground.declared(ground.runs([ground.tool('look', look)]))];
    },
    typing: ({ app }) => ({ env: { TMPDIR: app } }),
    exit: 1,
    says: 'rollback_started',
    unsaid: ['OPEN: '],
    inSandbox: true,
  },
  {
    title: '9.12 the check of a range is led to another repository',
    how: 'typed',
    prepare: (ground) => {
      ground.put('config/ops/governed.json', JSON.stringify(ALWAYS));
      history(ground.root, 'config/governance/x.json');
      const other = join(ground.root, 'tools/other');
      fs.mkdirSync(other, { recursive: true });
      history(other, 'harmless');
      return ['check', '--range', 'first..second'];
    },
    typing: ({ root }) => ({ env: { GIT_DIR: join(root, 'tools/other/.git') } }),
    exit: 1,
    says: /trailer|ops_id|operation/i,
  },
  {
    title: 'O-11 a key that never ends',
    how: 'typed',
    prepare: async (ground) => ['approve', await ground.declared(), '--key', '/dev/zero'],
    exit: 2,
    says: /unreadable|invalid|not a regular|too large|key/i,
  },
];
