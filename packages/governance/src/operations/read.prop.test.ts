import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { bundleDeclaration } from './declaration.fixture.ts';
import { readDeclaration } from './read.ts';
import { readRunbook } from './runbook.ts';

const yamlish = fc
  .array(
    fc.constantFrom(
      'a',
      ': ',
      '\n',
      '  ',
      '- ',
      '"',
      "'",
      '[',
      ']',
      '{',
      '}',
      '&x ',
      '*x',
      '!!str ',
      '|',
      '>',
      '#',
      '%YAML 1.1',
      '---',
      '...',
      '\t',
      '? ',
      ',',
      '\\',
      '\u0000',
      '\ud800',
      '<<',
      'host',
      'steps',
      '0x1',
      '.inf',
      '~',
      'OBJECTIVE',
    ),
    { maxLength: 40 },
  )
  .map((parts) => parts.join(''));

describe('reading', () => {
  it('O-01 is total: any text is a declaration or has a fault', () => {
    fc.assert(
      fc.property(
        fc.oneof(fc.string({ unit: 'binary-ascii' }), fc.json({ maxDepth: 2 }), yamlish),
        fc.constantFrom('json', 'yaml', null),
        (text, format) => {
          const read = readDeclaration(text, format);
          expect(read.ok || read.faults.length > 0).toBe(true);
          const runbook = readRunbook(text);
          expect(runbook.ok || runbook.faults.length > 0).toBe(true);
        },
      ),
    );
  });

  it('O-13 a declaration has one digest as JSON and as YAML, whatever its texts hold', () => {
    const signs =
      ': |# |"|\'|\n|\r\n|\t|$1820.93|é|\u2028|\u{1f512}|\u0000|\u0085|\ufeff|- |? |%'.split('|');
    const words = fc
      .array(fc.oneof(fc.string({ maxLength: 5 }), fc.constantFrom(...signs)), { minLength: 1 })
      .map((parts) => parts.join(''));
    const values = fc.oneof(fc.string(), fc.integer(), fc.boolean(), fc.constant(null));
    fc.assert(
      fc.property(words, values, fc.boolean(), (objective, value, isQuoted) => {
        const declaration = {
          ...bundleDeclaration(),
          OBJECTIVE: `${objective}.`,
          steps: [
            {
              title: 'x',
              action: { kind: 'config.patch', path: '/a', set: [{ pointer: '/a', value }] },
              verification: [],
            },
          ],
        };
        const json = readDeclaration(JSON.stringify(declaration), 'json');
        const style = isQuoted ? ({ defaultStringType: 'QUOTE_DOUBLE' } as const) : {};
        const yaml = readDeclaration(stringify(declaration, style), 'yaml');
        expect(json.ok && json.declaration).toEqual(declaration);
        expect(yaml.ok ? yaml.digest : yaml.faults).toBe(json.ok && json.digest);
      }),
    );
  });
});
