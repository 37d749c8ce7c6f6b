/** Programs that are not what they are declared to be, and what they try where they run. */
import * as fs from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createServer as createSocketServer } from 'node:net';
import { join } from 'node:path';
import type { Declaration } from '../../src/operations/declaration.ts';
import type { Attack } from './attack.ts';
import type { Ground } from './ground.ts';

/** Argument lists nobody may declare. */
function undeclarable(
  title: string,
  argv: (ground: Ground) => readonly string[],
  says: string,
  how: Attack['how'] = 'composed',
): Attack {
  const prepare: Attack['prepare'] = async (ground) => {
    const words = argv(ground);
    const parts = { ...ground.runs(words), uses: { commands: [words[0] ?? ''] } };
    return [how === 'typed' ? 'lint' : 'declare', await ground.drafted(parts)];
  };
  return { title, how, prepare, exit: 2, says };
}

const DECLARED: readonly Attack[] = [
  undeclarable('O-05 a shell', () => ['/bin/sh', '-c', 'id'], 'command_forbidden'),
  undeclarable(
    'O-05 a shell behind a harmless name',
    (ground) => {
      const alias = join(ground.root, 'tools/innocent');
      fs.rmSync(alias, { force: true });
      fs.symlinkSync('/bin/sh', alias);
      return [alias, '-c', 'id'];
    },
    'command_forbidden',
    'typed',
  ),
  undeclarable(
    'O-05 an interpreter with its text inline',
    () => [process.execPath, '-e', 'process.exit()'],
    'command_forbidden',
  ),
  undeclarable(
    'O-05 an interpreter that reads its text from the next argument',
    () => ['/usr/bin/perl', '-MPOSIX', '-e', 'system("id")'],
    'command_forbidden',
  ),
  undeclarable(
    'O-05 awk, which runs what it is given',
    () => ['/usr/bin/awk', 'BEGIN{system("id")}'],
    'command_forbidden',
  ),
  undeclarable(
    'O-05 sed with a program that runs programs',
    () => ['/usr/bin/sed', '1e id', '/etc/hostname'],
    'command_forbidden',
  ),
  undeclarable(
    'O-05 the loader, which starts what it is given',
    () => ['/lib64/ld-linux-x86-64.so.2', '/bin/sh', '-c', 'id'],
    'command_forbidden',
  ),
  undeclarable(
    'O-05 a program that finds and runs others',
    (ground) => ['/usr/bin/find', ground.app, '-execdir', 'sh', '{}', '+'],
    'command_forbidden',
  ),
  undeclarable(
    'O-05 an archiver that runs a program at a checkpoint',
    (ground) => ['/usr/bin/tar', 'cf', `${ground.app}/a`, '--checkpoint-action=exec=sh', '.'],
    'command_forbidden',
  ),
  undeclarable(
    'O-05 a secret in an argument of another form',
    () => ['/usr/bin/cp', '--target-directory=/srv/app', '--backup=/etc/shadow'],
    'path_forbidden',
  ),
  undeclarable(
    'O-05 the stream of decisions by its client',
    () => ['/usr/bin/redis-cli', 'XADD', 'quantum:stream:ai.decision.made', '*', 'a', 'b'],
    'command_forbidden',
  ),
  undeclarable(
    'O-05 the stream of decisions as an argument of something else',
    () => ['/usr/local/bin/relay', '--to=quantum:stream:apply.plan.manual'],
    'command_forbidden',
  ),
];

/** Every way out that a script can think of; each that is shut is told, and nothing else is. */
const SHUT = (outside: string): string =>
  [
    `try() { if "$@" >/dev/null 2>&1; then echo "OPEN: $*"; fi; }`,
    `try sh -c "sh -c 'echo owned >${outside}/victim'"`,
    'try sh -c "echo owned >/etc/hosts"',
    `try rm -r ${outside}`,
    'try mount -o remount,rw /',
    'try mount -t tmpfs tmpfs /tmp',
    'try umount -l /proc',
    'try unshare -Ur id',
    'try unshare -m id',
    'try nsenter -t 1 -m id',
    'try chroot / id',
    'try mknod /tmp/device c 1 1',
    'try cat /etc/shadow',
    'try ls /proc/1/root/',
    'try cat /proc/1/environ',
    'try sh -c "echo 1 >/proc/sys/kernel/panic"',
    'try sh -c "echo x >/proc/self/root/etc/hosts"',
    'try date -s 2020-01-01',
    'try ip link add dummy0 type dummy',
    'try renice -n -5 $$',
    'kill -9 1; kill -9 -1; echo still here',
  ].join('\n');

/** A script of the scope that runs to its end and has achieved nothing. */
function contained(
  title: string,
  script: (ground: Ground) => string,
  more: Partial<Attack> = {},
): Attack {
  const prepare: Attack['prepare'] = async (ground) => {
    const tool = ground.tool('work', `${script(ground)}\nexit 7`);
    return ['run', await ground.declared(ground.runs([tool]))];
  };
  const expected = { exit: 1, says: 'rollback_started', unsaid: ['OPEN: '], inSandbox: true };
  return { title, how: 'composed', prepare, ...expected, ...more } as Attack;
}

/** What a command has left in its scope is not called undone. */
const LEFT = { exit: 6 };

const CONTAINED: readonly Attack[] = [
  contained('9.14 nested shells and twenty doors', ({ outside }) => SHUT(outside), {
    how: 'typed',
    says: 'rollback_started',
  }),
  contained(
    '9.14 a name in the scope that leads out is written through',
    ({ app, outside }) => `ln -s ${outside} ${app}/out && echo owned >${app}/out/victim`,
    LEFT,
  ),
  contained(
    '9.14 a second name of a file outside is made',
    ({ app, victim }) => `ln ${victim} ${app}/twin && echo OPEN: linked; echo x >${app}/twin`,
    LEFT,
  ),
  contained(
    '9.14 a socket in the scope leads to somebody outside',
    ({ app }) => `test -S ${app}/door && echo OPEN: a door`,
    {
      meanwhile: async ({ app }) => {
        const server = createSocketServer();
        await new Promise<void>((resolve) => server.listen(join(app, 'door'), resolve));
        return () => new Promise<void>((resolve) => void server.close(() => resolve()));
      },
    },
  ),
  contained(
    '9.14 a child that was to outlive its step',
    ({ root, app }) =>
      [
        `late='sleep 1; : ${root}/tools/late; echo owned >>${app}/config.json'`,
        `setsid sh -c "$late" >/dev/null 2>&1 &`,
        `nohup sh -c "$late" >/dev/null 2>&1 &`,
        `(sh -c "$late" >/dev/null 2>&1 &) &`,
        `(trap '' HUP TERM INT; exec sh -c "$late") >/dev/null 2>&1 &`,
      ].join('\n'),
    { how: 'typed' },
  ),
  contained(
    '9.14 what it prints holds secrets',
    () => 'echo "password=hunter2 token: hunter2"; echo "postgres://u:hunter2@127.0.0.1/x"',
    { unsaid: ['hunter2'] },
  ),
  contained('9.14 what it prints has no end', () => 'yes | head -c 30M', {
    says: 'bytes more',
  }),
  {
    ...contained('9.14 a command that sleeps past its time', () => 'sleep 60'),
    prepare: async (ground) => {
      const tool = ground.tool('sleeper', 'setsid sleep 61 & sleep 60');
      return ['run', await ground.declared(ground.runs([tool], { timeout_ms: 3_000 }))];
    },
    says: 'it did not end in time',
  },
  contained('9.14 processes without end', () => 'bomb() { bomb | bomb & }; bomb; sleep 30', {
    how: 'typed',
    says: 'limit_tasks',
  }),
  contained(
    '9.14 a file without end',
    ({ app }) => `truncate -s 900G ${app}/sparse && echo OPEN: made`,
    LEFT,
  ),
  contained(
    '9.14 the network: every machine, and ports nobody declared',
    ({ root }) =>
      `exec 3<>/dev/tcp/127.0.0.1/22 && echo OPEN: a port; ${process.execPath} ${root}/x 2>&1`,
    {},
  ),
];

/** Programs that change between the approval and the run. */
const CHANGED: readonly Attack[] = [
  {
    title: '9.14 a program becomes a shell after the approval',
    how: 'typed',
    prepare: async (ground) => {
      const tool = ground.tool('work', 'exit 0');
      const id = await ground.declared(ground.runs([tool, '-s']));
      fs.rmSync(tool);
      fs.symlinkSync('/bin/sh', tool);
      return ['run', id];
    },
    exit: 2,
    says: 'command_forbidden',
  },
  {
    title: '9.14 a program is a copy of a shell',
    how: 'composed',
    prepare: async (ground) => {
      const tool = join(ground.root, 'tools/helper');
      fs.copyFileSync(fs.realpathSync('/bin/sh'), tool);
      fs.chmodSync(tool, 0o755);
      const script = `echo owned >${ground.victim}; echo owned >${ground.app}/new`;
      return ['run', await ground.declared(ground.runs([tool, '-ec', script]))];
    },
    exit: 1,
    says: 'rollback_started',
    inSandbox: true,
  },
  {
    title: '9.14 a script of an interpreter writes outside',
    how: 'composed',
    prepare: async (ground) => {
      const script = ground.tool(
        'work.mjs',
        [
          `#!${process.execPath}`,
          `import fs from 'node:fs';`,
          `fs.writeFileSync('${ground.victim}', 'x');`,
        ].join('\n'),
      );
      return ['run', await ground.declared(ground.runs([process.execPath, script]))];
    },
    exit: 1,
    says: 'it ended with 1',
    unsaid: ['OPEN: '],
    inSandbox: true,
  },
  {
    title: '9.14 a command leaves a file with the rights of its owner',
    how: 'typed',
    prepare: async (ground) => {
      const script = `cp /bin/true ${ground.app}/root && chmod 4755 ${ground.app}/root`;
      return ['run', await ground.declared(ground.runs([ground.tool('work', script)]))];
    },
    exit: 5,
    says: 'scope_violation',
    inSandbox: true,
  },
  {
    title: '9.14 a look that would rather write',
    how: 'composed',
    prepare: async (ground) => {
      const tool = ground.tool('look', `echo owned >${ground.config}`);
      const argv = [tool];
      const parts: Partial<Declaration> = {
        RISK_CLASS: 'READ_ONLY',
        uses: { commands: [tool] },
        steps: [{ title: 'Look', action: { kind: 'exec.read', argv }, verification: [] }],
      };
      return ['run', await ground.declared(parts)];
    },
    exit: 1,
    says: 'rollback_started',
    inSandbox: true,
  },
  {
    title: '9.14 a gate that would rather write',
    how: 'composed',
    prepare: async (ground) => {
      const tool = ground.tool('gate', `echo owned >${ground.app}/new`);
      const parts: Partial<Declaration> = {
        uses: { commands: [tool] },
        verification: [{ kind: 'command', argv: [tool] }],
      };
      return ['run', await ground.declared(parts)];
    },
    exit: 1,
    says: 'baseline_failed:command',
    inSandbox: true,
  },
  {
    title: '9.14 a declared port leads to that port and to no other',
    how: 'composed',
    prepare: async (ground) => {
      const other = createServer((_request, response) => response.end('OPEN: another port'));
      await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
      const { port } = other.address() as AddressInfo;
      const script = ground.tool(
        'ask.mjs',
        [
          `#!${process.execPath}`,
          `const answer = await fetch('http://127.0.0.1:${port}/');`,
          'console.log(await answer.text());',
        ].join('\n'),
      );
      other.unref();
      const runs = ground.runs([process.execPath, script], { http: ['http://127.0.0.1:9'] });
      return ['run', await ground.declared(runs)];
    },
    exit: 1,
    says: 'rollback_started',
    unsaid: ['OPEN: '],
    inSandbox: true,
  },
];

export const COMMANDS: readonly Attack[] = [...DECLARED, ...CONTAINED, ...CHANGED];
