/** Declarations that somebody would like to see pass. Each has the one fault it is refused for. */
import { describe, expect, it } from 'vitest';
import { bundleDeclaration, CONFIG, UNIT } from './declaration.fixture.ts';
import { faultName } from './fault.ts';
import { lintDeclaration } from './lint.ts';
import { rulesOf } from './probe.fixture.ts';
import { readDeclaration } from './read.ts';

type Loose = Record<string, unknown>;

const RULES = rulesOf();
const GATE = { kind: 'file.absent', path: '/srv/none' };
const SERVICE_GATES = [
  { kind: 'status', services: [UNIT] },
  { kind: 'logs', service: UNIT },
];

function faultsOf(changes: Loose): readonly string[] {
  const text = JSON.stringify({
    ...bundleDeclaration(),
    RISK_CLASS: 'FILESYSTEM_WRITE',
    ...changes,
  });
  const read = readDeclaration(text);
  if (!read.ok) return read.faults.map(faultName);
  // What is declared and used is found at both places.
  return [...new Set(lintDeclaration(read.declaration, RULES).map(faultName))];
}

const step = (action: Loose, more: Loose = {}): Loose => ({
  steps: [{ title: 'x', action, verification: [GATE], ...more }],
});
const write = (path: string, content = '{}'): Loose => step({ kind: 'fs.write', path, content });
const run = (...argv: readonly string[]): Loose => ({
  ...step({ kind: 'exec.read', argv }, { verification: [] }),
  uses: { commands: [argv[0]] },
});
const gate = (one: Loose, uses: Loose = {}): Loose => ({ verification: [one], uses, steps: LOOK });
const LOOK = [{ title: 'x', action: { kind: 'fs.read', path: CONFIG }, verification: [] }];

const ATTEMPTS: readonly (readonly [string, Loose, string])[] = [
  ['the root', { ALLOWED_PATHS: ['/'], steps: LOOK }, 'path_too_broad:/'],
  ['all of etc', { ALLOWED_PATHS: ['/etc'], steps: LOOK }, 'path_too_broad:/etc'],
  ['a pattern', { ALLOWED_PATHS: ['/srv/*'], steps: LOOK }, 'path_not_absolute:/srv/*'],
  ['a home by its sign', { ALLOWED_PATHS: ['~/a'], steps: LOOK }, 'path_not_absolute:~/a'],
  ['the units', { ALLOWED_PATHS: ['/etc/systemd'], steps: LOOK }, 'path_too_broad:/etc/systemd'],
  [
    'up and away',
    write('/srv/gov/bundles/../../x.json'),
    'path_not_absolute:/srv/gov/bundles/../../x.json',
  ],
  ['a sibling', write('/srv/gov/bundles2/a.json'), 'step_out_of_scope:1:/srv/gov/bundles2/a.json'],
  [
    'a sibling by a dot',
    write('/srv/gov/bundles.json'),
    'step_out_of_scope:1:/srv/gov/bundles.json',
  ],
  ['a secret inside', write('/srv/gov/bundles/.env'), 'path_forbidden:/srv/gov/bundles/.env'],
  ['a key inside', write('/srv/gov/bundles/a.PEM'), 'path_forbidden:/srv/gov/bundles/a.PEM'],
  ['a NUL', write('/srv/gov/bundles/a\0.json'), 'path_not_absolute:/srv/gov/bundles/a\0.json'],
  [
    'a turned name',
    write('/srv/gov/bundles/\u202ea'),
    'path_not_absolute:/srv/gov/bundles/\u202ea',
  ],
  [
    'the record',
    { ALLOWED_PATHS: ['/srv/x/ops/ledger'], steps: LOOK },
    'path_forbidden:/srv/x/ops/ledger',
  ],
  [
    'a set-uid mode',
    step({ kind: 'fs.chmod', path: CONFIG, mode: '04755' }),
    'declaration_malformed:/steps/0/action/mode',
  ],
  [
    'a mode as a number',
    step({ kind: 'fs.chmod', path: CONFIG, mode: 644 }),
    'declaration_malformed:/steps/0/action/mode',
  ],
  [
    'reading a secret',
    { ...step({ kind: 'fs.read', path: '/etc/shadow' }) },
    'path_forbidden:/etc/shadow',
  ],
  [
    'a digest of a secret',
    gate({ kind: 'file.sha256', path: '/etc/shadow', sha256: '0'.repeat(64) }),
    'path_forbidden:/etc/shadow',
  ],
  ['two services in one', { ALLOWED_SERVICES: ['a,b'], steps: LOOK }, 'service_invalid:a,b'],
  ['any service', { ALLOWED_SERVICES: ['nginx*'], steps: LOOK }, 'service_invalid:nginx*'],
  ['an option as a service', { ALLOWED_SERVICES: ['--all'], steps: LOOK }, 'service_invalid:--all'],
  ['the firewall', { ALLOWED_SERVICES: ['nftables'], steps: LOOK }, 'service_forbidden:nftables'],
  [
    'the log itself',
    { ALLOWED_SERVICES: ['systemd-journald'], steps: LOOK },
    'service_forbidden:systemd-journald',
  ],
  ['the engine', { ALLOWED_SERVICES: ['holdfast'], steps: LOOK }, 'service_forbidden:holdfast'],
  [
    'the firewall at high risk',
    {
      ALLOWED_SERVICES: ['ufw'],
      custom_high_risk: { reason: 'now' },
      trading_impact: 'direct',
      steps: LOOK,
    },
    'service_forbidden:ufw',
  ],
  [
    'an unlisted service',
    step(
      { kind: 'service', verb: 'stop', service: 'nginx' },
      { verification: [{ kind: 'logs', service: 'nginx' }] },
    ),
    'step_out_of_scope:1:nginx',
  ],
  ['a shell', run('/bin/sh', '-c', 'rm'), 'command_forbidden:/bin/sh'],
  ['a shell behind env', run('/usr/bin/env', 'sh'), 'command_forbidden:/usr/bin/env'],
  ['sudo', run('/usr/bin/sudo', 'id'), 'command_forbidden:/usr/bin/sudo'],
  ['busybox', run('/bin/busybox', 'sh'), 'command_forbidden:/bin/busybox'],
  ['another namespace', run('/usr/bin/nsenter', '-t', '1'), 'command_forbidden:/usr/bin/nsenter'],
  [
    'the firewall by another path',
    run('/opt/x/iptables', '-F'),
    'command_forbidden:/opt/x/iptables',
  ],
  ['code as an argument', run('/usr/bin/python3', '-c', 'x'), 'command_forbidden:/usr/bin/python3'],
  ['find that runs', run('/usr/bin/find', '/srv', '-exec', 'id'), 'command_forbidden:-exec'],
  ['a secret as an argument', run('/usr/bin/cat', '/etc/shadow'), 'path_forbidden:/etc/shadow'],
  [
    'a stream by redis-cli',
    run('/usr/bin/redis-cli', 'XADD', 'quantum:stream:apply.plan'),
    'command_forbidden:/usr/bin/redis-cli',
  ],
  [
    'a stream by a script',
    run('/srv/inject', 'quantum:stream:ai.decision.made'),
    'command_forbidden:quantum:stream:ai.decision.made',
  ],
  [
    'a program nobody named',
    { ...run('/usr/bin/cat'), uses: {} },
    'command_not_declared:/usr/bin/cat',
  ],
  ['a program by its name', run('cat'), 'path_not_absolute:cat'],
  [
    'a gate elsewhere',
    gate({ kind: 'http', url: 'http://example.com/', status: 200 }, { http: ['http://127.0.0.1'] }),
    'step_out_of_scope:final:http://example.com/',
  ],
  [
    'a gate on a port nobody named',
    gate({ kind: 'http', url: 'http://127.0.0.1:99/', status: 200 }),
    'step_out_of_scope:final:http://127.0.0.1:99/',
  ],
  [
    'a gate behind a name',
    gate(
      { kind: 'http', url: 'http://127.0.0.1@example.com/', status: 200 },
      { http: ['http://127.0.0.1'] },
    ),
    'step_out_of_scope:final:http://127.0.0.1@example.com/',
  ],
  [
    'a machine by a number',
    gate({ kind: 'http', url: 'http://2130706433/', status: 200 }, { http: ['http://127.0.0.1'] }),
    'step_out_of_scope:final:http://2130706433/',
  ],
  [
    'a name that begins as ours',
    { uses: { http: ['http://localhost.example.com'] }, steps: LOOK },
    'declaration_malformed:/uses/http/0',
  ],
  [
    'a gate that writes',
    gate(
      { kind: 'redis', command: ['XADD', 'quantum:stream:x', '*', 'a', 'b'] },
      { redis: 'redis://127.0.0.1:6379' },
    ),
    'command_forbidden:XADD',
  ],
  [
    'a gate that runs code',
    gate({ kind: 'redis', command: ['EVAL', 'x', '0'] }, { redis: 'redis://127.0.0.1:6379' }),
    'command_forbidden:EVAL',
  ],
  [
    'a store elsewhere',
    { uses: { redis: 'redis://10.0.0.1:6379' }, steps: LOOK },
    'declaration_malformed:/uses/redis',
  ],
  [
    'a password in the open',
    { uses: { postgres: 'postgres://a:b@127.0.0.1/x' }, steps: LOOK },
    'declaration_malformed:/uses/postgres',
  ],
  [
    'another host behind a question mark',
    { uses: { postgres: 'postgres://127.0.0.1/x?host=10.0.0.1' }, steps: LOOK },
    'declaration_malformed:/uses/postgres',
  ],
  [
    'a query that deletes',
    gate(
      { kind: 'postgres', query: 'delete from a', equals: 1 },
      { postgres: 'postgres://127.0.0.1/x' },
    ),
    'command_forbidden:postgres',
  ],
  [
    'a log gate that expects errors',
    {
      steps: [
        {
          title: 'x',
          action: { kind: 'service', verb: 'restart', service: UNIT },
          verification: [
            SERVICE_GATES[0],
            { kind: 'logs', service: UNIT, expected_log_patterns: ['*error*'] },
          ],
        },
      ],
    },
    'gate_missing:logs',
  ],
  [
    'a change nobody looks at',
    step({ kind: 'fs.delete', path: CONFIG }, { verification: [] }),
    'step_missing_verification:1',
  ],
  ['no proof of the whole', { verification: [] }, 'gate_missing:final'],
  [
    'a rollback elsewhere',
    step(
      { kind: 'fs.delete', path: CONFIG },
      { rollback: [{ kind: 'fs.write', path: '/srv/y', content: '' }] },
    ),
    'rollback_out_of_scope:1',
  ],
  [
    'a rollback by a shell',
    step(
      { kind: 'fs.delete', path: CONFIG },
      { rollback: [{ kind: 'exec.sandboxed', argv: ['/bin/sh'] }] },
    ),
    'rollback_out_of_scope:1',
  ],
  [
    'a rollback that only looks',
    step({ kind: 'fs.delete', path: CONFIG }, { rollback: [{ kind: 'fs.read', path: CONFIG }] }),
    'step_missing_rollback:1',
  ],
  [
    'too low a class',
    { ...step({ kind: 'fs.delete', path: CONFIG }), RISK_CLASS: 'LOW_RISK_CONFIG' },
    'step_exceeds_risk_class:1',
  ],
  [
    'a script as configuration',
    { ...write(CONFIG, '#!/bin/sh'), RISK_CLASS: 'LOW_RISK_CONFIG' },
    'step_exceeds_risk_class:1',
  ],
  [
    'a class of one\u2019s own',
    { RISK_CLASS: 'MEDIUM_RISK_TRADING_CONTROL' },
    'risk_class_invalid:MEDIUM_RISK_TRADING_CONTROL',
  ],
  [
    'two classes',
    { RISK_CLASS: 'SERVICE_RESTART + FILESYSTEM_WRITE' },
    'risk_class_invalid:SERVICE_RESTART + FILESYSTEM_WRITE',
  ],
  [
    'a name that is left open',
    { OPERATION_NAME: 'Deploy <NAME>' },
    'placeholder_unresolved:/OPERATION_NAME',
  ],
  ['a purpose that is left open', { OBJECTIVE: 'TODO' }, 'placeholder_unresolved:/OBJECTIVE'],
  ['crosses', { BLAST_RADIUS: 'xxx' }, 'placeholder_unresolved:/BLAST_RADIUS'],
  [
    'content that is left open',
    write(CONFIG, '{"a":"<VALUE>"}'),
    'placeholder_unresolved:/steps/0/action/content',
  ],
  [
    'invisible prose',
    { ROLLBACK_STRATEGY: '\u200b\u2060' },
    'declaration_missing_field:ROLLBACK_STRATEGY',
  ],
  ['yesterday', { expires_at: '2026-02-28T23:59:59Z' }, 'declaration_expired'],
  [
    'a day that never was',
    { expires_at: '2026-04-31T00:00:00Z' },
    'declaration_malformed:/expires_at',
  ],
  ['local time', { expires_at: '2026-04-30T00:00:00+01:00' }, 'declaration_malformed:/expires_at'],
  [
    'an id of no day',
    { operation_id: 'OPS-2026-13-40-001' },
    'declaration_malformed:/operation_id',
  ],
  ['another environment', { environment: 'PROD' }, 'env_not_permitted'],
  [
    'an environment of one\u2019s own',
    { environment: 'LIVE' },
    'declaration_malformed:/environment',
  ],
  ['an outcome of its own', { outcome: 'SUCCESS' }, 'declaration_malformed:/outcome'],
  ['an approval of its own', { approved_by: 'SELF' }, 'declaration_malformed:/approved_by'],
  [
    'a step of no kind',
    step({ kind: 'shell', argv: ['rm'] }),
    'declaration_malformed:/steps/0/action/kind',
  ],
  [
    'a shell string',
    step({ kind: 'exec.read', argv: 'rm -rf /srv' }),
    'declaration_malformed:/steps/0/action/argv',
  ],
  [
    'a second command',
    step({ kind: 'exec.read', argv: ['/a'], and_then: ['/b'] }),
    'declaration_malformed:/steps/0/action/and_then',
  ],
  ['nothing to do', { steps: [] }, 'declaration_malformed:/steps'],
];

describe('an adversary', () => {
  it('has an honest declaration to begin with', () => {
    expect(ATTEMPTS.length).toBeGreaterThanOrEqual(40);
    expect(faultsOf({})).toEqual([]);
    expect(faultsOf({ steps: LOOK })).toEqual([]);
  });

  it.each(ATTEMPTS)('O-02 O-03 O-04 O-05 %s is refused', (_, changes, fault) => {
    expect(faultsOf(changes)).toEqual([fault]);
  });
});
