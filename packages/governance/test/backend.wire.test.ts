import * as fs from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { type BackendOptions, createBackend } from '../src/operations/backend/backend.ts';
import { createSupervisor } from '../src/operations/backend/services/supervisor.ts';
import type { Gate, GateRecord } from '../src/operations/gate.ts';
import type { Backend, Done } from '../src/operations/run/backend.ts';
import type { Action } from '../src/operations/step.ts';

let top: string;
let allowed: string;
let folder: string;
let backend: Backend;
const opened: Backend[] = [];

const deny = {
  isForbiddenPath: (path: string) => path.endsWith('.env'),
  isForbiddenService: (unit: string) => unit === 'guard.service',
  isForbiddenCommand: (path: string) => /\/(iptables|nft|ip)$/.test(path),
};

beforeEach(() => {
  top = fs.realpathSync(fs.mkdtempSync(join(tmpdir(), 'holdfast-hands-')));
  [allowed, folder] = [join(top, 'app'), join(top, 'services')];
  for (const path of [allowed, join(top, 'beside')]) fs.mkdirSync(path);
  createSupervisor(folder);
  for (const name of ['web', 'other', 'guard']) {
    const script = `echo ${name} up; while :; do sleep 0.05; done`;
    const unit = { argv: ['/bin/sh', '-c', script], cwd: '/', env: ['PATH=/bin:/usr/bin'] };
    fs.writeFileSync(join(folder, `units/${name}.service.json`), JSON.stringify(unit));
  }
  backend = open({});
});
afterEach(async () => {
  for (const each of opened.splice(0)) await each.close();
  const port = createSupervisor(folder, { stopMs: 2_000 });
  for (const name of ['web', 'other']) await port.act('stop', `${name}.service`);
  fs.rmSync(top, { recursive: true, force: true });
});

function open(
  scope: Partial<BackendOptions['scope']>,
  more: Partial<BackendOptions> = {},
): Backend {
  const made = createBackend({
    scope: {
      paths: [allowed],
      services: ['web', 'guard'],
      commands: ['/bin/sh'],
      http: [],
      ...scope,
    },
    deny,
    services: createSupervisor(folder),
    watched: [join(top, 'beside')],
    ...more,
  });
  opened.push(made);
  return made;
}

const say = (done: Done): string => {
  if (done.ok) return `ok ${Buffer.from(done.output).toString()}`;
  if (done.refused !== null) return `refused ${done.refused.code}:${done.refused.operand}`;
  return `failed ${done.why}`;
};
const perform = async (action: Action): Promise<string> => say(await backend.perform(action));
const ask = async (gate: Gate, since = 0): Promise<string> => {
  const { answer, observed } = await backend.ask(gate, since);
  return `${answer}: ${observed}`;
};

describe('what the scope does not name is refused by the hands', () => {
  it('O-03 files', async () => {
    const path = join(allowed, 'a.conf');
    expect(await perform({ kind: 'fs.write', path, content: 'x', mode: '0600' })).toContain('ok');
    expect(fs.statSync(path).mode & 0o777).toBe(0o600);
    const outside = join(top, 'beside/a.conf');
    const write = { kind: 'fs.write', path: outside, content: 'x' } as const;
    expect(await perform(write)).toBe(`refused path_out_of_scope:${outside}`);
    const copy = { kind: 'fs.copy', from: path, to: join(allowed, '.env') } as const;
    expect(await perform(copy)).toContain('refused path_forbidden');
    expect(await perform({ kind: 'fs.read', path: '/etc/hosts' })).toContain('path_out_of_scope');
    expect(fs.readdirSync(join(top, 'beside'))).toEqual([]);
  });

  it('O-04 services', async () => {
    const service = (verb: 'start' | 'stop' | 'status', name: string): Promise<string> =>
      perform({ kind: 'service', verb, service: name });
    fs.symlinkSync('other.service.json', join(folder, 'units/alias.service.json'));
    expect(await service('start', 'other')).toBe('refused service_out_of_scope:other');
    expect(await service('start', 'alias')).toBe('refused service_out_of_scope:alias');
    expect(await service('start', 'web,other')).toContain('refused service_invalid');
    expect(await service('start', '--all')).toContain('refused service_invalid');
    expect(await service('start', 'guard')).toBe('refused service_forbidden:guard');
    expect(await service('start', 'web')).toBe('ok web.service is active\n');
    expect(await service('status', 'other')).toBe('failed other.service is inactive');
    const port = createSupervisor(folder);
    expect((await port.state('other.service')).isActive).toBe(false);
    expect(await backend.serviceBefore('other')).toMatchObject({ code: 'service_out_of_scope' });
  });

  it.each([
    ['a command that is not declared', ['/bin/ls']],
    ['one by its short name', ['sh', '-c', 'id']],
    ['an option', ['-c', 'id']],
    ['nothing', ['']],
    ['a NUL', ['/bin/sh', '-c', 'id\0']],
  ])('9.14 %s', async (_, argv) => {
    expect(await perform({ kind: 'exec.sandboxed', argv })).toContain('command_not_declared');
    expect(await ask({ kind: 'command', argv })).toContain('inconclusive: command_not_declared');
  });

  it('9.14 a forbidden command under another name', async () => {
    const path = join(top, 'tool');
    fs.symlinkSync('/usr/sbin/ip', path);
    fs.symlinkSync('/bin/sh', join(top, 'iptables'));
    backend = open({ commands: [path, join(top, 'iptables')] });
    const named: Action = { kind: 'exec.read', argv: [join(top, 'iptables')] };
    expect(await perform(named)).toContain('refused command_forbidden');
    if (!fs.existsSync('/usr/sbin/ip')) return;
    expect(await perform({ kind: 'exec.read', argv: [path, 'addr'] })).toContain(
      'refused command_forbidden',
    );
  });

  it('D-43 a command where there is no sandbox', async () => {
    backend = open({}, { find: () => null });
    const argv = ['/bin/sh', '-c', `echo x >${allowed}/new`];
    expect(await perform({ kind: 'exec.sandboxed', argv })).toBe(
      'refused command_forbidden:/bin/sh',
    );
    expect(await ask({ kind: 'command', argv })).toContain('inconclusive');
    expect(fs.readdirSync(allowed)).toEqual([]);
  });
});

describe('commands and what they leave', () => {
  it('O-20 an undeclared side effect is found by comparing manifests', async () => {
    const before = await backend.manifest();
    fs.writeFileSync(join(top, 'beside/surprise'), 'x');
    const argv = ['/bin/sh', '-c', `echo x >${allowed}/new; echo K=1 >${allowed}/.env`];
    expect(await perform({ kind: 'exec.sandboxed', argv })).toContain('ok');
    const changes = backend.changes(before, await backend.manifest());
    expect(changes).toEqual([
      { path: join(allowed, '.env'), what: 'created', inScope: false },
      { path: join(allowed, 'new'), what: 'created', inScope: true },
      { path: join(top, 'beside/surprise'), what: 'created', inScope: false },
    ]);
    expect(backend.changes(before, before)).toEqual([]);
  });

  it('9.5 a reading command writes nothing, and an exit code is told', async () => {
    const argv = ['/bin/sh', '-c', `echo x >${allowed}/new || exit 9`];
    expect(await backend.perform({ kind: 'exec.read', argv })).toMatchObject({ exitCode: 9 });
    expect(fs.readdirSync(allowed)).toEqual([]);
    const argvSlow = ['/bin/sh', '-c', 'sleep 60'];
    expect(await perform({ kind: 'exec.sandboxed', argv: argvSlow, timeout_ms: 500 })).toBe(
      'failed it did not end in time',
    );
  });
});

describe('what a command sees', () => {
  it('9.5 a reading command sees what the operation is about, and its programs', async () => {
    const program = join(top, 'programs/tool');
    fs.mkdirSync(join(top, 'programs'));
    fs.writeFileSync(program, 'the tool');
    fs.writeFileSync(join(allowed, 'a.conf'), 'the file');
    fs.writeFileSync(join(top, 'beside/b.conf'), 'another');
    backend = open({}, { readable: [join(top, 'programs')] });
    const cat = (...paths: readonly string[]): Promise<string> =>
      perform({ kind: 'exec.read', argv: ['/bin/sh', '-c', `cat ${paths.join(' ')}`] });
    expect(await cat(join(allowed, 'a.conf'), program)).toBe('ok the filethe tool');
    expect(await cat(join(top, 'beside/b.conf'))).toBe('failed it ended with 1');
    const gate: Gate = { kind: 'command', argv: ['/bin/sh', '-c', `test -e ${allowed}/a.conf`] };
    expect(await ask(gate)).toContain('pass');
  });

  it('9.4 what it may not write it may read, where the deny list says so', async () => {
    const path = join(allowed, 'logic.conf');
    fs.writeFileSync(path, 'seen');
    const read: Action = { kind: 'fs.read', path };
    const write: Action = { kind: 'fs.write', path, content: 'x' };
    const lists = { ...deny, isForbiddenPath: (at: string) => at.endsWith('logic.conf') };
    const toWrite = (at: string, use: 'read' | 'write'): boolean =>
      use === 'write' && lists.isForbiddenPath(at);
    backend = open({}, { deny: lists });
    expect(await perform(read)).toContain('refused path_forbidden');
    backend = open({}, { deny: { ...lists, isForbiddenPath: toWrite } });
    expect(await perform(read)).toBe('ok seen');
    expect(await perform(write)).toContain('refused path_forbidden');
  });
});

describe('gates', () => {
  let server: Server;
  let origin: string;
  beforeAll(async () => {
    server = createServer((request, response) => {
      if (request.url === '/away') response.writeHead(302, { location: '/health' }).end();
      else if (request.url === '/long') response.end('x'.repeat(2_000_000));
      else response.end('{"ok":true,"api_key":"hunter2","n":[1,2]}');
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  afterAll(() => server.close());

  it('O-10 one of two services that is not active fails the gate', async () => {
    const gate: Gate = { kind: 'status', services: ['web', 'other'] };
    await perform({ kind: 'service', verb: 'start', service: 'web' });
    expect(await ask(gate)).toBe('fail: web active, other inactive');
    expect(await ask({ ...gate, services: ['web'] })).toBe('pass: web active');
    expect(await ask({ ...gate, services: ['web', 'nobody'] })).toContain('inconclusive');
  });

  it('O-09 a line of trouble fails, none passes, nor does an expected one fail', async () => {
    const gate = { kind: 'logs', service: 'web', settle_ms: 0 } as const;
    expect(await ask(gate)).toBe('inconclusive: web.service has no log');
    const log = join(folder, 'log/web.service');
    const line = (text: string): string => `2026-01-27T10:00:00.000Z ${text}\n`;
    fs.writeFileSync(log, line('up') + line('0 errors'));
    expect(await ask(gate)).toBe('pass: 2 lines, none of trouble');
    fs.appendFileSync(log, line('error: token=hunter2 is not known'));
    expect(await ask(gate)).toBe(
      'fail: 1 of 3 lines, the first: error: token=[redacted] is not known',
    );
    const since = Date.parse('2026-01-27T10:00:01Z');
    expect(await ask(gate, since)).toBe('pass: 0 lines, none of trouble');
    const expected = { ...gate, expected_log_patterns: ['error: token=* is not known'] };
    expect(await ask(expected)).toContain('pass');
    expect(await ask({ ...gate, expected_log_patterns: ['*'] })).toContain('inconclusive');
  });

  it('O-09 waits for the settle time, and a line that comes in it counts', async () => {
    const log = join(folder, 'log/web.service');
    fs.writeFileSync(log, '');
    const asked = ask({ kind: 'logs', service: 'web', settle_ms: 400 });
    fs.appendFileSync(log, `${new Date().toISOString()} fatal\n`);
    expect(await asked).toContain('fail: 1 of 1 lines');
  });

  it('O-09 a clock that is set meanwhile makes the window of a log mean nothing', async () => {
    fs.writeFileSync(join(folder, 'log/web.service'), '');
    const now = Date.now();
    const clock = vi.spyOn(Date, 'now').mockReturnValue(now - 3_600_000);
    expect(await ask({ kind: 'logs', service: 'web', settle_ms: 0 })).toContain('inconclusive');
    clock.mockRestore();
    expect(await ask({ kind: 'logs', service: 'web', settle_ms: 0 })).toContain('pass');
  });

  it('9.6 http: declared origins of the loopback only, and no redirect', async () => {
    backend = open({ http: [origin, 'http://10.0.0.1', 'http://127.0.0.1:1'] });
    const get = (url: string, more: object = {}): Promise<string> =>
      ask({ kind: 'http', url, status: 200, ...more });
    expect(await get(`${origin}/health`)).toBe('pass: status 200');
    const json = [
      { pointer: '/ok', equals: true },
      { pointer: '/n/1', equals: 2 },
      { pointer: '/api_key', equals: 'hunter2' },
    ];
    expect(await get(`${origin}/health`, { json })).toBe(
      'pass: status 200; /ok is true; /n/1 is 2; /api_key is [redacted]',
    );
    const wrong = [{ pointer: '/n/2', equals: 2 }];
    expect(await get(`${origin}/health`, { json: wrong })).toContain('fail');
    expect(await get(`${origin}/away`)).toBe('fail: status 302');
    expect(await get('http://127.0.0.1:1/')).toContain('fail: ');
    expect(await get(`${origin}/long`)).toContain('inconclusive: the answer is longer');
    const local = origin.replace('127.0.0.1', 'localhost');
    for (const url of [
      'http://10.0.0.1/',
      'https://127.0.0.1/',
      'file:///etc/passwd',
      local,
      'x',
    ]) {
      expect(await get(url)).toContain('inconclusive');
    }
  });

  it('9.6 files', async () => {
    const path = join(allowed, 'a.json');
    fs.writeFileSync(path, '{"a":{"b":[1]}}');
    const at = { kind: 'file.json', path, pointer: '/a/b/0' } as const;
    expect(await ask({ ...at, equals: 1 })).toBe('pass: /a/b/0 is 1');
    expect(await ask({ ...at, equals: '1' })).toContain('fail');
    expect(await ask({ ...at, path: join(allowed, 'none'), equals: 1 })).toContain('fail');
    const sha256 = '0d1ce4ab7d0b9a02f6c2d8a3e1f8e8bb2d3b2d0aa1c6f8f5a4f7c6d2b9e0a1c3';
    expect(await ask({ kind: 'file.sha256', path, sha256 })).toContain('fail');
    expect(await ask({ kind: 'file.absent', path })).toBe('fail: present');
    expect(await ask({ kind: 'file.absent', path: `${path}2` })).toBe('pass: absent');
    expect(await ask({ kind: 'file.absent', path: '/etc/x' })).toContain('inconclusive');
    expect(await ask({ kind: 'file.sha256', path: '/etc/hosts', sha256 })).toContain(
      'inconclusive',
    );
  });

  it('9.6 commands by their exit code; what nobody declared to ask is inconclusive', async () => {
    expect(await ask({ kind: 'command', argv: ['/bin/sh', '-c', 'exit 0'] })).toContain('pass');
    expect(await ask({ kind: 'command', argv: ['/bin/sh', '-c', 'exit 1'] })).toContain('fail');
    expect(await ask({ kind: 'redis', command: ['PING'] })).toContain('inconclusive');
    expect(await ask({ kind: 'postgres', query: 'SELECT 1', equals: 1 })).toContain('inconclusive');
    backend = open({}, { redis: 'redis://127.0.0.1:1', postgres: 'postgres://127.0.0.1:1/x' });
    expect(await ask({ kind: 'redis', command: ['PING'] })).toContain('inconclusive');
    expect(await ask({ kind: 'postgres', query: 'SELECT 1', equals: 1 })).toContain('inconclusive');
  });

  it('9.5 a check is a gate as a step', async () => {
    const gate: Gate = { kind: 'file.absent', path: join(allowed, 'x') };
    expect(await perform({ kind: 'check', gate })).toBe('ok pass: absent\n');
    fs.writeFileSync(join(allowed, 'x'), '');
    expect(await perform({ kind: 'check', gate })).toBe(`failed test ! -e ${allowed}/x: fail`);
  });

  it('9.6 a record tells the gate, the command and what was expected', async () => {
    const gate: Gate = { kind: 'file.absent', path: join(allowed, 'x') };
    const record: GateRecord = await backend.ask(gate, 0);
    const command = `test ! -e ${allowed}/x`;
    const told = { answer: 'pass', command, expected: 'absent', observed: 'absent' };
    expect(record).toEqual({ gate, ...told });
  });
});

describe('undoing', () => {
  it('9.14 puts a service back: active, enabled and unmasked as it was', async () => {
    const act = (verb: 'start' | 'enable' | 'mask' | 'stop'): Promise<string> =>
      perform({ kind: 'service', verb, service: 'web' });
    await act('start');
    const before = await backend.serviceBefore('web');
    expect(before).toEqual({ active: true, enabled: false });
    if ('code' in before) expect.fail(before.message);
    for (const verb of ['enable', 'mask', 'stop'] as const) await act(verb);
    expect(await act('mask')).toContain('failed');
    expect(await act('start')).toContain('failed');
    expect(say(await backend.restoreService('web', before))).toContain('ok');
    expect(await backend.serviceBefore('web')).toEqual(before);
    expect(say(await backend.restoreService('other', before))).toContain('refused');
  });

  it('9.14 a file is kept, put back, and told to be out of scope where it is', async () => {
    const path = join(allowed, 'a');
    fs.writeFileSync(path, 'old');
    const kept = await backend.fileBefore(path);
    if ('code' in kept) expect.fail(kept.message);
    await perform({ kind: 'fs.delete', path });
    expect(say(await backend.restoreFile(path, kept.before, kept.content))).toContain('ok');
    expect(fs.readFileSync(path, 'utf8')).toBe('old');
    expect(await backend.fileBefore('/etc/hosts')).toMatchObject({ code: 'path_out_of_scope' });
    expect(await backend.freeBytes()).toBeGreaterThan(0);
  });
});
