import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { pointer, readJson } from './strict-json.ts';

it('equals JSON.parse on every JSON text without duplicate keys, compact or indented', () => {
  fc.assert(
    fc.property(fc.jsonValue({ maxDepth: 5 }), fc.constantFrom(0, 1, 4, '\t'), (value, indent) => {
      const text = JSON.stringify(value, null, indent);
      const read = readJson(text);
      expect(read.ok && read.value).toEqual(JSON.parse(text));
    }),
    { numRuns: 500 },
  );
});

it('accepts exactly what JSON.parse accepts among damaged texts', () => {
  const damaged = fc
    .tuple(
      fc.jsonValue({ maxDepth: 3 }),
      fc.nat(),
      fc.constantFrom('', '"', ',', '0', '-', '}', ' '),
    )
    .map(([value, at, insert]) => {
      const text = JSON.stringify(value);
      const cut = at % (text.length + 1);
      return text.slice(0, cut) + insert + text.slice(cut + 1);
    });
  fc.assert(
    fc.property(damaged, (text) => {
      const read = readJson(text);
      let expected: unknown;
      try {
        expected = JSON.parse(text);
      } catch {
        expect(read.ok).toBe(false);
        return;
      }
      if (read.ok) expect(read.value).toEqual(expected);
      else {
        const rules = new Set(read.faults.map((fault) => fault.rule));
        for (const rule of rules) expect(['duplicate_key', 'number_not_finite']).toContain(rule);
      }
    }),
    { numRuns: 1500 },
  );
});

it('refuses every object in which one key stands twice, and points at it', () => {
  const pairs = fc.uniqueArray(fc.string(), { minLength: 1, maxLength: 6 });
  fc.assert(
    fc.property(pairs, fc.nat(), (keys, pick) => {
      const twice = keys[pick % keys.length] ?? '';
      const members = [...keys, twice].map((key) => `${JSON.stringify(key)}:1`);
      const read = readJson(`{${members.join(',')}}`);
      expect(!read.ok && read.faults.map((fault) => fault.path)).toEqual([pointer('', twice)]);
    }),
  );
});

it('is total over arbitrary text', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      const read = readJson(text);
      expect(read.ok || read.faults.length > 0).toBe(true);
    }),
  );
});
