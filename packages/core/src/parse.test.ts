import * as fc from 'fast-check';
import { Type } from 'typebox';
import { describe, expect, it } from 'vitest';
import { InvariantViolation } from './assert.ts';
import { closed, createParser, parseText } from './parse.ts';

const parser = createParser(
  closed({
    limit: Type.Number({ exclusiveMinimum: 0 }),
    kind: Type.Enum(['a', 'b']),
    inner: Type.Optional(closed({ count: Type.Integer() })),
    names: Type.Optional(Type.Array(Type.String({ minLength: 1 }))),
    cap: Type.Optional(Type.Union([Type.Number(), Type.Null()])),
  }),
);

function rules(value: unknown): readonly string[] {
  const parsed = parser(value);
  return parsed.ok ? [] : parsed.violations.map((item) => `${item.path} ${item.rule}`);
}

describe('parse', () => {
  it('passes a good value through as it is', () => {
    const value = { limit: 1, kind: 'a', inner: { count: 2 }, names: ['x'], cap: null };
    const parsed = parser(value);
    expect(parsed.ok && parsed.value).toBe(value);
  });

  it('collects every violation with its path and rule', () => {
    const value = { limit: 0, kind: 'c', extra: 1, inner: { count: 1.5, more: 2 }, names: [''] };
    expect([...rules(value)].sort()).toEqual([
      '/extra unknown_key',
      '/inner/count type',
      '/inner/more unknown_key',
      '/kind enum',
      '/limit exclusiveMinimum',
      '/names/0 minLength',
    ]);
  });

  it('collects more violations than the library would by itself', () => {
    const many = createParser(Type.Array(Type.Integer()));
    const parsed = many(Array.from({ length: 100 }, () => 'x'));
    expect(!parsed.ok && parsed.violations.length).toBe(100);
  });

  it('names every missing key at its own path', () => {
    expect(rules({})).toEqual(['/limit missing_key', '/kind missing_key']);
  });

  it.each([Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, true, '1', null])(
    'refuses %s as a number',
    (limit) => {
      expect(rules({ limit, kind: 'a' })).toContain('/limit type');
    },
  );

  it('reports a union once', () => {
    expect(rules({ limit: 1, kind: 'a', cap: 'x' })).toEqual(['/cap anyOf']);
  });

  it('is total over arbitrary values', () => {
    fc.assert(
      fc.property(fc.anything(), (value) => {
        const parsed = parser(value);
        expect(parsed.ok || parsed.violations.length > 0).toBe(true);
      }),
    );
  });

  it('cannot be built from a schema that lets unknown keys or unknown types through', () => {
    expect(() => createParser(Type.Object({}))).toThrow(InvariantViolation);
    expect(() => createParser(closed({ a: Type.Unknown() }))).toThrow(InvariantViolation);
    expect(() => createParser(Type.Array(Type.Object({})))).toThrow(InvariantViolation);
    expect(() => createParser(Type.Union([Type.Null(), Type.Object({})]))).toThrow(
      InvariantViolation,
    );
    expect(() => createParser(Type.Record(Type.String(), Type.Number()))).toThrow(
      InvariantViolation,
    );
  });

  it('places violations of a text by line and column', () => {
    const text = '{\n  "limit": true,\n  "kind": "a",\n  "inner": {\n    "cuont": 1\n  }\n}';
    const parsed = parseText(text, parser);
    const found = parsed.ok
      ? []
      : parsed.violations.map(
          (item) => `${item.place.line}:${item.place.column} ${item.path} ${item.rule}`,
        );
    expect(found.sort()).toEqual([
      '2:12 /limit type',
      '4:12 /inner/count missing_key',
      '5:14 /inner/cuont unknown_key',
    ]);
  });

  it('refuses a number that a double would round, and a key that stands twice', () => {
    const rounded = parseText('{"limit": 0.1000000000000000055, "kind": "a"}', parser);
    expect(!rounded.ok && rounded.violations.map((item) => item.rule)).toEqual([
      'number_not_exact',
    ]);
    const twice = parseText('{"limit": 1, "kind": "a", "limit": 9e9}', parser);
    expect(!twice.ok && twice.violations.map((item) => item.rule)).toEqual(['duplicate_key']);
  });
});
