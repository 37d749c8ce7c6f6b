import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { patchBytes, type Setting } from './patch.ts';

function patch(name: string, text: string, ...set: readonly Setting[]): string {
  const patched = patchBytes(name, Buffer.from(text), set);
  return patched.ok ? patched.value.toString('utf8') : `no: ${JSON.stringify(patched)}`;
}

describe('a patch of a configuration', () => {
  it('9.5 changes the bytes of the JSON value and no others', () => {
    const text =
      '{\n\t"a" : [1, {"b": "x]}\\"," } ],\n  "c": {"d": 1.0, "e":[]},\n "last": true }\n';
    expect(patch('a.json', text, { pointer: '/a/1/b', value: 'y' })).toBe(
      text.replace('"x]}\\","', '"y"'),
    );
    expect(patch('a.json', text, { pointer: '/c', value: null })).toBe(
      text.replace('{"d": 1.0, "e":[]}', 'null'),
    );
    expect(
      patch('a.json', text, { pointer: '/a/0', value: 22 }, { pointer: '/last', value: [false] }),
    ).toBe(text.replace('[1,', '[22,').replace('true', '[false]'));
  });

  it('9.5 keeps comments and order of YAML', () => {
    const text = '# head\nweb:\n  port: 80 # the door\n  hosts: [a, b]\n\n# tail\nlevel: "info"\n';
    expect(patch('a.yaml', text, { pointer: '/web/port', value: 8080 })).toBe(
      text.replace('80 #', '8080 #'),
    );
    expect(patch('a.yml', text, { pointer: '/web/hosts/1', value: 'c' })).toBe(
      text.replace('[a, b]', '[a, c]'),
    );
  });

  it.each([
    ['a.json', '{"a": 1}', '/b', 'there is no value at /b'],
    ['a.json', '{"a": [1]}', '/a/01', 'there is no value'],
    ['a.json', '{"a": 1, "a": 2}', '/a', 'stands twice'],
    ['a.json', '{"a": 1}', '/__proto__/x', 'there is no value'],
    ['a.json', '{"a": 1', '/a', 'line 1'],
    ['a.yaml', 'a: 1\n', '/b', 'there is no value'],
    ['a.yaml', 'a: 1\n---\na: 2\n', '/a', 'documents'],
    ['a.yaml', 'a: &x 1\nb: *x\n', '/a', 'would change more'],
    ['a.yaml', 'a: &x {b: 1}\nc: *x\n', '/c/b', 'there is no value'],
    ['a.toml', 'a = 1', '/a', 'neither .json nor .yaml'],
  ])('9.5 refuses %s %s at %s', (name, text, pointer, why) => {
    expect(patch(name, text, { pointer, value: 7 })).toContain(why);
  });

  it('9.5 any JSON value is set to any other, and set back to the same bytes', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.jsonValue(), fc.jsonValue(), (first, second, other) => {
        const [one, two] = [JSON.stringify(first), JSON.stringify(second)];
        const spaced = ` { "first" : ${one}\n,"second":${two} } `;
        const there = patch('a.json', spaced, { pointer: '/first', value: other });
        expect(JSON.parse(there)).toEqual(JSON.parse(JSON.stringify({ first: other, second })));
        expect(patch('a.json', there, { pointer: '/first', value: first })).toBe(spaced);
      }),
      { numRuns: 200 },
    );
  });
});
