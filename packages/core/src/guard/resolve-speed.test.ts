import { expect, it } from 'vitest';
import { baselineInputs } from './baseline.fixture.ts';
import { resolveMode } from './resolve.ts';

it('answers well under a microsecond when Active', () => {
  const inputs = baselineInputs();
  const rounds = 50_000;
  for (let round = 0; round < rounds; round += 1) resolveMode(inputs);
  let best = Number.POSITIVE_INFINITY;
  for (let attempt = 0; attempt < 5; attempt += 1) {
    const start = performance.now();
    for (let round = 0; round < rounds; round += 1) resolveMode(inputs);
    best = Math.min(best, ((performance.now() - start) * 1e6) / rounds);
  }
  // Budget 1 µs on a quiet machine; the bound leaves room for a loaded one and still catches a slow
  // list.
  expect(best).toBeLessThan(3_000);
});
