import { hostname } from 'node:os';
import { describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { bundleDeclaration } from './declaration.fixture.ts';
import { faultName } from './fault.ts';
import { lintDeclaration } from './lint.ts';
import { planLines } from './plan.ts';
import { pretend, PROJECT, rulesOf } from './probe.fixture.ts';
import { readDeclaration } from './read.ts';
import {
  fillIn,
  readTemplate,
  readTemplateFile,
  shippedNames,
  shippedPath,
  type Template,
} from './shipped.ts';
import { fillTemplate, readValues } from './shipped-values.ts';

const OWN = {
  PROJECT,
  NODE: process.execPath,
  OPERATION_ID: 'OPS-2026-03-01-001',
  REQUESTED_BY: 'ana',
};

function templateOf(parts: Readonly<Record<string, unknown>> = {}): string {
  return stringify({
    schema: 'holdfast.operation-template.v1',
    title: 'A template',
    parameters: { PORT: { is: 'a port', type: 'integer' }, NAME: { is: 'a name', type: 'string' } },
    declaration: { OPERATION_NAME: '<NAME> on <PORT>', expected: '<PORT>' },
    ...parts,
  });
}

function read(text: string): Template {
  const template = readTemplate(text);
  if (!template.ok) throw new Error(template.faults.map(faultName).join(' '));
  return template.template;
}

const faultsOf = (text: string): readonly string[] => {
  const template = readTemplate(text);
  return template.ok ? [] : template.faults.map((fault) => `${fault.place} ${faultName(fault)}`);
};

describe('a template', () => {
  it('9.13 says its title, its parameters and everything that is declared', () => {
    const { title, parameters, declaration } = read(templateOf());
    expect(title).toBe('A template');
    expect([...parameters.keys()]).toEqual(['PORT', 'NAME']);
    expect(declaration).toEqual({ OPERATION_NAME: '<NAME> on <PORT>', expected: '<PORT>' });
  });

  it.each([
    ['no YAML', '{', /template_unreadable:/],
    ['an anchor', 'schema: &a x', /template_unreadable:anchor/],
    ['another schema', templateOf({ schema: 'x' }), /\/schema template_malformed:\/schema/],
    ['an unknown key', templateOf({ steps: [] }), /\/steps template_malformed/],
    ['no declaration', templateOf({ declaration: null }), /\/declaration template_malformed/],
    [
      'what whoever makes it says',
      templateOf({ declaration: { operation_id: 'x', a: '<NAME><PORT>' } }),
      /\/declaration\/operation_id template_malformed/,
    ],
    [
      'a placeholder nothing fills',
      templateOf({ declaration: { a: ['<NAME>', '<PORT> <OTHER>'] } }),
      /\/declaration\/a\/1 placeholder_unresolved:<OTHER>/,
    ],
    [
      'a parameter that fills nothing',
      templateOf({ declaration: { a: '<NAME>' } }),
      /\/parameters\/PORT template_malformed/,
    ],
    [
      'a parameter that is filled by itself',
      templateOf({ parameters: { NODE: { is: 'x', type: 'string' } }, declaration: { a: 1 } }),
      /\/parameters\/NODE template_malformed/,
    ],
    [
      'a default of another type',
      templateOf({
        parameters: { A: { is: 'x', type: 'integer', default: 'y' } },
        declaration: { a: '<A>' },
      }),
      /\/parameters\/A\/default template_malformed/,
    ],
    [
      'a default that is a placeholder',
      templateOf({
        parameters: { A: { is: 'x', type: 'string', default: '<B>' } },
        declaration: { a: '<A>' },
      }),
      /\/parameters\/A\/default template_malformed/,
    ],
  ])('9.13 with %s is none', (_, text, fault) => {
    expect(faultsOf(text).join('\n')).toMatch(fault);
  });

  it('9.13 a file that is not there is told as such', () => {
    const absent = readTemplateFile(shippedPath(PROJECT, 'no-such') ?? '');
    expect(absent).toMatchObject({ faults: [{ code: 'template_unreadable', operand: 'missing' }] });
    expect(shippedPath(PROJECT, '../x')).toBeNull();
    expect(shippedPath(PROJECT, 'x.yaml')).toBeNull();
  });
});

describe('values', () => {
  const template = read(templateOf());
  const said = (...words: readonly string[]): readonly string[] => {
    const values = readValues(template, words);
    return values.ok ? [] : values.faults.map(faultName);
  };

  it('9.13 fill what they are said for, a number where it stands alone', () => {
    const values = readValues(template, ['PORT=8080', 'NAME=a=b: "c" $& #']);
    if (!values.ok) throw new Error(values.faults.map(faultName).join(' '));
    expect(fillTemplate(template, values.values, OWN)).toEqual({
      OPERATION_NAME: 'a=b: "c" $& # on 8080',
      expected: 8080,
    });
  });

  it.each([
    [['PORT=1'], ['parameter_missing:NAME']],
    [[], ['parameter_missing:PORT', 'parameter_missing:NAME']],
    [['PORT=1', 'NAME=a', 'HOST=b'], ['parameter_unknown:HOST']],
    [['PORT=1', 'NAME=a', 'PROJECT=/x'], ['parameter_unknown:PROJECT']],
    [['PORT=1', 'NAME=a', 'PORT=2'], ['parameter_repeated:PORT']],
    [['PORT=x', 'NAME=a'], ['parameter_invalid:PORT']],
    [['PORT=1.5', 'NAME=a'], ['parameter_invalid:PORT']],
    [['PORT=01', 'NAME=a'], ['parameter_invalid:PORT']],
    [['PORT=99999999999999999', 'NAME=a'], ['parameter_invalid:PORT']],
    [
      ['PORT=1', 'NAME'],
      ['parameter_invalid:NAME', 'parameter_missing:NAME'],
    ],
    [['PORT=1', 'NAME='], ['parameter_invalid:NAME']],
    [['PORT=1', 'NAME=a\nb'], ['parameter_invalid:NAME']],
    [['PORT=1', 'NAME=<PORT>'], ['parameter_invalid:NAME']],
    [['PORT=1', `NAME=${'a'.repeat(4_097)}`], ['parameter_invalid:NAME']],
    [['PORT=1', `NAME=${'a'.repeat(4_096)}`], []],
  ])('9.13 %j is %j', (words, faults) => {
    expect(said(...words)).toEqual(faults);
  });

  it('O-17 what is filled in is not looked at again', () => {
    const values = new Map([
      ['A', '<B>'],
      ['B', 'x'],
    ]);
    expect(fillIn({ a: '<A> <B>', b: ['<A>', 1, null] }, values)).toEqual({
      a: '<B> x',
      b: ['<B>', 1, null],
    });
  });
});

/** Something for each parameter of those that are shipped. */
const SAMPLE: Readonly<Record<string, string>> = {
  HTTP_PORT: '8090',
  CONFIG_HASH: 'c'.repeat(64),
  SHA256: 'a'.repeat(64),
  BACKUP_SHA256: 'b'.repeat(64),
  DAMAGED_SHA256: 'd'.repeat(64),
  DAMAGED_RUN: '/srv/holdfast/run',
  DAMAGED_SEGMENT: '000000.log',
  FRESH_RUN: '/srv/holdfast/restored',
  BACKUP: '/srv/holdfast/backup.tar.gz',
  UNIT_FILE: '/srv/holdfast/units/holdfast-engine.service.json',
  OLD_KEY_FILE: '/srv/holdfast/secrets/old.json',
  NEW_KEY_FILE: '/srv/holdfast/secrets/new.json',
  VENUE_UNIT: 'exchange.service',
  RUN: '/srv/holdfast/run',
  RECORD: '/srv/holdfast/drills',
  CANDIDATE: '/srv/holdfast/candidate.json',
  POLICY: '/srv/holdfast/bundle/policy.json',
  RUNTIME: '/srv/holdfast/runtime.json',
};

describe('what is shipped', () => {
  it('10.7 is there', () => {
    expect(shippedNames(PROJECT)).toEqual(
      expect.arrayContaining([
        'break-glass-drill',
        'deploy-policy',
        'restart-runtime',
        'restore-ledger',
        'rotate-key',
      ]),
    );
    expect(shippedNames('/nowhere')).toEqual([]);
  });

  it.each(shippedNames(PROJECT))('9.13 %s is an operation once it is filled', (name) => {
    const template = readTemplateFile(shippedPath(PROJECT, name) ?? '');
    if (!template.ok) throw new Error(template.faults.map((each) => each.message).join('\n'));
    const { parameters } = template.template;
    const needed = [...parameters].filter(([, { default: given }]) => given === undefined);
    const words = needed.map(([each, { type }]) => {
      return `${each}=${SAMPLE[each] ?? (type === 'integer' ? '1' : '/srv/holdfast/sample')}`;
    });
    const values = readValues(template.template, words);
    if (!values.ok) throw new Error(values.faults.map(faultName).join(' '));
    const { operation_id, requested_by, expires_at, environment } = bundleDeclaration();
    const text = stringify({
      schema: 'holdfast.operation.v1',
      operation_id,
      environment,
      host: hostname(),
      requested_by,
      expires_at,
      ...fillTemplate(template.template, values.values, OWN),
    });
    const declared = readDeclaration(text, 'yaml');
    if (!declared.ok) throw new Error(declared.faults.map((each) => each.message).join('\n'));
    const rules = rulesOf(pretend({ '/srv/holdfast': 'folder' }));
    expect(lintDeclaration(declared.declaration, rules).map(faultName)).toEqual([]);
    expect(planLines(declared.declaration, declared.digest).join('\n')).not.toMatch(/<[A-Z]/);
  });
});
