import { describe, expect, it } from 'vitest';
import { bundleDeclaration, CONFIG, UNIT } from './declaration.fixture.ts';
import type { Declaration } from './declaration.ts';
import { faultName } from './fault.ts';
import type { Gate } from './gate.ts';
import { assessAction, lintDeclaration } from './lint.ts';
import { pretend, rulesOf } from './probe.fixture.ts';
import type { Action, Step } from './step.ts';

const RULES = rulesOf();

function faultsOf(declaration: Declaration): readonly string[] {
  return lintDeclaration(declaration, RULES).map(faultName);
}

/** One step, all that it needs beside it, in the highest class. */
function withStep(step: Partial<Step> & Pick<Step, 'action'>): Declaration {
  const base = bundleDeclaration();
  const whole: Step = {
    title: 'x',
    verification: [{ kind: 'file.absent', path: '/srv/none' }],
    ...step,
  };
  return {
    ...base,
    RISK_CLASS: 'FILESYSTEM_WRITE',
    steps: [whole],
    uses: { ...base.uses, commands: ['/usr/bin/promtool'], redis: 'redis://127.0.0.1:6379' },
  };
}

const SERVICE: Action = { kind: 'service', verb: 'restart', service: UNIT };
const GATES: readonly Gate[] = [
  { kind: 'status', services: [UNIT] },
  { kind: 'logs', service: UNIT },
];

describe('a declaration', () => {
  it('O-01 without a fault is an operation', () => {
    expect(faultsOf(bundleDeclaration())).toEqual([]);
  });

  it('G-41 that only looks needs no path, no service and no gate', () => {
    const looking: Declaration = {
      ...bundleDeclaration(),
      RISK_CLASS: 'READ_ONLY',
      ALLOWED_PATHS: [],
      ALLOWED_SERVICES: [],
      steps: [
        { title: 'a', action: { kind: 'fs.read', path: '/var/log/app.log' }, verification: [] },
        {
          title: 'b',
          action: { kind: 'service', verb: 'status', service: 'nginx' },
          verification: [],
        },
      ],
      verification: [],
    };
    expect(faultsOf(looking)).toEqual([]);
  });

  it('9.14 names what its commands are shown, and the sockets they may reach', () => {
    const base = bundleDeclaration();
    const using = (uses: Declaration['uses'], risk = true): Declaration => ({
      ...base,
      uses: { ...base.uses, ...uses },
      ...(risk ? { custom_high_risk: { reason: 'it trades' }, trading_impact: 'direct' } : {}),
    });
    const probe = pretend({
      '/srv/gov/bundles': 'folder',
      '/srv/run/control.sock': 'device',
      '/srv/run/ledger': { links: 1 },
      '/srv/alias': { link: '/srv/run' },
    });
    const told = (declaration: Declaration): readonly string[] =>
      lintDeclaration(declaration, rulesOf(probe)).map(faultName);
    const socket = '/srv/run/control.sock';
    expect(told(using({ reads: ['/srv/run', '/srv/run/ledger', '/srv/new/x'] }, false))).toEqual(
      [],
    );
    expect(told(using({ sockets: [socket, '/srv/run/later.sock'] }))).toEqual([]);
    expect(told(using({ sockets: [socket] }, false))).toEqual([`path_forbidden:${socket}`]);
    expect(told(using({ sockets: ['/srv/run/ledger'] }))).toEqual([
      'path_not_a_file:/srv/run/ledger',
    ]);
    expect(
      told(using({ reads: ['/', 'x', '/etc/shadow', '/srv/alias', socket, '/srv/a/.env'] })),
    ).toEqual([
      'path_too_broad:/',
      'path_not_absolute:x',
      'path_forbidden:/etc/shadow',
      'path_symlink_escape:/srv/alias',
      `path_not_a_file:${socket}`,
      'path_forbidden:/srv/a/.env',
    ]);
    expect(told(using({ sockets: ['/srv/alias/control.sock', '/run/docker.sock'] }))).toEqual([
      'path_symlink_escape:/srv/alias/control.sock',
      'path_forbidden:/run/docker.sock',
    ]);
  });

  it.each([
    [['http://127.0.0.1:6379'], {}, ['port_forbidden:6379']],
    [['http://127.0.0.1:8080', 'http://[::1]:4222'], {}, ['port_forbidden:4222']],
    [['http://127.0.0.1:7001'], { redis: 'redis://127.0.0.1:7001/1' }, ['port_forbidden:7001']],
    [
      ['http://127.0.0.1:7002'],
      { postgres: 'postgres://u@localhost:7002/d' },
      ['port_forbidden:7002'],
    ],
    [['http://127.0.0.1:8080'], { redis: 'redis://127.0.0.1:7001' }, []],
  ])('O-05 %j: no command is led to a data store', (http, stores, codes) => {
    const base = bundleDeclaration();
    const uses = { ...base.uses, http: [...(base.uses?.http ?? []), ...http], ...stores };
    expect(faultsOf({ ...base, uses })).toEqual(codes);
  });

  it.each([
    ['none', ['trading_not_reduced']],
    ['indirect', []],
    ['direct', []],
  ] as const)('9.10 a custom high risk with the trading impact %s', (impact, codes) => {
    const high = { custom_high_risk: { reason: 'it trades' }, trading_impact: impact };
    expect(faultsOf({ ...bundleDeclaration(), ...high })).toEqual(codes);
  });

  it('is told all its faults, in the order of the document', () => {
    const base = bundleDeclaration();
    const bad: Declaration = {
      ...base,
      environment: 'PROD',
      RISK_CLASS: 'LOW_RISK_CONFIG',
      ALLOWED_PATHS: ['/etc', '/srv/gov/bundles'],
      OBJECTIVE: 'TBD',
      steps: base.steps.map((step) => ({ ...step, verification: [] })),
    };
    const faults = lintDeclaration(bad, RULES);
    expect(faults.map((each) => `${each.place} ${faultName(each)}`)).toEqual([
      '/ALLOWED_PATHS/0 path_too_broad:/etc',
      '/OBJECTIVE placeholder_unresolved:/OBJECTIVE',
      '/environment env_not_permitted',
      '/steps/0 step_exceeds_risk_class:1',
      '/steps/0/verification step_missing_verification:1',
      '/steps/1 step_exceeds_risk_class:2',
      '/steps/1/verification step_missing_verification:2',
    ]);
  });

  it('puts the tenth step behind the second', () => {
    const base = bundleDeclaration();
    const [step] = base.steps;
    if (step === undefined) throw new Error('the fixture has steps');
    const many = {
      ...base,
      steps: Array.from({ length: 12 }, () => ({ ...step, verification: [] })),
    };
    expect(faultsOf(many)).toEqual(
      Array.from({ length: 12 }, (_, index) => `step_missing_verification:${index + 1}`),
    );
  });

  it('lasts to its moment, and not beyond', () => {
    const expires = Date.parse(bundleDeclaration().expires_at);
    const at = (now: number): readonly string[] =>
      lintDeclaration(bundleDeclaration(), { ...RULES, now }).map(faultName);
    expect(at(expires - 1)).toEqual([]);
    expect(at(expires)).toEqual(['declaration_expired']);
  });
});

describe('scope', () => {
  it('O-03 a write outside of the allowed paths is the fault of its step', () => {
    const step = withStep({ action: { kind: 'fs.delete', path: '/srv/gov/bundles2/a.json' } });
    expect(faultsOf(step)).toEqual(['step_out_of_scope:1:/srv/gov/bundles2/a.json']);
  });

  it('O-03 a copy is judged at both ends', () => {
    const copy = (from: string, to: string): readonly string[] =>
      faultsOf(withStep({ action: { kind: 'fs.copy', from, to } }));
    expect(copy('/srv/a.json', CONFIG)).toEqual([]);
    expect(copy('/srv/.env', '/srv/a.json')).toEqual([
      'path_forbidden:/srv/.env',
      'step_out_of_scope:1:/srv/a.json',
    ]);
  });

  it('O-04 a service that is not listed is the fault of its step', () => {
    const step = withStep({
      action: { kind: 'service', verb: 'stop', service: 'nginx' },
      verification: [{ kind: 'logs', service: 'nginx' }],
    });
    expect(faultsOf(step)).toEqual(['step_out_of_scope:1:nginx']);
  });

  it('O-03 a link out of the scope is found before anything is done', () => {
    const probe = pretend({
      '/srv/gov/bundles': 'folder',
      '/srv/gov/bundles/alpha.json': { link: '/etc/app.json' },
      '/etc/app.json': { links: 1 },
    });
    const faults = lintDeclaration(bundleDeclaration(), rulesOf(probe)).map(faultName);
    expect(faults).toEqual([`path_symlink_escape:${CONFIG}`, `path_symlink_escape:${CONFIG}`]);
  });
});

describe('a unit file', () => {
  const folder = '/srv/gov/bundles/units';
  const unit = (program: string): string =>
    JSON.stringify({ argv: [program, 'a'], cwd: '/', env: [] });
  const write = (name: string, content: string): Declaration =>
    withStep({ action: { kind: 'fs.write', path: `${folder}/${name}.json`, content } });

  it('9.14 belongs to a service, which has to be in scope', () => {
    expect(faultsOf(write(UNIT, unit('/usr/bin/promtool')))).toEqual([]);
    expect(faultsOf(write('other.service', unit('/usr/bin/promtool')))).toEqual([
      'step_out_of_scope:1:other.service',
    ]);
    expect(faultsOf(write('nftables.service', unit('/usr/bin/promtool')))).toEqual([
      'service_forbidden:nftables.service',
    ]);
    const engine = write('holdfast-engine.service', unit('/usr/bin/promtool'));
    const named = { ...engine, ALLOWED_SERVICES: ['holdfast-engine.service'] };
    expect(faultsOf(named)).toContain('service_forbidden:holdfast-engine.service');
  });

  it('9.14 that runs a shell, or that nobody can read, is no step', () => {
    const path = `${folder}/${UNIT}.json`;
    expect(faultsOf(write(UNIT, unit('/bin/sh')))).toEqual([`unit_program_forbidden:${path}`]);
    expect(faultsOf(write(UNIT, '{}'))).toEqual([`unit_unreadable:${path}`]);
  });

  it('9.14 needs the class that writes code', () => {
    const low = { ...write(UNIT, unit('/usr/bin/promtool')), RISK_CLASS: 'SERVICE_RESTART' };
    expect(faultsOf(low as Declaration)).toEqual(['step_exceeds_risk_class:1']);
  });
});

describe('an action at the moment it is done', () => {
  it('O-03 O-04 is asked again, by what lies there now', () => {
    const declaration = bundleDeclaration();
    const write: Action = { kind: 'fs.write', path: CONFIG, content: '' };
    expect(assessAction(write, declaration, RULES)).toBeNull();
    const moved = pretend({
      '/srv/gov': 'folder',
      '/srv/gov/bundles': { link: '/etc' },
      '/etc': 'folder',
    });
    expect(assessAction(write, declaration, rulesOf(moved))?.code).toBe('path_symlink_escape');
    const other: Action = { kind: 'service', verb: 'restart', service: 'nginx' };
    expect(assessAction(other, declaration, RULES)?.code).toBe('service_out_of_scope');
  });
});

describe('rollback', () => {
  const undo = (action: Action): readonly string[] =>
    faultsOf(withStep({ action: { kind: 'fs.delete', path: CONFIG }, rollback: [action] }));

  it('O-16 outside of the scope is refused before anything is done', () => {
    expect(undo({ kind: 'fs.write', path: '/srv/other/a.json', content: '' })).toEqual([
      'rollback_out_of_scope:1',
    ]);
    expect(undo({ kind: 'service', verb: 'restart', service: 'nginx' })).toEqual([
      'rollback_out_of_scope:1',
    ]);
    expect(
      undo({ kind: 'exec.sandboxed', argv: ['/usr/bin/rsync', '-av', '--delete', '/a', '/b'] }),
    ).toEqual(['rollback_out_of_scope:1']);
    expect(undo({ kind: 'fs.delete', path: '/srv/gov/bundles/../x' })).toEqual([
      'rollback_out_of_scope:1',
    ]);
    expect(undo({ kind: 'fs.delete', path: CONFIG })).toEqual([]);
  });

  it('O-16 says which rule of the scope it breaks', () => {
    const [fault] = lintDeclaration(
      withStep({
        action: { kind: 'fs.delete', path: CONFIG },
        rollback: [{ kind: 'fs.delete', path: '/etc/shadow' }],
      }),
      RULES,
    );
    expect(fault?.place).toBe('/steps/0/rollback/0/path');
    expect(fault?.message).toContain('path_forbidden:/etc/shadow');
  });

  it('O-16 counts for the class', () => {
    const base = bundleDeclaration();
    const [first, ...rest] = base.steps;
    if (first === undefined) throw new Error('the fixture has steps');
    const rollback = [...(first.rollback ?? []), { kind: 'fs.delete', path: CONFIG } as const];
    expect(faultsOf({ ...base, steps: [{ ...first, rollback }, ...rest] })).toEqual([
      'step_exceeds_risk_class:1',
    ]);
  });

  it('is declared where the runner cannot undo by itself', () => {
    const argv = ['/usr/bin/promtool', 'x'];
    const run = (rollback?: Action[]): readonly string[] =>
      faultsOf(
        withStep({
          action: { kind: 'exec.sandboxed', argv },
          ...(rollback === undefined ? {} : { rollback }),
        }),
      );
    expect(run()).toEqual(['step_missing_rollback:1']);
    expect(run([])).toEqual(['step_missing_rollback:1']);
    expect(run([{ kind: 'exec.read', argv }])).toEqual(['step_missing_rollback:1']);
    expect(run([{ kind: 'exec.sandboxed', argv }])).toEqual([]);
  });

  it('makes a service read the file that was put back', () => {
    const base = bundleDeclaration();
    const [first, second] = base.steps;
    if (first === undefined || second === undefined) throw new Error('the fixture has steps');
    const { rollback, ...bare } = first;
    expect(rollback).toHaveLength(1);
    expect(faultsOf({ ...base, steps: [bare, second] })).toEqual(['step_missing_rollback:1']);
    const other = { ...first, rollback: [{ kind: 'fs.delete', path: CONFIG } as const] };
    expect(faultsOf({ ...base, RISK_CLASS: 'FILESYSTEM_WRITE', steps: [other, second] })).toEqual([
      'step_missing_rollback:1',
    ]);
    // Undone last is the first: what the second declares is too early.
    const late = { ...second, rollback: rollback ?? [] };
    expect(faultsOf({ ...base, steps: [bare, late] })).toEqual(['step_missing_rollback:1']);
    // Of two files the first is put back last.
    expect(faultsOf({ ...base, steps: [first, bare, second] })).toEqual([]);
    expect(faultsOf({ ...base, steps: [bare, first, second] })).toEqual([
      'step_missing_rollback:1',
    ]);
    // No file was changed before it, and nothing is stale.
    expect(faultsOf({ ...base, steps: [second, bare] })).toEqual([]);
  });

  it('reloads the service manager after a unit was put back', () => {
    const base = withStep({ action: { kind: 'fs.delete', path: CONFIG } });
    const reload: Step = {
      title: 'r',
      action: { kind: 'systemd.daemon_reload' },
      verification: [...GATES],
    };
    expect(faultsOf({ ...base, steps: [...base.steps, reload] })).toEqual([
      'step_missing_rollback:1',
    ]);
    const steps = base.steps.map((step) => ({ ...step, rollback: [reload.action] }));
    expect(faultsOf({ ...base, steps: [...steps, reload] })).toEqual([]);
  });
});

describe('gates', () => {
  const restart = (verification: readonly Gate[]): readonly string[] =>
    faultsOf(withStep({ action: SERVICE, verification: [...verification] }));

  it('a service needs its status and its log', () => {
    expect(restart(GATES)).toEqual([]);
    expect(restart([])).toEqual(['step_missing_verification:1']);
    expect(restart(GATES.slice(0, 1))).toEqual(['gate_missing:logs']);
    expect(restart(GATES.slice(1))).toEqual(['gate_missing:status']);
    expect(
      restart([
        { kind: 'status', services: ['nginx'] },
        { kind: 'logs', service: 'nginx' },
      ]),
    ).toEqual(['gate_missing:logs', 'gate_missing:status']);
    expect(restart([{ kind: 'status', services: ['policy-loader'] }, ...GATES.slice(1)])).toEqual(
      [],
    );
  });

  it('a log gate expects no word that every line of trouble holds', () => {
    const expecting = (pattern: string): readonly string[] =>
      restart([
        ...GATES.slice(0, 1),
        { kind: 'logs', service: UNIT, expected_log_patterns: [pattern] },
      ]);
    for (const pattern of ['*', '**', ' ', 'Error', 'err', '*fail*', 'pan*c', 'r']) {
      expect(expecting(pattern), pattern).toEqual(['gate_missing:logs']);
    }
    for (const pattern of ['cache warm-up failed once', 'error*retrying', '.*']) {
      expect(expecting(pattern), pattern).toEqual([]);
    }
  });

  it('a service that is stopped is not asked whether it is up', () => {
    const stop: Action = { kind: 'service', verb: 'stop', service: UNIT };
    expect(faultsOf(withStep({ action: stop, verification: GATES.slice(1) }))).toEqual([]);
  });

  it('a file needs a gate that looks at it', () => {
    const step = withStep({
      action: { kind: 'fs.delete', path: CONFIG },
      verification: [...GATES],
    });
    expect(faultsOf(step)).toEqual(['gate_missing:functional']);
  });

  it('what changes anything has gates of the whole', () => {
    expect(faultsOf({ ...bundleDeclaration(), verification: [] })).toEqual(['gate_missing:final']);
  });

  it('O-05 a gate only asks', () => {
    const ask = (gate: Gate): readonly string[] => restart([...GATES, gate]);
    expect(ask({ kind: 'redis', command: ['XLEN', 'quantum:stream:apply.plan'] })).toEqual([]);
    for (const stream of [
      'apply.plan',
      'trade.intent',
      'ai.decision',
      'ai.decision.made',
      'apply.plan.manual',
    ]) {
      expect(
        ask({ kind: 'redis', command: ['XADD', `quantum:stream:${stream}`, '*', 'a', 'b'] }),
      ).toEqual(['command_forbidden:XADD']);
    }
    expect(ask({ kind: 'redis', command: ['EVAL', "redis.call('XADD')", '0'] })).toEqual([
      'command_forbidden:EVAL',
    ]);
    expect(ask({ kind: 'postgres', query: 'select 1', equals: 1 })).toEqual([
      'step_out_of_scope:1:postgres',
    ]);
  });
});
