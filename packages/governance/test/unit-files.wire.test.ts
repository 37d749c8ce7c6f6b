/** Unit files by the hands: judged before they are written, and read again afterwards. */
import * as fs from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type BackendOptions, createBackend } from '../src/operations/backend/backend.ts';
import { createSupervisor } from '../src/operations/backend/services/supervisor.ts';
import { realProbe } from '../src/operations/probe.ts';
import { publishedList } from '../src/operations/probe.fixture.ts';
import type { Backend } from '../src/operations/run/backend.ts';
import type { Action } from '../src/operations/step.ts';
import { unitFault } from '../src/operations/unit-change.ts';

let top: string;
let ours: string;
let theirs: string;
let script: string;
let backend: Backend;

const NODE = process.execPath;
const unit = (parts: object = {}): string =>
  JSON.stringify({ argv: [NODE, script, 'a'], cwd: top, env: [], ...parts });
const systemd = (more = ''): string =>
  `[Service]\nUser=web\nExecStart=${NODE} ${script} a\n${more}`;

beforeEach(() => {
  top = fs.realpathSync(fs.mkdtempSync(join(tmpdir(), 'holdfast-units-')));
  script = join(top, 'web.mjs');
  ours = join(top, 'services/units/web.service.json');
  theirs = join(top, 'systemd/system/web.service');
  createSupervisor(join(top, 'services'));
  fs.mkdirSync(dirname(theirs), { recursive: true });
  fs.mkdirSync(join(top, 'new'));
  fs.writeFileSync(ours, unit());
  fs.writeFileSync(theirs, systemd());
  backend = open();
});
afterEach(async () => {
  await backend.close();
  fs.rmSync(top, { recursive: true, force: true });
});

function open(more: Partial<BackendOptions> = {}): Backend {
  const rules = { forbidden: publishedList(), probe: realProbe, declared: ['/usr/bin/true'] };
  return createBackend({
    scope: {
      paths: [dirname(ours), dirname(theirs), join(top, 'new')],
      services: ['web'],
      commands: ['/bin/sh'],
      http: [],
    },
    deny: {
      isForbiddenPath: () => false,
      isForbiddenService: (name) => name.startsWith('guard'),
      isForbiddenCommand: () => false,
    },
    services: createSupervisor(join(top, 'services')),
    judgeUnit: (path, before, after) => unitFault({ path, before, after }, rules),
    ...more,
  });
}

async function perform(action: Action): Promise<string> {
  const done = await backend.perform(action);
  if (done.ok) return 'done';
  return done.refused === null ? `failed ${done.why}` : `refused ${done.refused.code}`;
}
const write = (path: string, content: string): Promise<string> =>
  perform({ kind: 'fs.write', path, content });
const argv = (at: number, value: string): Promise<string> =>
  perform({ kind: 'config.patch', path: ours, set: [{ pointer: `/argv/${at}`, value }] });
const both = (): readonly string[] => [ours, theirs].map((path) => fs.readFileSync(path, 'utf8'));

describe('a unit file is not written', () => {
  it('9.14 as what it may not become: not by a patch, a write, a copy', async () => {
    const before = both();
    expect(await argv(1, join(top, 'evil.mjs'))).toBe('refused unit_program_changed');
    expect(await argv(0, '/bin/sh')).toBe('refused unit_program_forbidden');
    expect(await write(ours, unit({ env: ['LD_PRELOAD=/a.so'] }))).toBe(
      'refused unit_environment_changed',
    );
    expect(await write(theirs, systemd('ExecStartPre=/usr/bin/true\n'))).toBe(
      'refused unit_program_changed',
    );
    fs.writeFileSync(join(top, 'new/web'), systemd().replace('User=web', 'User=root'));
    const copy = { kind: 'fs.copy', from: join(top, 'new/web'), to: theirs } as const;
    expect(await perform(copy)).toBe('refused unit_user_changed');
    expect(both()).toEqual(before);
  });

  it('9.14 for a service that is not in scope, or is on the deny list', async () => {
    const beside = (name: string): string => join(dirname(ours), `${name}.service.json`);
    const declared = unit({ argv: ['/usr/bin/true'] });
    expect(await write(beside('other'), declared)).toBe('refused service_out_of_scope');
    expect(await write(beside('guard'), declared)).toBe('refused service_forbidden');
    expect(fs.readdirSync(dirname(ours))).toEqual(['web.service.json']);
  });

  it('9.14 where nobody can judge it', async () => {
    await backend.close();
    backend = createBackend({
      scope: { paths: [top], services: ['web'], commands: [], http: [] },
      deny: {
        isForbiddenPath: () => false,
        isForbiddenService: () => false,
        isForbiddenCommand: () => false,
      },
      services: createSupervisor(join(top, 'services')),
    });
    expect(await argv(2, 'b')).toBe('refused unit_unreadable');
    expect(await write(join(top, 'new/a.json'), '{}')).toBe('done');
  });
});

describe('a unit file is written', () => {
  it('9.14 with other arguments, by a patch and by a write, and is taken away', async () => {
    expect(await argv(2, 'b')).toBe('done');
    expect(JSON.parse(fs.readFileSync(ours, 'utf8'))).toMatchObject({ argv: [NODE, script, 'b'] });
    expect(await write(theirs, systemd('Restart=always\n'))).toBe('done');
    expect(await perform({ kind: 'fs.delete', path: ours })).toBe('done');
    expect(await write(ours, unit({ argv: ['/usr/bin/true'] }))).toBe('done');
  });

  it('9.14 by undoing, as whatever it was', async () => {
    const kept = await backend.fileBefore(theirs);
    if ('code' in kept) throw new Error(kept.message);
    fs.writeFileSync(theirs, 'User=root');
    expect(await backend.restoreFile(theirs, kept.before, kept.content)).toMatchObject({
      ok: true,
    });
    expect(fs.readFileSync(theirs, 'utf8')).toBe(systemd());
  });
});

describe('what a command made of unit files', () => {
  const command = (text: string): Promise<string> =>
    perform({ kind: 'exec.sandboxed', argv: ['/bin/sh', '-c', text] });

  it('9.14 is read afterwards, and fails the step', async () => {
    expect(await command(`echo 'ExecStartPre=/a' >>${theirs}`)).toContain('unit_program_changed');
    fs.writeFileSync(theirs, systemd());
    expect(await command(`echo '{' >${ours}`)).toContain('unit_unreadable');
    fs.writeFileSync(ours, unit());
    expect(await command(`ln -s evil.json ${dirname(ours)}/alias.service.json`)).toContain(
      'unit_unreadable',
    );
    fs.rmSync(join(dirname(ours), 'alias.service.json'));
    const root = '[Service]\\nUser=root\\n';
    const folder = `${theirs}.d`;
    expect(await command(`mkdir ${folder}; printf '${root}' >${folder}/a.conf`)).toContain(
      'unit_user_changed',
    );
    fs.rmSync(folder, { recursive: true });
    expect(await command(`cp ${ours} ${dirname(ours)}/other.service.json`)).toContain(
      'service_out_of_scope',
    );
  });

  it('9.14 is well where it left them as they were, or with other arguments', async () => {
    fs.symlinkSync('web.service.json', join(dirname(ours), 'alias.service.json'));
    expect(await command(`echo x >${top}/new/x.json`)).toBe('done');
    expect(await command(`echo 'Restart=always' >>${theirs}`)).toBe('done');
  });
});
