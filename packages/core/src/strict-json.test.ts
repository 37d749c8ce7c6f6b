import { describe, expect, it } from 'vitest';
import { JSON_DEPTH_MAX, JSON_LENGTH_MAX, readJson } from './strict-json.ts';

function faults(text: string): readonly string[] {
  const read = readJson(text);
  if (read.ok) return [];
  return read.faults.map(
    (fault) => `${fault.place.line}:${fault.place.column} ${fault.rule} ${fault.path}`,
  );
}

describe('strict JSON', () => {
  it('places a duplicate key at its second appearance, and goes on to find the next one', () => {
    const text = '{\n  "a": 1,\n  "b": {"x": 1, "x": 2},\n  "a": 3\n}';
    expect(faults(text)).toEqual(['3:17 duplicate_key /b/x', '4:3 duplicate_key /a']);
  });

  it('sees through escapes: an escaped key duplicates a plain one', () => {
    expect(faults('{"limit": 1, "l\\u0069mit": 9}')).toEqual(['1:14 duplicate_key /limit']);
  });

  it.each([
    ['', '1:1 json_syntax '],
    ['{"a":}', '1:6 json_syntax /a'],
    ['{"a" 1}', '1:6 json_syntax /a'],
    ['{a:1}', '1:2 json_syntax '],
    ["{'a':1}", '1:2 json_syntax '],
    ['[1,]', '1:4 json_syntax /1'],
    ['[1 2]', '1:4 json_syntax '],
    ['{"a":1,}', '1:8 json_syntax '],
    ['{"a":1', '1:7 json_syntax '],
    ['01', '1:1 json_syntax '],
    ['1.', '1:1 json_syntax '],
    ['-', '1:1 json_syntax '],
    ['+1', '1:1 json_syntax '],
    ['.5', '1:1 json_syntax '],
    ['NaN', '1:1 json_syntax '],
    ['Infinity', '1:1 json_syntax '],
    ['-Infinity', '1:1 json_syntax '],
    ['tru', '1:1 json_syntax '],
    ['"a', '1:3 json_syntax '],
    ['"\\x"', '1:2 json_syntax '],
    ['"\\u12"', '1:2 json_syntax '],
    ['"a\nb"', '1:3 json_syntax '],
    ['1 2', '1:3 json_syntax '],
    ['// note\n1', '1:1 json_syntax '],
    ['{"a":1}\n x', '2:2 json_syntax '],
  ])('refuses %j', (text, expected) => {
    expect(() => JSON.parse(text)).toThrow(SyntaxError);
    expect(faults(text)).toEqual([expected]);
  });

  it('refuses a number that JSON.parse would turn into Infinity', () => {
    expect(JSON.parse('1e999')).toBe(Number.POSITIVE_INFINITY);
    expect(faults('{"a": 1e999}')).toEqual(['1:7 number_not_finite /a']);
    expect(faults('{"a": 1e308}')).toEqual([]);
  });

  it('names numbers whose text says more than a double keeps', () => {
    const read = readJson(
      '{"a": 0.1234567890123456, "b": 123456789012345, "c": 1e-999, "d": 0.000,' +
        ' "e": 1000000000000000000}',
    );
    expect(read.ok && [...read.inexact]).toEqual([
      ['/a', '0.1234567890123456'],
      ['/c', '1e-999'],
    ]);
  });

  it('is bounded in depth and in length', () => {
    const nest = (depth: number): string => '['.repeat(depth) + ']'.repeat(depth);
    expect(faults(nest(JSON_DEPTH_MAX))).toEqual([]);
    expect(faults(nest(JSON_DEPTH_MAX + 1))[0]).toMatch(/too_deep/);
    expect(faults(' '.repeat(JSON_LENGTH_MAX + 1))).toEqual(['1:1 too_large ']);
  });

  it('gives the place of a value, and of the nearest ancestor of one that is missing', () => {
    const read = readJson('{\n  "a/b": [10,\n    {"~": 1}]\n}');
    if (!read.ok) throw new Error('expected a value');
    expect(read.place('/a~1b/1/~0')).toEqual({ line: 3, column: 11 });
    expect(read.place('/a~1b/1/missing')).toEqual({ line: 3, column: 5 });
    expect(read.place('/nowhere')).toEqual({ line: 1, column: 1 });
  });

  it('keeps __proto__ an ordinary key', () => {
    const read = readJson('{"__proto__": {"polluted": true}}');
    expect(read.ok && Object.hasOwn(read.value as object, '__proto__')).toBe(true);
    expect(({} as { polluted?: boolean }).polluted).toBeUndefined();
  });
});
