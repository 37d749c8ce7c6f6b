import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { bundleDeclaration } from './declaration.fixture.ts';
import { MANDATORY_FIELDS } from './declaration.ts';
import { faultName } from './fault.ts';
import { readDeclaration, readDeclarationFile } from './read.ts';

const folder = mkdtempSync(join(tmpdir(), 'holdfast-read-'));
afterAll(() => rmSync(folder, { recursive: true }));

type Loose = Record<string, unknown>;

function loose(): Loose {
  return structuredClone(bundleDeclaration());
}

function namesOf(value: unknown): readonly string[] {
  return namesIn(JSON.stringify(value), 'json');
}

function namesIn(text: string, format: 'json' | 'yaml' | null = null): readonly string[] {
  const read = readDeclaration(text, format);
  return read.ok ? [] : read.faults.map(faultName);
}

function messagesIn(text: string): readonly string[] {
  const read = readDeclaration(text);
  return read.ok ? [] : read.faults.map(({ message }) => message);
}

describe('the seven fields', () => {
  it.each(MANDATORY_FIELDS)('O-01 %s removed is a fault of its own', (field) => {
    const value = loose();
    delete value[field];
    expect(namesOf(value)).toEqual([`declaration_missing_field:${field}`]);
  });

  it.each(MANDATORY_FIELDS)('O-01 %s blank counts as missing', (field) => {
    for (const blank of ['', ' \t\n', '\u00a0', '\u200b\ufeff', null, [''], [' ', '\u2028']]) {
      expect(namesOf({ ...loose(), [field]: blank }), JSON.stringify(blank)).toEqual([
        `declaration_missing_field:${field}`,
      ]);
    }
  });

  it('O-01 all that are missing are named at once', () => {
    const value = loose();
    for (const field of MANDATORY_FIELDS) delete value[field];
    expect(namesOf(value)).toEqual(
      [...MANDATORY_FIELDS].sort().map((field) => `declaration_missing_field:${field}`),
    );
  });

  it.each(['MEDIUM_RISK_TRADING_CONTROL', 'SERVICE_RESTART + FILESYSTEM_WRITE', 'read_only'])(
    'O-01 the class %s is none',
    (value) => {
      expect(namesOf({ ...loose(), RISK_CLASS: value })).toEqual([`risk_class_invalid:${value}`]);
      expect(namesOf({ ...loose(), RISK_CLASS: [value] })).toEqual([
        `risk_class_invalid:["${value}"]`,
      ]);
    },
  );

  it('O-01 an empty list is there, and is no blank', () => {
    expect(namesOf({ ...loose(), ALLOWED_PATHS: [], ALLOWED_SERVICES: [] })).toEqual([]);
  });
});

describe('reading', () => {
  it('gives one digest for JSON, YAML and any order of keys', () => {
    const value = loose();
    const turned = Object.fromEntries(Object.entries(value).toReversed());
    const texts = [JSON.stringify(value), JSON.stringify(turned, null, 3), stringify(turned)];
    const digests = texts.map((text) => {
      const read = readDeclaration(text);
      return read.ok ? read.digest : read.faults;
    });
    expect(digests[0]).toMatch(/^[0-9a-f]{64}$/);
    expect(new Set(digests).size).toBe(1);
  });

  it('gives another digest for any change', () => {
    const digest = (value: Loose): string => {
      const read = readDeclaration(JSON.stringify(value));
      return read.ok ? read.digest : '';
    };
    expect(digest({ ...loose(), OBJECTIVE: 'another' })).not.toBe(digest(loose()));
  });

  it.each([
    'a: b',
    '# no comment',
    `it's "quoted"`,
    'two\nlines\n',
    'budget $1820.93, not .93',
    '- dash',
    '*alias &anchor !tag',
    '---',
    'yes',
    '0o17',
    '\u202ereversed',
  ])('O-13 the text %j comes back as it was written', (text) => {
    const value = { ...loose(), OPERATION_NAME: `${text} ok`, OBJECTIVE: text };
    for (const written of [JSON.stringify(value), stringify(value)]) {
      const read = readDeclaration(written);
      expect(read.ok && read.declaration.OPERATION_NAME).toBe(`${text} ok`);
      expect(read.ok && read.declaration.OBJECTIVE).toBe(text);
    }
  });

  it('O-13 an unquoted colon is an error with its line, and no other text', () => {
    const yaml = stringify(loose()).replace(
      /^OPERATION_NAME: .*$/m,
      'OPERATION_NAME: Deploy: alpha',
    );
    const line = yaml.split('\n').findIndex((each) => each.startsWith('OPERATION_NAME')) + 1;
    const [first] = messagesIn(yaml);
    expect(first).toContain(`line ${line}, column`);
  });

  it('says where a value stands, and which kind of step was meant', () => {
    const value = loose();
    const text = JSON.stringify(
      {
        ...value,
        steps: [{ title: 'x', action: { kind: 'fs.delete', pth: '/a' }, verification: [] }],
      },
      null,
      1,
    );
    const read = readDeclaration(text);
    const faults = read.ok ? [] : read.faults;
    expect(faults.map(faultName)).toEqual([
      'declaration_malformed:/steps/0/action/path',
      'declaration_malformed:/steps/0/action/pth',
    ]);
    const lines = text.split('\n');
    const line = lines.findIndex((each) => each.includes('"pth"'));
    const column = (lines[line]?.indexOf('"/a"') ?? 0) + 1;
    expect(faults[1]?.message).toBe(`line ${line + 1}, column ${column}: unknown key "pth"`);
  });

  it('names the kinds there are where one is unknown, in gates of gates as well', () => {
    const step = {
      title: 'x',
      action: { kind: 'check', gate: { kind: 'shell', argv: ['rm'] } },
      verification: [],
    };
    const read = readDeclaration(JSON.stringify({ ...loose(), steps: [step] }));
    expect(read.ok ? [] : read.faults.map(faultName)).toEqual([
      'declaration_malformed:/steps/0/action/gate/kind',
    ]);
    expect(read.ok ? '' : read.faults[0].message).toContain('status, logs, http');
  });

  it('adds line and column to what is found later', () => {
    const text = stringify(loose());
    const read = readDeclaration(text);
    const line = text.split('\n').findIndex((each) => each.startsWith('environment')) + 1;
    const fault = { code: 'env_not_permitted', operand: '', place: '/environment' } as const;
    expect(read.ok && read.locate({ ...fault, message: 'no' }).message).toBe(
      `line ${line}, column 1: no`,
    );
  });

  it('reads files by their names, and says what no file is', () => {
    const json = join(folder, 'a.json');
    const yaml = join(folder, 'a.YML');
    const plain = join(folder, 'declaration');
    writeFileSync(json, JSON.stringify(loose()));
    writeFileSync(yaml, stringify(loose()));
    writeFileSync(plain, JSON.stringify(loose()));
    for (const path of [json, yaml, plain]) expect(readDeclarationFile(path).ok, path).toBe(true);
    writeFileSync(json, stringify(loose()));
    writeFileSync(yaml, Buffer.from([0x61, 0xff, 0xfe]));
    const codes = [json, yaml, folder, join(folder, 'none.yaml')].map((path) => {
      const read = readDeclarationFile(path);
      return read.ok ? [] : faultName(read.faults[0]);
    });
    expect(codes).toEqual([
      'declaration_unreadable:json_syntax',
      'declaration_unreadable:not_utf8',
      'declaration_unreadable:not_a_file',
      'declaration_unreadable:missing',
    ]);
  });
});

describe('what two readers could read differently', () => {
  const yaml = (line: string): string => `${stringify(loose())}${line}\n`;
  it.each([
    ['a key that stands twice', yaml('host: elsewhere'), 'duplicate_key'],
    ['a key that stands twice in JSON', '{"host": "a", "host": "b"}', 'duplicate_key'],
    ['an alias', 'a: &x [1]\nb: *x', 'anchor'],
    ['an alias of nothing', 'b: *x', 'alias'],
    ['a tag', 'host: !!binary aGk=', 'tag'],
    ['a tag of somebody', 'host: !secret x', 'tag'],
    ['two documents', `${yaml('')}---\na: 1`, 'multiple_documents'],
    ['a directive', `%YAML 1.1\n---\n${yaml('')}`, 'directive'],
    ['a tag directive', `%TAG ! tag:x,2000:\n---\n${yaml('')}`, 'directive'],
    ['a key that is a list', '? [a]\n: 1', 'key_not_text'],
    ['a key that is a number', '1: a', 'key_not_text'],
    ['a key that is nothing', '~: a', 'key_not_text'],
    ['a number in octal', 'mode: 0o644', 'number_ambiguous'],
    ['a number with a zero before it', 'mode: 0644', 'number_ambiguous'],
    ['a number without an end', 'x: .inf', 'number_ambiguous'],
    ['nothing', '', 'empty'],
    ['a comment alone', '# TRUST ME', 'empty'],
    ['an open bracket', 'a: [1', 'bad_indent'],
    ['a tab for an indent', 'a:\n\t- b', 'tab_as_indent'],
    ['too many levels', `${'['.repeat(100)}${']'.repeat(100)}`, 'too_deep'],
    ['too many levels of JSON', `{"a":${'['.repeat(100)}`, 'too_deep'],
    ['too long a text', `a: ${'x'.repeat(1 << 17)}`, 'too_large'],
    ['too long a JSON', `{"a": "${'x'.repeat(1 << 20)}"}`, 'too_large'],
  ])('%s is refused', (_, text, rule) => {
    expect(namesIn(text)).toContain(`declaration_unreadable:${rule}`);
  });

  it('a bomb of aliases is refused without being unfolded', () => {
    const levels = Array.from(
      { length: 30 },
      (_, index) => `a${index}: &a${index} [${`*a${index - 1},`.repeat(index === 0 ? 0 : 9)}]`,
    );
    const started = performance.now();
    expect(namesIn(levels.join('\n'))).toContain('declaration_unreadable:anchor');
    expect(performance.now() - started).toBeLessThan(1_000);
  });

  it('a merge key is a key like any other, and unknown', () => {
    expect(namesIn(yaml('<<: { host: elsewhere }'))).toEqual(['declaration_malformed:/<<']);
  });

  it('a key named __proto__ is unknown, and changes nothing', () => {
    expect(namesIn(yaml('__proto__: { host: elsewhere }'))).toEqual([
      'declaration_malformed:/__proto__',
    ]);
  });

  it('a text that is no text, a digit too many and half a character are refused', () => {
    const number = { ...loose(), OBJECTIVE: 5 };
    expect(namesOf(number)).toEqual(['declaration_malformed:/OBJECTIVE']);
    expect(namesOf({ ...loose(), OBJECTIVE: 'half \ud800' })).toEqual([
      'declaration_malformed:/OBJECTIVE',
    ]);
    const patch = (value: string): string =>
      JSON.stringify({
        ...loose(),
        steps: [
          {
            title: 'x',
            action: { kind: 'config.patch', path: '/a', set: [{ pointer: '/a', value: 987 }] },
            verification: [],
          },
        ],
      }).replace('987', value);
    expect(namesIn(patch('0.1'))).toEqual([]);
    expect(namesIn(patch('0.1000000000000000055'))).toEqual([
      'declaration_malformed:/steps/0/action/set/0/value',
    ]);
    const yamlPatch = stringify(JSON.parse(patch('0.1'))).replace(
      ': 0.1',
      ': 0.1000000000000000055',
    );
    expect(namesIn(yamlPatch)).toEqual(['declaration_malformed:/steps/0/action/set/0/value']);
  });

  it.each(['[]', '"text"', '5', 'null', '- a', 'text'])('%s is no declaration', (text) => {
    expect(namesIn(text)).toEqual(['declaration_malformed']);
  });
});
