import { describe, expect, it } from 'vitest';
import { capabilityFaults, classOf, classOfStep, isConfigFile } from './capability.ts';
import { bundleDeclaration, CONFIG, UNIT } from './declaration.fixture.ts';
import { RISK_CLASSES, type RiskClass } from './declaration.ts';
import { faultName } from './fault.ts';
import type { Action } from './step.ts';

const write = (path: string, content = '{}', mode?: string): Action => ({
  kind: 'fs.write',
  path,
  content,
  ...(mode === undefined ? {} : { mode }),
});
const service = (verb: 'status' | 'reload' | 'stop' | 'enable' | 'mask'): Action => ({
  kind: 'service',
  verb,
  service: UNIT,
});

const NEEDS: readonly (readonly [string, Action, RiskClass])[] = [
  ['reading a file', { kind: 'fs.read', path: CONFIG }, 'READ_ONLY'],
  ['a command that reads', { kind: 'exec.read', argv: ['/usr/bin/promtool'] }, 'READ_ONLY'],
  ['a look', { kind: 'check', gate: { kind: 'file.absent', path: CONFIG } }, 'READ_ONLY'],
  ['the status of a service', service('status'), 'READ_ONLY'],
  ['writing configuration', write(CONFIG), 'LOW_RISK_CONFIG'],
  [
    'patching configuration',
    { kind: 'config.patch', path: '/etc/app/a.yaml', set: [{ pointer: '/a', value: 1 }] },
    'LOW_RISK_CONFIG',
  ],
  ['copying configuration', { kind: 'fs.copy', from: '/a/b.json', to: CONFIG }, 'LOW_RISK_CONFIG'],
  ['reloading a service', service('reload'), 'LOW_RISK_CONFIG'],
  ['stopping a service', service('stop'), 'SERVICE_RESTART'],
  ['telling the manager', { kind: 'systemd.daemon_reload' }, 'SERVICE_RESTART'],
  ['enabling a service', service('enable'), 'FILESYSTEM_WRITE'],
  ['masking a service', service('mask'), 'FILESYSTEM_WRITE'],
  ['deleting', { kind: 'fs.delete', path: CONFIG }, 'FILESYSTEM_WRITE'],
  ['a mode', { kind: 'fs.chmod', path: CONFIG, mode: '0644' }, 'FILESYSTEM_WRITE'],
  ['a command that writes', { kind: 'exec.sandboxed', argv: ['/a'] }, 'FILESYSTEM_WRITE'],
  ['writing code', write('/srv/app/main.ts'), 'FILESYSTEM_WRITE'],
  ['writing a unit', write('/etc/systemd/system/app.service'), 'FILESYSTEM_WRITE'],
  [
    'patching a unit of our supervisor',
    {
      kind: 'config.patch',
      path: '/srv/services/units/a.service.json',
      set: [{ pointer: '/argv/1', value: 'b' }],
    },
    'FILESYSTEM_WRITE',
  ],
  ['a drop-in wherever it lies', write('/opt/a.service.d/b.conf'), 'FILESYSTEM_WRITE'],
  ['a drop-in of a unit', write('/etc/systemd/system/a.service.d/b.conf'), 'FILESYSTEM_WRITE'],
  ['a binary by its folder', write('/opt/app/bin/a.conf'), 'FILESYSTEM_WRITE'],
  ['a script in disguise', write(CONFIG, '#!/bin/sh\n'), 'FILESYSTEM_WRITE'],
  ['a program in disguise', write(CONFIG, '\u007fELF\u0002'), 'FILESYSTEM_WRITE'],
  ['configuration made executable', write(CONFIG, '{}', '0755'), 'FILESYSTEM_WRITE'],
  ['configuration with a mode', write(CONFIG, '{}', '0640'), 'LOW_RISK_CONFIG'],
  [
    'copying code over configuration',
    { kind: 'fs.copy', from: '/a/b', to: CONFIG },
    'FILESYSTEM_WRITE',
  ],
  [
    'patching a manifest that holds commands',
    { kind: 'config.patch', path: '/srv/app/package.json', set: [{ pointer: '/a', value: 1 }] },
    'FILESYSTEM_WRITE',
  ],
];

describe('what a step needs', () => {
  it.each(NEEDS)('O-02 %s', (_, action, needed) => {
    expect(classOf(action)).toBe(needed);
    const [step] = bundleDeclaration().steps;
    if (step === undefined) throw new Error('the fixture has steps');
    for (const riskClass of RISK_CLASSES) {
      const declaration = {
        ...bundleDeclaration(),
        RISK_CLASS: riskClass,
        steps: [{ ...step, action, rollback: [] }],
      };
      const isTooLow = RISK_CLASSES.indexOf(riskClass) < RISK_CLASSES.indexOf(needed);
      expect(capabilityFaults(declaration).map(faultName)).toEqual(
        isTooLow ? ['step_exceeds_risk_class:1'] : [],
      );
    }
  });

  it('O-02 G-40 is the most of what it does and of what undoes it', () => {
    const [step] = bundleDeclaration().steps;
    if (step === undefined) throw new Error('the fixture has steps');
    expect(classOfStep({ ...step, rollback: [] })).toBe('LOW_RISK_CONFIG');
    expect(classOfStep(step)).toBe('SERVICE_RESTART');
    const deleting = { ...step, rollback: [{ kind: 'fs.delete', path: CONFIG } as const] };
    expect(classOfStep(deleting)).toBe('FILESYSTEM_WRITE');
  });

  it('tells configuration from code', () => {
    const yes = ['/etc/nginx/nginx.conf', '/srv/a.YAML', '/etc/app/app.toml', '/etc/a.d/b.ini'];
    const no = [
      '/etc/cron.d/a.conf',
      '/srv/docker-compose.yml',
      '/srv/compose.prod.yaml',
      '/srv/a',
    ];
    expect(yes.filter(isConfigFile)).toEqual(yes);
    expect(
      [...no, '/etc/ld.so.conf.d/a.conf', '/srv/a.py', '/srv/x.service'].some(isConfigFile),
    ).toBe(false);
  });
});

describe('lists that may be empty', () => {
  it.each([
    ['READ_ONLY', []],
    ['LOW_RISK_CONFIG', ['declaration_missing_field:ALLOWED_PATHS']],
    ['SERVICE_RESTART', ['declaration_missing_field:ALLOWED_SERVICES']],
    ['FILESYSTEM_WRITE', ['declaration_missing_field:ALLOWED_PATHS']],
  ] as const)('G-41 of %s', (riskClass, faults) => {
    const empty = {
      ...bundleDeclaration(),
      RISK_CLASS: riskClass,
      ALLOWED_PATHS: [],
      ALLOWED_SERVICES: [],
      steps: [],
    };
    expect(capabilityFaults(empty).map(faultName)).toEqual(faults);
    const full = { ...empty, ALLOWED_PATHS: [CONFIG], ALLOWED_SERVICES: [UNIT] };
    expect(capabilityFaults(full)).toEqual([]);
  });
});
