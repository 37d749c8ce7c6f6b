import { fork } from 'node:child_process';
import * as fs from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import {
  createSandbox,
  type FindProgram,
  findProgram,
  type Ran,
  type Sandbox,
} from '../src/operations/backend/sandbox.ts';

let top: string;
let allowed: string;
let outside: string;

beforeEach(() => {
  top = fs.realpathSync(fs.mkdtempSync(join(tmpdir(), 'holdfast-box-')));
  allowed = join(top, 'app');
  outside = join(top, 'outside');
  for (const folder of [allowed, outside]) fs.mkdirSync(folder);
  fs.writeFileSync(join(outside, 'victim'), 'untouched');
  fs.writeFileSync(join(allowed, '.env'), 'KEY=hunter2');
});
afterEach(() => fs.rmSync(top, { recursive: true, force: true }));

const isForbidden = (path: string): boolean => path.endsWith('.env');
const box = (find: FindProgram, readable: readonly string[] = []): Sandbox =>
  createSandbox({ readable, hidden: ['/etc/shadow'], isForbidden, find });

async function run(
  sandbox: Sandbox,
  script: string,
  more: { ports?: readonly number[]; timeoutMs?: number; writable?: readonly string[] } = {},
): Promise<{ ran: Ran; text: string; exitCode: number | null }> {
  const ran = await sandbox.run({
    argv: ['/bin/sh', '-c', script],
    writable: [allowed],
    ports: [],
    timeoutMs: 10_000,
    ...more,
  });
  const text = ran.started ? ran.output.toString() : ran.refused.message;
  return { ran, text, exitCode: ran.started ? ran.exitCode : null };
}

const byNamespaces: FindProgram = (name) => (name === 'bwrap' ? null : findProgram(name));
const MAKERS: readonly (readonly [string, FindProgram, boolean])[] = [
  ['user namespaces', byNamespaces, findProgram('unshare') !== null],
  ['bubblewrap', findProgram, findProgram('bwrap') !== null],
];

it('D-43 a machine that must have a sandbox has one', () => {
  const here = MAKERS.filter(([, , isHere]) => isHere).map(([name]) => name);
  if (process.env['HOLDFAST_REQUIRE_SERVICES'] === '1') expect(here).not.toEqual([]);
});

describe.each(MAKERS.filter(([, , isHere]) => isHere))('the sandbox by %s', (_, find) => {
  it('D-43 lets a command write below the allowed path and answer with its exit code', async () => {
    const { text, exitCode } = await run(box(find), `echo in >${allowed}/new; echo said; exit 7`);
    expect([text, exitCode]).toEqual(['said\n', 7]);
    expect(fs.readFileSync(join(allowed, 'new'), 'utf8')).toBe('in\n');
  });

  it('O-03 a write anywhere else fails, is seen in the output, and changes nothing', async () => {
    const places = [join(outside, 'victim'), '/etc/hosts', '/usr/x', '/x', '/tmp/x', '/dev/x'];
    const script = places.map((path) => `echo x >${path}`).join('; ');
    const { text } = await run(box(find, [outside]), `${script}; cat ${outside}/victim`);
    expect(text.match(/Read-only file system/g)).toHaveLength(places.length);
    expect(text).toContain('untouched');
    expect(fs.readFileSync(join(outside, 'victim'), 'utf8')).toBe('untouched');
  });

  it('O-03 nothing is written where nothing is allowed, nor shown undeclared', async () => {
    const { text } = await run(box(find), `ls ${outside}; echo x >${allowed}/new`, {
      writable: [],
    });
    expect(text.match(/No such file|nonexistent/g)).toHaveLength(2);
    expect(fs.existsSync(join(allowed, 'new'))).toBe(false);
  });

  it('9.14 forbidden paths are hidden, also inside the allowed folder', async () => {
    const { text } = await run(
      box(find),
      `cat ${allowed}/.env; echo x >${allowed}/.env; rm -f ${allowed}/.env; cat /etc/shadow`,
    );
    expect(text).not.toContain('hunter2');
    expect(text.match(/denied|Read-only|busy/g)).toHaveLength(4);
    expect(fs.readFileSync(join(allowed, '.env'), 'utf8')).toBe('KEY=hunter2');
  });

  it('9.14 the environment is ours alone, whatever the governor was started with', async () => {
    const tricks = { LD_PRELOAD: '/x.so', NODE_OPTIONS: '--require=/x', BASH_ENV: '/x', KEY: 'k' };
    const path = process.env['PATH'];
    Object.assign(process.env, tricks, { PATH: allowed });
    fs.writeFileSync(join(allowed, 'unshare'), '#!/bin/sh\necho caught', { mode: 0o755 });
    try {
      const { text } = await run(box(find), 'env');
      const names = text.split('\n').map((line) => line.split('=')[0] ?? '');
      const odd = names.filter((name) => !['PWD', 'OLDPWD', '_', 'SHLVL', ''].includes(name));
      expect(odd.toSorted((one, other) => one.localeCompare(other))).toEqual([
        'HOME',
        'LANG',
        'LC_ALL',
        'PATH',
        'TZ',
      ]);
      expect(text).not.toContain(allowed);
    } finally {
      for (const name of Object.keys(tricks)) Reflect.deleteProperty(process.env, name);
      process.env['PATH'] = path;
    }
  });

  it('9.14 no shell in a shell finds a way out, and nothing can be gained', async () => {
    const { text } = await run(
      box(find),
      [
        'grep -E "^(CapEff|CapBnd|NoNewPrivs)" /proc/self/status',
        `sh -c "sh -c 'echo x >/etc/hosts'"`,
        'mount -o remount,rw / 2>&1',
        'unshare -Ur id; unshare -m id',
        'cat /proc/1/environ; ls /proc/1/root',
        'date -s 2020-01-01',
        'echo 1 >/proc/sys/kernel/panic',
        'chroot / id; mknod /tmp/m c 1 1',
        'ls /proc/self/fd',
      ].join('\n'),
    );
    expect(text).toContain('CapEff:\t0000000000000000\nCapBnd:\t0000000000000000\nNoNewPrivs:\t1');
    expect(text).not.toContain('uid=');
    expect(text).toContain('cannot set date: Operation not permitted');
    expect(text.match(/Read-only file system/g)?.length).toBeGreaterThanOrEqual(2);
    expect(fs.statSync('/etc/hosts').isFile()).toBe(true);
  });

  it('9.14 a child that was to outlive the step dies with it', async () => {
    const late = join(allowed, 'late');
    const before = Date.now();
    const { exitCode } = await run(
      box(find),
      `w='sleep 0.5; echo x >${late}'; setsid sh -c "$w" & nohup sh -c "$w" & exit 0`,
    );
    expect(exitCode).toBe(0);
    expect(Date.now() - before).toBeLessThan(5_000);
    await new Promise((resolve) => setTimeout(resolve, 800));
    expect(fs.existsSync(late)).toBe(false);
  });

  it('9.14 time and output are bounded', async () => {
    const { ran, text } = await run(box(find), 'sleep 60 & yes', { timeoutMs: 700 });
    expect(ran).toMatchObject({ started: true, exitCode: null, limit: 'wall_time' });
    expect(text.length).toBeLessThan((4 << 20) + 100);
    expect(text).toMatch(/\[\d+ bytes more\]\n$/);
  });

  it('9.14 a killed governor takes its command with it', async () => {
    const beat = join(allowed, 'beat');
    const script = `while :; do sleep 0.05; echo x >>${beat}; done`;
    const governor = fork(join(import.meta.dirname, 'sandbox-holder.fixture.ts'), [
      allowed,
      script,
      find('bwrap') === null ? 'namespaces' : 'bubblewrap',
    ]);
    const ended = new Promise((resolve) => governor.once('exit', resolve));
    await expect.poll(() => fs.existsSync(beat), { timeout: 10_000 }).toBe(true);
    governor.kill('SIGKILL');
    await ended;
    const size = (): number => fs.statSync(beat).size;
    // Two looks, four beats apart, that are the same.
    await expect
      .poll(
        async () => {
          const before = size();
          await new Promise((resolve) => setTimeout(resolve, 200));
          return size() - before;
        },
        { timeout: 5_000 },
      )
      .toBe(0);
  });

  it('9.14 close ends what still runs', async () => {
    const sandbox = box(find);
    const ran = run(sandbox, `while :; do sleep 0.05; echo x >>${allowed}/beat; done`);
    await expect.poll(() => fs.existsSync(join(allowed, 'beat')), { timeout: 5_000 }).toBe(true);
    await sandbox.close();
    expect((await ran).exitCode).toBeNull();
    const { size } = fs.statSync(join(allowed, 'beat'));
    await new Promise((resolve) => setTimeout(resolve, 200));
    expect(fs.statSync(join(allowed, 'beat')).size).toBe(size);
  });

  it('9.14 what is interrupted before it is begun is not begun; what comes later is', async () => {
    const sandbox = box(find);
    const script = `echo x >${allowed}/made`;
    const ran = run(sandbox, script, { ports: [1] });
    sandbox.interrupt();
    expect((await ran).text).toBe('it was asked to end before it was begun');
    expect(fs.existsSync(join(allowed, 'made'))).toBe(false);
    expect((await run(sandbox, script)).exitCode).toBe(0);
  });

  it('O-03 an allowed folder that leads elsewhere is refused before anything runs', async () => {
    fs.symlinkSync(outside, join(top, 'alias'));
    const { ran } = await run(box(find), 'echo x >victim', { writable: [join(top, 'alias')] });
    expect(ran).toMatchObject({ started: false, refused: { code: 'path_symlink_escape' } });
    fs.linkSync(join(outside, 'victim'), join(allowed, 'twin'));
    const twin = await run(box(find), `echo x >${allowed}/twin`);
    expect(twin.ran).toMatchObject({ started: false, refused: { code: 'path_hard_linked' } });
    expect(fs.readFileSync(join(outside, 'victim'), 'utf8')).toBe('untouched');
  });

  it('9.4 what may only be read is shown to be read, and hidden to be written', async () => {
    fs.writeFileSync(join(outside, 'logic'), 'seen');
    fs.writeFileSync(join(allowed, 'logic'), 'seen');
    const isLogic = (path: string): boolean => path.endsWith('logic');
    const rules = { readable: [outside], hidden: [], find };
    const toWrite = {
      ...rules,
      isForbidden: (path: string, use: string) => use === 'write' && isLogic(path),
    };
    const read = `cat ${outside}/logic`;
    expect((await run(createSandbox(toWrite), read)).text).toBe('seen');
    const write = await run(createSandbox(toWrite), `cat ${allowed}/logic`);
    expect(write.ran).not.toMatchObject({ exitCode: 0 });
    const hidden = await run(createSandbox({ ...rules, isForbidden: isLogic }), read);
    expect(hidden.ran).not.toMatchObject({ exitCode: 0 });
  });

  it('9.14 the relay of the loopback runs, whatever is hidden where it stands', async () => {
    const rules = { readable: [], hidden: [], find };
    const governing = (path: string): boolean => path.includes('/governance');
    const governed = createSandbox({ ...rules, isForbidden: governing });
    const { text, exitCode } = await run(governed, 'echo up', { ports: [40_001] });
    expect([text, exitCode]).toEqual(['up\n', 0]);
  });

  it('9.4 what is installed is not searched; what is hidden in it by name is', async () => {
    const rules = { find, isForbidden: (path: string) => path.includes('id_') };
    for (const folder of ['', 'id_inner']) fs.mkdirSync(join(top, 'lib', folder));
    const [shown, kept] = [join(top, 'lib/id_ID.mjs'), join(top, 'lib/id_inner/a')];
    for (const path of [shown, kept]) fs.writeFileSync(path, 'seen');
    const packaged = [join(top, 'lib')];
    const shownToAll = { ...rules, readable: packaged };
    const hidden = [join(top, 'lib/id_inner')];
    const installed = createSandbox({ ...shownToAll, packaged, hidden });
    expect((await run(installed, `cat ${shown}`)).text).toBe('seen');
    expect((await run(installed, `cat ${kept}`)).exitCode).not.toBe(0);
    const searched = createSandbox({ ...shownToAll, hidden: [] });
    expect((await run(searched, `cat ${shown}`)).exitCode).not.toBe(0);
  });

  it('O-03 a folder swapped between the look and the mount is never written', async () => {
    fs.mkdirSync(join(top, 'other'));
    let isSwapped = false;
    const swapping = createSandbox({
      readable: [],
      hidden: [],
      find,
      // Asked for each name while everything is looked through: the last moment before the mount.
      isForbidden: (path) => {
        if (path === join(allowed, 'last') && !isSwapped) {
          isSwapped = true;
          fs.renameSync(allowed, join(top, 'moved'));
          fs.renameSync(join(top, 'other'), allowed);
        }
        return false;
      },
    });
    fs.writeFileSync(join(allowed, 'last'), '');
    const { ran, text } = await run(swapping, `echo x >${allowed}/new`);
    expect(isSwapped).toBe(true);
    expect(ran.started).toBe(false);
    expect(text).toContain('is not what was checked');
    expect(fs.readdirSync(allowed)).toEqual([]);
  });
});

describe.each(MAKERS.filter(([, , isHere]) => isHere))('the network by %s', (_, find) => {
  const server = createServer((_request, response) => response.end('answered'));
  let port = 0;
  beforeAll(async () => {
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    port = (server.address() as AddressInfo).port;
  });
  afterAll(() => server.close());

  const ask = (): string =>
    `${process.execPath} -e 'fetch("http://127.0.0.1:${port}/").then((r) => r.text()).then(` +
    `console.log, (e) => console.log(e.cause.code))'`;

  it('9.14 a declared port of the loopback answers, and no other', async () => {
    const sandbox = box(find, [fs.realpathSync(process.execPath), process.execPath]);
    expect((await run(sandbox, ask())).text).toBe('ECONNREFUSED\n');
    const open = await run(sandbox, `${ask()}; exit 3`, { ports: [port] });
    expect([open.text, open.exitCode]).toEqual(['answered\n', 3]);
    expect((await run(sandbox, ask(), { ports: [port === 1 ? 2 : 1] })).text).not.toContain(
      'answered',
    );
  });
});

describe('where no sandbox can be made', () => {
  it('D-43 a command is refused and does not run', async () => {
    const { ran, text } = await run(
      box(() => null),
      `echo x >${allowed}/new`,
    );
    expect(ran).toMatchObject({ started: false, refused: { code: 'command_forbidden' } });
    expect(text).toContain('neither bubblewrap nor user namespaces');
    const lame: FindProgram = (name) => (name === 'bwrap' ? null : '/bin/false');
    const broken = await run(box(lame), `echo x >${allowed}/new`);
    expect(broken.ran.started).toBe(false);
    expect(broken.text).toContain('the sandbox could not be made');
    expect(fs.existsSync(join(allowed, 'new'))).toBe(false);
  });

  it('D-43 bubblewrap is asked for the same things (arguments only, by a stand-in)', async () => {
    const fake = join(top, 'bwrap');
    fs.writeFileSync(fake, '#!/bin/sh\nprintf "%s\\n" "$@"\n', { mode: 0o755 });
    fs.mkdirSync(join(allowed, 'deep'));
    const lines = (
      await run(
        box(() => fake),
        'true',
      )
    ).text.split('\n');
    expect(lines[0]).toContain('--unshare-all');
    expect(lines).toContain('--disable-userns');
    expect(lines.slice(lines.indexOf('--bind')).slice(0, 3)).toEqual(['--bind', allowed, allowed]);
  });
});
