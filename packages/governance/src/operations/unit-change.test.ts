import { describe, expect, it } from 'vitest';
import { pretend, publishedList } from './probe.fixture.ts';
import { unitFault, unitTextFault } from './unit-change.ts';
import { isUnitFile, isWholeUnit, unitOf } from './unit-file.ts';

const OURS = '/srv/services/units/web.service.json';
const SYSTEMD = '/etc/systemd/system/web.service';
const DROP_IN = '/etc/systemd/system/web.service.d/limits.conf';
const file = { links: 1 } as const;
const rules = {
  forbidden: publishedList(),
  probe: pretend({
    '/usr/bin/node': file,
    '/usr/bin/web': file,
    '/opt/other': file,
    '/opt/shell': { link: '/usr/bin/bash' },
    '/usr/bin/bash': file,
    '/lib/systemd/system/vendor.service': file,
  }),
  declared: ['/opt/other', '/usr/bin/node', '/opt/next.mjs', '/opt/shell', '/bin/sh'],
};

const judge = (path: string, before: string | null, after: string | null): string => {
  const bytes = (text: string | null) => (text === null ? null : Buffer.from(text));
  const fault = unitFault({ path, before: bytes(before), after: bytes(after) }, rules);
  return fault === null ? 'may be' : fault.code;
};

describe('a unit file', () => {
  it.each([
    [OURS, 'web.service', true],
    ['/srv/services/units/evil.json', 'evil', true],
    [SYSTEMD, 'web.service', true],
    ['/opt/app/web@1.service', 'web@1.service', true],
    ['/etc/systemd/system/web.timer', 'web.timer', true],
    [DROP_IN, 'web.service', false],
    ['/opt/units/web.service.d/a.conf', 'web.service', false],
    ['/etc/systemd/system/service.d/a.conf', 'service', false],
  ])('9.14 %s is one, of %s', (path, unit, isWhole) => {
    expect([isUnitFile(path), unitOf(path), isWholeUnit(path)]).toEqual([true, unit, isWhole]);
  });

  it.each(['/srv/app/config.json', '/etc/systemd/system.conf', '/srv/units', '/srv/a.service.txt'])(
    '9.14 %s is none',
    (path) => expect(isUnitFile(path)).toBe(false),
  );
});

const NODE = '/usr/bin/node';
const ours = (parts: object = {}): string =>
  JSON.stringify({
    argv: [NODE, '--max-old-space-size=64', '/srv/web.mjs', 'run', '--key-file', '/k/a.json'],
    cwd: '/srv',
    env: ['TZ=UTC'],
    health: { port: 8080, within_ms: 1_000 },
    ...parts,
  });
const run = (...argv: readonly string[]): string => ours({ argv });

describe('a unit of our own supervisor', () => {
  it('9.14 may be given other arguments and another health check', () => {
    const other = [NODE, '--max-old-space-size=64', '/srv/web.mjs', 'run', '--key-file', '/k/b'];
    expect(judge(OURS, ours(), run(...other))).toBe('may be');
    expect(judge(OURS, ours(), ours({ health: { port: 8081, within_ms: 5 } }))).toBe('may be');
    expect(judge(OURS, run('/usr/bin/web', '-v'), run('/usr/bin/web', 'serve'))).toBe('may be');
  });

  it.each([
    ['another script', run(NODE, '--max-old-space-size=64', '/srv/evil.mjs'), 'program_changed'],
    ['an option before it', run(NODE, '--import=/srv/a.mjs', '/srv/web.mjs'), 'program_changed'],
    ['text that is run', run(NODE, '-e', 'process.exit()'), 'program_changed'],
    ['no script at all', run(NODE), 'program_changed'],
    ['another program', run('/usr/bin/web'), 'program_changed'],
    ['a shell', run('/bin/sh', '-c', 'id'), 'program_forbidden'],
    ['a shell by another name', run('/opt/shell', '-c', 'id'), 'program_forbidden'],
    ['a starter', run('/usr/bin/env', NODE, '/srv/web.mjs'), 'program_forbidden'],
    ['a program by its short name', run('node', '/srv/web.mjs'), 'program_forbidden'],
    [
      'a library to be loaded',
      ours({ env: ['TZ=UTC', 'LD_PRELOAD=/a.so'] }),
      'environment_changed',
    ],
    ['options by the environment', ours({ env: ['NODE_OPTIONS=-r/a'] }), 'environment_changed'],
    ['no environment', ours({ env: [] }), 'environment_changed'],
    ['another folder', ours({ cwd: '/tmp' }), 'setting_changed'],
    ['a field nobody knows', ours({ user: 'root' }), 'unreadable'],
    ['no JSON', '{', 'unreadable'],
    ['one key twice', `{"argv":["/a"],${ours().slice(1)}`, 'unreadable'],
    ['bytes that are no text', '\ud800', 'unreadable'],
  ])('9.14 may not be given %s', (_, after, code) => {
    expect(judge(OURS, ours(), after)).toBe(`unit_${code}`);
  });

  it('9.14 may run what is declared, and a declared script', () => {
    expect(judge(OURS, ours(), run('/opt/other', '--any'))).toBe('may be');
    expect(judge(OURS, ours(), run(NODE, '/opt/next.mjs'))).toBe('may be');
    expect(judge(OURS, ours(), run(NODE, '--import=/a', '/opt/next.mjs'))).toBe(
      'unit_program_changed',
    );
  });

  it('9.14 an option that may take the next word leaves no room for another script', () => {
    const before = run(NODE, '-r', '/srv/a.mjs', '--require', '/srv/b.mjs', '/srv/web.mjs', 'run');
    const after = run(NODE, '-r', '/srv/a.mjs', '--require', '/srv/b.mjs', '/srv/evil.mjs', 'run');
    expect(judge(OURS, before, after)).toBe('unit_program_changed');
    const flagged = (...rest: readonly string[]) =>
      run(NODE, '--no-warnings', '/srv/web.mjs', ...rest);
    expect(judge(OURS, flagged('run', 'a'), flagged('run', 'b'))).toBe('may be');
    expect(
      judge(OURS, flagged('run', 'a'), run(NODE, '--no-warnings', '/srv/evil.mjs', 'run')),
    ).toBe('unit_program_changed');
  });

  it('9.14 what already ran stays, whatever it is; what is new is declared', () => {
    const shell = run('/bin/sh', '-c', 'a');
    expect(
      judge(OURS, shell, ours({ argv: ['/bin/sh', '-c', 'a'], health: { port: 1, within_ms: 1 } })),
    ).toBe('may be');
    expect(judge(OURS, shell, run('/bin/sh', '-c', 'b'))).toBe('unit_program_forbidden');
    expect(judge(OURS, null, ours({ argv: ['/opt/other'], env: [] }))).toBe('may be');
    expect(judge(OURS, null, ours({ argv: ['/usr/bin/web'], env: [] }))).toBe(
      'unit_program_changed',
    );
    expect(judge(OURS, null, ours({ argv: ['/opt/other'] }))).toBe('unit_environment_changed');
    expect(judge(OURS, ours(), null)).toBe('may be');
  });
});

const systemd = (service: string, more = ''): string =>
  `[Unit]\nDescription=Web\n\n[Service]\nUser=web\nGroup=web\n${service}\n# a note\n${more}`;
const START = 'ExecStart=/usr/bin/node /srv/web.mjs --port 1';

describe('a unit of systemd', () => {
  it('9.14 may be given other arguments, limits and words', () => {
    const after = systemd('ExecStart=/usr/bin/node /srv/web.mjs --port "2"', 'Restart=always\n');
    expect(judge(SYSTEMD, systemd(START), after)).toBe('may be');
    expect(judge(DROP_IN, null, '[Service]\nMemoryMax=1G\n')).toBe('may be');
    expect(judge(DROP_IN, '[Service]\nMemoryMax=1G\n', null)).toBe('may be');
  });

  it.each([
    ['another program', systemd('ExecStart=/usr/bin/web'), 'program_changed'],
    ['another script', systemd('ExecStart=/usr/bin/node /srv/evil.mjs'), 'program_changed'],
    ['a second program', systemd(`${START}\nExecStart=/opt/other`), 'program_changed'],
    ['none', systemd(''), 'program_changed'],
    ['the list begun again', systemd(`${START}\nExecStart=`), 'program_changed'],
    ['a shell', systemd('ExecStart=/bin/sh -c id'), 'program_forbidden'],
    ['what runs before', systemd(`${START}\nExecStartPre=/opt/other`), 'program_changed'],
    ['what runs after', systemd(`${START}\nExecStopPost=/opt/other`), 'program_changed'],
    ['what reloads', systemd(`${START}\nExecReload=/opt/other`), 'program_changed'],
    ['root', systemd(START).replace('User=web', 'User=root'), 'user_changed'],
    ['nobody', systemd(START).replace('User=web\n', ''), 'user_changed'],
    ['another group', systemd(START).replace('Group=web', 'Group=docker'), 'user_changed'],
    ['a second user', systemd(`${START}\nUser=root`), 'user_changed'],
    ['a library', systemd(`${START}\nEnvironment=LD_PRELOAD=/a.so`), 'environment_changed'],
    ['a file of them', systemd(`${START}\nEnvironmentFile=/srv/a`), 'environment_changed'],
    ['what is passed on', systemd(`${START}\nPassEnvironment=HOME`), 'environment_changed'],
    ['capabilities', systemd(`${START}\nAmbientCapabilities=CAP_NET_ADMIN`), 'setting_changed'],
    ['another root', systemd(`${START}\nRootDirectory=/srv`), 'setting_changed'],
    [
      'units that are started with it',
      systemd(START, '[Unit]\nRequires=a.service'),
      'setting_changed',
    ],
    ['a setting of tomorrow', systemd(`${START}\nRunEverything=yes`), 'setting_changed'],
    ['full rights', systemd('ExecStart=+/usr/bin/node /srv/web.mjs'), 'unreadable'],
    ['two in one line', systemd('ExecStart=/usr/bin/node /srv/web.mjs ; /opt/other'), 'unreadable'],
    ['a quote in a word', systemd('ExecStart=/usr/bin/no"de" /srv/web.mjs'), 'unreadable'],
    ['a line that goes on', systemd('ExecStart=/usr/bin/node \\\n /srv/evil.mjs'), 'unreadable'],
    ['a line that is no setting', systemd(`${START}\n.include /a`), 'unreadable'],
    ['a setting of no section', `User=root\n${systemd(START)}`, 'unreadable'],
    ['what cannot be seen', systemd(`${START}\u200b`), 'unreadable'],
    ['another line ending', systemd(START).replaceAll('\n', '\r\n'), 'unreadable'],
    ['a very long text', systemd(START, '#'.repeat(70_000)), 'unreadable'],
  ])('9.14 may not be given %s', (_, after, code) => {
    expect(judge(SYSTEMD, systemd(START), after)).toBe(`unit_${code}`);
  });

  it('9.14 a new one names its user and runs what is declared', () => {
    expect(judge(SYSTEMD, null, systemd('ExecStart=/opt/other'))).toBe('may be');
    expect(judge(SYSTEMD, null, systemd('ExecStart=/usr/bin/web'))).toBe('unit_program_changed');
    for (const user of ['User=root', 'User=0', 'User=%i', '']) {
      const after = systemd('ExecStart=/opt/other').replace('User=web', user);
      expect(judge(SYSTEMD, null, after), user).toBe('unit_user_changed');
    }
  });

  it('9.14 a drop-in is held to the same, and taking it away too', () => {
    const root = '[Service]\nUser=root\n';
    expect(judge(DROP_IN, null, '[Service]\nExecStart=\n')).toBe('unit_program_changed');
    expect(judge(DROP_IN, null, '[Service]\nExecStartPre=/opt/other\n')).toBe(
      'unit_program_changed',
    );
    expect(judge(DROP_IN, null, root)).toBe('unit_user_changed');
    expect(judge(DROP_IN, root, null)).toBe('unit_user_changed');
  });

  it('9.14 one is taken away unless another of its name would run in its place', () => {
    expect(judge(SYSTEMD, systemd(START), null)).toBe('may be');
    expect(judge('/etc/systemd/system/vendor.service', systemd(START), null)).toBe(
      'unit_program_changed',
    );
  });
});

describe('what the text alone tells', () => {
  it('9.14 a shell and what nobody can read', () => {
    const text = (path: string, content: string) => unitTextFault(path, content, rules)?.code;
    expect(text(OURS, run('/bin/sh', '-c', 'id'))).toBe('unit_program_forbidden');
    expect(text(SYSTEMD, systemd('ExecStart=-/bin/bash -c id'))).toBe('unit_program_forbidden');
    expect(text(SYSTEMD, 'hello')).toBe('unit_unreadable');
    expect(text(OURS, ours())).toBeUndefined();
    expect(text(SYSTEMD, systemd(START))).toBeUndefined();
  });
});
