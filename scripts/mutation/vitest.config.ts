import { defineConfig } from 'vitest/config';

/**
 * The tests a mutant must get past: those beside the code and those contract tests that stand on
 * the gates. Left out is what a stopwatch decides: a mutant it kills is not noticed but slow.
 */
export default defineConfig({
  test: {
    include: [
      'packages/core/src/{gates,guard,order}/*.test.ts',
      'packages/core/test/{gate-order,gates,gates-*,reduction}.test.ts',
    ],
    exclude: ['**/*-speed.test.ts'],
    setupFiles: ['scripts/mutation/fixed-seed.ts'],
    pool: 'threads',
    isolate: false,
  },
});
