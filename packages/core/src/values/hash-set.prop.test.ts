import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { HashSet64 } from './hash-set.ts';
import { intentHash } from './ids.ts';

const hashes = fc
  .oneof(fc.bigInt({ min: 0n, max: (1n << 64n) - 1n }), fc.bigInt({ min: 0n, max: 8n }))
  .map((value) => intentHash(value.toString(16).padStart(16, '0')));

it('holds exactly the hashes that were added, through every growth', () => {
  fc.assert(
    fc.property(fc.array(hashes, { maxLength: 3_000 }), fc.array(hashes), (added, probes) => {
      const set = new HashSet64();
      const model = new Set<string>();
      for (const hash of added) {
        set.add(hash);
        model.add(hash);
      }
      expect(set.size).toBe(model.size);
      for (const hash of [...added, ...probes]) expect(set.has(hash)).toBe(model.has(hash));
    }),
    { numRuns: 60 },
  );
});
