import {
  chmodSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { faultName } from './fault.ts';
import { PROJECT, pretend, publishedList } from './probe.fixture.ts';
import { realProbe } from './probe.ts';
import {
  assessAllowedPath,
  assessFile,
  assessService,
  assessServiceName,
  canonicalUnit,
  isBelow,
  type ScopeDecision,
} from './scope.ts';

const forbidden = publishedList();
const name = (decision: ScopeDecision): string =>
  decision.allowed ? 'allowed' : faultName(decision.fault);
const code = (decision: ScopeDecision): string =>
  decision.allowed ? 'allowed' : decision.fault.code;

describe('a file on a real disk', () => {
  const root = realpathSync(mkdtempSync(join(tmpdir(), 'holdfast-scope-')));
  const allowed = [join(root, 'app')];
  const rules = { forbidden, probe: realProbe };
  const write = (...parts: string[]): string =>
    code(assessFile([root, ...parts].join('/'), 'write', allowed, rules, '/steps/0/action/path'));

  beforeAll(() => {
    for (const folder of ['app/conf', 'app2', 'outside'])
      mkdirSync(join(root, folder), { recursive: true });
    writeFileSync(join(root, 'app/a.json'), '{}');
    writeFileSync(join(root, 'outside/secret'), 'secret');
    writeFileSync(join(root, 'app/twin.json'), '{}');
    linkSync(join(root, 'app/twin.json'), join(root, 'outside/twin.json'));
    symlinkSync(join(root, 'outside'), join(root, 'app/out'));
    symlinkSync('../outside/secret', join(root, 'app/leak.json'));
    symlinkSync(join(root, 'outside/not-there'), join(root, 'app/dangling.json'));
    symlinkSync('loop', join(root, 'app/loop'));
    symlinkSync('conf', join(root, 'app/inner'));
  });
  afterAll(() => rmSync(root, { recursive: true }));

  it('O-03 inside of an allowed folder is allowed, whether it exists or not', () => {
    expect(write('app/a.json')).toBe('allowed');
    expect(write('app/new.json')).toBe('allowed');
    expect(write('app/new/deep/er.json')).toBe('allowed');
    expect(write('app/inner/a.json')).toBe('allowed');
  });

  it('O-03 a sibling with the same beginning, and the folder itself, are refused', () => {
    expect(write('app2/a.json')).toBe('path_out_of_scope');
    expect(write('appendix')).toBe('path_out_of_scope');
    expect(write('app')).toBe('path_not_a_file');
    expect(write('app/conf')).toBe('path_not_a_file');
  });

  it('O-03 `..` is refused even where it leads back inside', () => {
    expect(write('app/../outside/secret')).toBe('path_not_absolute');
    expect(write('app/conf/../a.json')).toBe('path_not_absolute');
  });

  it('O-03 a link out is refused: a folder, a file, to nothing, to itself', () => {
    expect(write('app/out/secret')).toBe('path_symlink_escape');
    expect(write('app/out/new')).toBe('path_symlink_escape');
    expect(write('app/leak.json')).toBe('path_symlink_escape');
    expect(write('app/dangling.json')).toBe('path_symlink_escape');
    expect(write('app/loop')).toBe('path_symlink_escape');
    expect(write('app/loop/a')).toBe('path_symlink_escape');
  });

  it('O-03 a file with a second name is refused', () => {
    expect(write('app/twin.json')).toBe('path_hard_linked');
  });

  it('O-03 what is below a file is refused', () => {
    expect(write('app/a.json/b')).toBe('path_not_a_file');
  });

  it('O-03 a forbidden path inside of an allowed folder is refused', () => {
    expect(write('app/.env')).toBe('path_forbidden');
    expect(write('app/conf/tls.KEY')).toBe('path_forbidden');
    expect(write('app/id_ed25519')).toBe('path_forbidden');
    expect(write('app/packages/core/src/step.ts')).toBe('path_forbidden');
  });

  it('O-03 an allowance that is a link names what it is not', () => {
    const assess = (path: string): string =>
      code(assessAllowedPath(join(root, path), rules, '/ALLOWED_PATHS/0'));
    expect(assess('app')).toBe('allowed');
    expect(assess('app/none-yet')).toBe('allowed');
    expect(assess('app/inner')).toBe('path_symlink_escape');
    expect(assess('app/inner/new')).toBe('path_symlink_escape');
    expect(assess('app/twin.json')).toBe('path_hard_linked');
  });

  it('O-03 a folder that cannot be looked into is no yes', () => {
    const closedFolder = join(root, 'app/closed');
    mkdirSync(closedFolder);
    const probe = {
      ...realProbe,
      lstat: (path: string) => {
        if (path.startsWith(`${closedFolder}/`)) throw new Error('EACCES: permission denied');
        return realProbe.lstat(path);
      },
    };
    chmodSync(closedFolder, 0o700);
    const decision = assessFile(`${closedFolder}/a`, 'write', allowed, { forbidden, probe }, '');
    expect(code(decision)).toBe('path_symlink_escape');
    expect(decision.allowed ? '' : decision.fault.message).toContain('EACCES');
  });
});

describe('an allowed path', () => {
  const probe = pretend({
    '/srv/app': 'folder',
    '/srv/secret.pem': { links: 1 },
    '/srv/pipe': 'device',
    '/var/www': 'folder',
    '/srv/www': { link: '/var/www' },
  });
  const assess = (path: string): string => name(assessAllowedPath(path, { forbidden, probe }, ''));

  it.each([
    ['app/conf', 'path_not_absolute'],
    ['~/app', 'path_not_absolute'],
    ['$HOME/app', 'path_not_absolute'],
    ['/srv/app/', 'path_not_absolute'],
    ['/srv//app', 'path_not_absolute'],
    ['/srv/./app', 'path_not_absolute'],
    ['/srv/app/../x', 'path_not_absolute'],
    ['/srv/app/*', 'path_not_absolute'],
    ['/srv/app/{a,b}', 'path_not_absolute'],
    ['/srv/app/[a]', 'path_not_absolute'],
    ['/srv/app/a\nb', 'path_not_absolute'],
    ['/srv/app/\u0000', 'path_not_absolute'],
    ['/srv/app/\u202egnp.exe', 'path_not_absolute'],
    ['/srv/app ', 'path_not_absolute'],
    ['/srv/ app', 'path_not_absolute'],
    ['/srv/\u00a0app', 'path_not_absolute'],
    [`/srv/${'x'.repeat(5_000)}`, 'path_not_absolute'],
    ['/', 'path_too_broad'],
    ['/etc', 'path_too_broad'],
    ['/usr', 'path_too_broad'],
    ['/home', 'path_too_broad'],
    ['/tmp', 'path_too_broad'],
    ['/usr/local', 'path_too_broad'],
    ['/usr/lib', 'path_too_broad'],
    ['/etc/systemd', 'path_too_broad'],
    ['/etc/systemd/system', 'path_too_broad'],
    ['/var/lib', 'path_too_broad'],
    [join('/home', 'alice'), 'path_too_broad'],
    [PROJECT, 'path_too_broad'],
    [join(PROJECT, '..'), 'path_too_broad'],
    ['/etc/shadow', 'path_forbidden'],
    ['/etc/SHADOW', 'path_forbidden'],
    ['/etc/ssh/sshd_config', 'path_forbidden'],
    ['/etc/sudoers.d/x', 'path_forbidden'],
    ['/etc/nftables.conf', 'path_forbidden'],
    ['/var/lib/grafana/grafana.db', 'path_forbidden'],
    ['/var/lib/grafana/grafana.db-wal', 'path_forbidden'],
    ['/srv/secret.pem', 'path_forbidden'],
    ['/proc/self/mem', 'path_forbidden'],
    ['/dev/sda', 'path_forbidden'],
    [join(PROJECT, 'packages/core/src'), 'path_forbidden'],
    [join(PROJECT, 'config/strategies'), 'path_forbidden'],
    ['/srv/holdfast/packages/strategies/src/main.ts', 'path_forbidden'],
    ['/srv/x/ops/runs/OPS-2026-03-01-001', 'path_forbidden'],
    ['/srv/x/config/ops/forbidden.yaml', 'path_forbidden'],
    ['/srv/x/artifacts/governance/policy_ledger.json', 'path_forbidden'],
    ['/srv/www', 'path_symlink_escape'],
    ['/srv/www/new', 'path_symlink_escape'],
    ['/srv/pipe', 'path_not_a_file'],
  ])('O-03 %j is refused', (path, expected) => {
    expect(assess(path).split(':', 1)[0]).toBe(expected);
  });

  it.each(['/srv/app', '/srv/app/conf/a.json', '/etc/app', '/var/lib/grafana', '/srv/none/yet'])(
    'O-03 %s is allowed',
    (path) => {
      expect(assess(path)).toBe('allowed');
    },
  );

  it('names the path behind its code', () => {
    expect(assess('/etc/shadow')).toBe('path_forbidden:/etc/shadow');
  });
});

describe('a file that is only read', () => {
  const probe = pretend({
    '/var/log/app.log': { links: 1 },
    '/srv/app/link': { link: '/etc/shadow' },
    '/srv/app/shadow': { links: 2 },
    '/srv/app/ssh': { link: '/etc/ssh' },
    '/etc/ssh/sshd_config': { links: 1 },
    '/etc/shadow': { links: 1 },
  });
  const read = (path: string): string =>
    code(assessFile(path, 'read', [], { forbidden, probe }, ''));

  it('may lie anywhere that is not forbidden, trading logic as well', () => {
    expect(read('/var/log/app.log')).toBe('allowed');
    expect(read('/srv/app/none')).toBe('allowed');
    expect(read('/srv/x/packages/core/src/step.ts')).toBe('allowed');
  });

  it('O-03 is no secret, and leads to none', () => {
    expect(read('/etc/shadow')).toBe('path_forbidden');
    expect(read('/srv/app/link')).toBe('path_forbidden');
    expect(read('/srv/app/ssh/sshd_config')).toBe('path_forbidden');
    expect(read('/srv/app/shadow')).toBe('path_hard_linked');
  });
});

describe('a service', () => {
  const allowed = ['policy-loader.service', 'nginx'];
  const assess = (service: string, isHighRisk = false): string =>
    name(assessService(service, allowed, { forbidden }, isHighRisk, ''));

  it('O-04 is one that is listed, by either spelling of one unit', () => {
    for (const service of ['policy-loader', 'policy-loader.service', 'nginx.service', 'nginx']) {
      expect(assess(service), service).toBe('allowed');
    }
    expect(canonicalUnit('nginx')).toBe('nginx.service');
    expect(canonicalUnit('backup.timer')).toBe('backup.timer');
  });

  it('O-04 is refused where it is not listed', () => {
    expect(assess('grafana')).toBe('service_out_of_scope:grafana');
    expect(assess('nginx.socket')).toBe('service_out_of_scope:nginx.socket');
    expect(assess('nginx@a')).toBe('service_out_of_scope:nginx@a');
  });

  it.each([
    'nginx,policy-loader',
    'a b',
    'nginx*',
    '',
    ' nginx',
    'nginx\n',
    'a/b',
    'a;b',
    '--all',
    '-nginx',
    '.nginx',
    'srv.mount',
    'multi-user.slice',
    'nginx$(x)',
    'n\u0456ginx',
  ])('O-04 %j is no service', (service) => {
    expect(code(assessServiceName(service, ''))).toBe('service_invalid');
    expect(code(assessService(service, [service], { forbidden }, true, ''))).toBe(
      'service_invalid',
    );
  });

  it.each(['sshd', 'ssh.socket', 'nftables', 'SSHD.service', 'systemd-networkd', 'opsgov-helper'])(
    'O-04 %s is never touched',
    (service) => {
      const decision = assessService(service, [service], { forbidden }, true, '');
      expect(name(decision)).toBe(`service_forbidden:${service}`);
    },
  );

  it('O-04 that holds trading is touched only as a custom high risk', () => {
    for (const service of [
      'holdfast',
      'holdfast-engine.service',
      'holdfast@prod',
      'holdfast.timer',
    ]) {
      const assessIt = (isHighRisk: boolean): string =>
        code(assessService(service, [service], { forbidden }, isHighRisk, ''));
      expect(assessIt(false), service).toBe('service_forbidden');
      expect(assessIt(true), service).toBe('allowed');
    }
  });
});

describe('below', () => {
  it('O-03 ends at a border of folders', () => {
    expect(isBelow('/etc/app', ['/etc/app'])).toBe(true);
    expect(isBelow('/etc/app/x', ['/etc/app'])).toBe(true);
    expect(isBelow('/etc/app2', ['/etc/app'])).toBe(false);
    expect(isBelow('/etc', ['/etc/app'])).toBe(false);
    expect(isBelow('/etc/app', [])).toBe(false);
  });
});
