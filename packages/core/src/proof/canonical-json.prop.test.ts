import canonicalize from 'canonicalize';
import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { canonicalJson } from './canonical-json.ts';

const json = fc.jsonValue({ stringUnit: 'binary', maxDepth: 6 });

it('equals the reference implementation on random JSON', () => {
  fc.assert(
    fc.property(json, (value) => {
      expect(canonicalJson(value)).toEqual({ ok: true, text: canonicalize(value) });
    }),
    { numRuns: 2000 },
  );
});

it('refuses exactly the strings that have no UTF-8', () => {
  const units = fc.array(fc.constantFrom('a', '"', '\n', '\ud83d', '\ude00', '\u20ac'), {
    maxLength: 6,
  });
  fc.assert(
    fc.property(units, (parts) => {
      const value = parts.join('');
      expect(canonicalJson(value).ok).toBe(value === Buffer.from(value, 'utf8').toString('utf8'));
    }),
  );
});

it('is a fixed point: reading the text and writing it again changes nothing', () => {
  fc.assert(
    fc.property(json, (value) => {
      const first = canonicalJson(value);
      expect(first.ok && canonicalJson(JSON.parse(first.text))).toEqual(first);
    }),
  );
});
