import { defineConfig } from 'vitest/config';

/**
 * The tests a mutant must get past: those beside the code and those contract tests that stand on
 * the gates, on the monitors or on containment.
 */
export default defineConfig({
  test: {
    include: [
      'packages/core/src/{containment,gates,guard,order}/**/*.test.ts',
      'packages/core/test/{gate-order,gates,gates-*,reduction}.test.ts',
      'packages/core/test/{basis,bunker,clock-drift,cortex,degraded,self-impact}.test.ts',
      'packages/core/test/{containment,groups,kill-containment,turnover}.test.ts',
    ],
    setupFiles: ['scripts/mutation/fixed-seed.ts'],
    pool: 'threads',
    isolate: false,
  },
});
