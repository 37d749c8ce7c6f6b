import { describe, expect, it } from 'vitest';
import { assessCommand, assessProgram } from './command.ts';
import { faultName } from './fault.ts';
import { pretend, publishedList } from './probe.fixture.ts';
import { postgresFault, redisFault } from './read-only.ts';
import type { ScopeDecision } from './scope.ts';

const file = { links: 1 } as const;
const probe = pretend({
  '/usr/bin/promtool': file,
  '/usr/bin/python3': { link: 'python3.12' },
  '/usr/bin/python3.12': file,
  '/usr/bin/edit': { link: '/etc/alternatives/edit' },
  '/etc/alternatives/edit': { link: '/usr/bin/vim.basic' },
  '/usr/bin/vim.basic': file,
  '/opt/tool/check': { link: '/usr/sbin/iptables' },
  '/usr/sbin/iptables': file,
  '/bin': { link: '/usr/bin' },
  '/usr/bin/ls': { link: '/usr/bin/busybox' },
  '/usr/bin/busybox': file,
  '/opt/tool/loop': { link: 'loop' },
});
const rules = { forbidden: publishedList(), probe };
const name = (decision: ScopeDecision): string =>
  decision.allowed ? 'allowed' : faultName(decision.fault);
const run = (...argv: readonly string[]): string =>
  name(assessCommand(argv, [argv[0] ?? '', '/srv/app/check.py'], rules, ''));

describe('a program', () => {
  it('is one that is declared, by its whole path', () => {
    expect(run('/usr/bin/promtool', 'check', 'config', '/etc/prometheus/a.yml')).toBe('allowed');
    expect(name(assessCommand(['/usr/bin/promtool'], ['/opt/promtool'], rules, ''))).toBe(
      'command_not_declared:/usr/bin/promtool',
    );
    for (const path of ['promtool', './promtool', '/usr/bin/../bin/promtool', '/usr/bin/*']) {
      expect(run(path), path).toBe(`path_not_absolute:${path}`);
    }
  });

  it.each([
    '/usr/sbin/iptables',
    '/sbin/IPTABLES',
    '/opt/iptables-legacy',
    '/usr/sbin/nft',
    '/bin/sh',
    '/bin/bash',
    '/bin/dash',
    '/usr/bin/env',
    '/usr/bin/sudo',
    '/usr/bin/nsenter',
    '/bin/busybox',
    '/usr/bin/xargs',
    '/usr/bin/timeout',
    '/usr/bin/docker',
    '/usr/sbin/chroot',
    '/usr/sbin/useradd',
    '/usr/bin/passwd',
    '/usr/sbin/setcap',
    '/usr/bin/chattr',
    '/usr/bin/systemctl',
    '/usr/bin/redis-cli',
    '/usr/bin/psql',
    '/usr/bin/ssh',
    '/lib64/ld-linux-x86-64.so.2',
    '/usr/bin/npm',
    '/usr/bin/make',
  ])('O-05 %s is run by no operation, with whatever behind it', (program) => {
    expect(run(program, '-L')).toBe(`command_forbidden:${program}`);
    expect(name(assessProgram(program, rules, ''))).toBe(`command_forbidden:${program}`);
  });

  it('O-05 is refused for what it leads to, and where that cannot be told', () => {
    for (const program of ['/opt/tool/check', '/usr/bin/edit', '/bin/ls', '/opt/tool/loop']) {
      expect(run(program), program).toBe(`command_forbidden:${program}`);
    }
  });

  it('O-05 a secret is no program', () => {
    expect(run('/srv/app/secrets/tool')).toBe('path_forbidden:/srv/app/secrets/tool');
  });
});

describe('an interpreter', () => {
  it('runs one declared file, and what follows is for that file', () => {
    expect(run('/usr/bin/python3', '/srv/app/check.py', '-c', 'x')).toBe('allowed');
    expect(run('/usr/bin/python3', '/srv/app/other.py')).toBe(
      'command_not_declared:/srv/app/other.py',
    );
    expect(run('/usr/bin/python3', '/bin/sh')).toBe('command_forbidden:/bin/sh');
  });

  it.each([
    ['/usr/bin/python3', '-c', 'import os'],
    ['/usr/bin/python3', '-Ic', 'import os'],
    ['/usr/bin/python3', '-'],
    ['/usr/bin/python3'],
    ['/usr/bin/python3.12', '-m', 'http.server'],
    ['/usr/bin/perl', '-e', 'unlink'],
    ['/usr/bin/node', '--eval=1'],
    ['/usr/bin/awk', 'BEGIN{system("id")}'],
    ['/usr/bin/sed', '1e id'],
    ['/usr/bin/ruby', 'check.rb'],
  ])('O-05 no text is run as code: %s %s', (...argv) => {
    expect(run(...argv)).toBe(`command_forbidden:${argv[0]}`);
  });
});

describe('arguments', () => {
  it.each([
    ['-exec', 'command_forbidden'],
    ['--to-command=id', 'command_forbidden'],
    ['/usr/sbin/iptables', 'command_forbidden'],
    ['quantum:stream:trade.intent', 'command_forbidden'],
    ['quantum:stream:ai.decision.made', 'command_forbidden'],
    ['key=quantum:stream:apply.plan.manual', 'command_forbidden'],
    ['a\0b', 'command_forbidden'],
    ['/etc/shadow', 'path_forbidden'],
    ['--file=/etc/shadow', 'path_forbidden'],
    ['/srv/../etc/shadow', 'path_forbidden'],
    ['/srv/app/.env', 'path_forbidden'],
  ])('O-05 %j is refused', (argument, code) => {
    expect(run('/usr/bin/promtool', argument)).toBe(`${code}:${argument}`);
  });

  it.each(['ip', 'check', '--file=/etc/prometheus/a.yml', '', '$1820.93', 'a b; rm -rf /srv'])(
    '%j is an argument like any other: there is no shell',
    (argument) => {
      expect(run('/usr/bin/promtool', argument)).toBe('allowed');
    },
  );
});

describe('questions', () => {
  it.each(['GET', 'XLEN', 'XINFO', 'PING', 'XRANGE', 'INFO'])('%s only reads', (verb) => {
    expect(redisFault([verb, 'a'])).toBeNull();
  });

  it.each([
    'XADD',
    'EVAL',
    'EVALSHA',
    'FCALL',
    'SET',
    'DEL',
    'RENAME',
    'COPY',
    'MIGRATE',
    'RESTORE',
    'CONFIG',
    'FLUSHALL',
    'PUBLISH',
    'SORT',
    'GETDEL',
    'GETEX',
    'XREADGROUP',
    'get',
    '',
    'BLPOP',
  ])('O-05 %s does not', (verb) => {
    expect(redisFault([verb, 'quantum:stream:apply.plan'])).not.toBeNull();
  });

  it.each([
    'select count(*) from orders',
    "SELECT max(at) FROM runs WHERE name = 'it''s; drop table x' and (a = 1 or b in (2, 3))",
    'show server_version',
    "select count(*) from t where note = 'update'",
  ])('%s only reads', (query) => {
    expect(postgresFault(query)).toBeNull();
  });

  it.each([
    'delete from orders',
    'select 1; drop table orders',
    'with x as (delete from orders returning 1) select count(*) from x',
    'select nextval(1)',
    "select pg_read_file('/etc/passwd')",
    'select pg_catalog.pg_sleep(100)',
    'select 1 into backup from orders',
    'select 1 from orders for update',
    'select 1 -- a comment',
    'select /* a */ 1',
    "select E'\\'; drop'",
    'select $$a$$',
    'select "pg_sleep"(1)',
    "select 'open",
    'select sl\u00e9ep(1)',
    'copy orders to program \u0027id\u0027',
    'explain analyze delete from orders',
    '',
  ])('O-05 %j does not, as far as anybody can tell', (query) => {
    expect(postgresFault(query)).not.toBeNull();
  });
});
