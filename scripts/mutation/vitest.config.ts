import { defineConfig } from 'vitest/config';
import type { TestSequencer, TestSpecification } from 'vitest/node';

/**
 * The tests beside the code first, which stand in `src`. They are quick, and what one of them says
 * of a mutant is said of its rule; a whole desk is asked only about what they let through.
 */
class BesideTheCodeFirst implements TestSequencer {
  sort(files: TestSpecification[]): TestSpecification[] {
    const isBeside = ({ moduleId }: TestSpecification): boolean =>
      moduleId.includes('/packages/core/src/');
    return [...files.filter(isBeside), ...files.filter((file) => !isBeside(file))];
  }

  shard(files: TestSpecification[]): TestSpecification[] {
    return files;
  }
}

/**
 * The tests a mutant must get past: those beside the code and those contract tests that stand on
 * the gates or on containment. A monitor is judged by the tests beside it alone.
 */
export default defineConfig({
  test: {
    include: [
      'packages/core/src/{containment,gates,guard,order}/**/*.test.ts',
      'packages/core/test/{gate-order,gates,gates-*,reduction}.test.ts',
      'packages/core/test/{containment,degraded,groups,kill-containment}.test.ts',
      'packages/core/test/{self-impact,turnover}.test.ts',
    ],
    setupFiles: ['scripts/mutation/fixed-seed.ts'],
    sequence: { sequencer: BesideTheCodeFirst },
    // A busy machine is no failing test; what does not end at all is for Stryker to notice.
    testTimeout: 60_000,
    pool: 'threads',
    isolate: false,
  },
});
