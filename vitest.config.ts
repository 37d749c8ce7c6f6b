import { defineConfig } from 'vitest/config';

/**
 * Fast tests share one module graph, and so do those of the core as a whole; tests with workers,
 * sockets or a mocked module are isolated. `wire` tests are whole processes that mostly wait for
 * each other: more of them run at once than there are cores; `soak` tests are days of a whole
 * market in virtual time; `profiles` builds, installs and starts whole trees. These three are no
 * part of `npm test`.
 */
export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'unit',
          include: ['packages/*/src/**/*.test.ts'],
          pool: 'threads',
          isolate: false,
        },
      },
      {
        test: {
          name: 'core',
          include: ['packages/{core,deribit,strategies}/test/**/*.test.ts'],
          exclude: ['**/*.mocked.test.ts'],
          pool: 'threads',
          isolate: false,
          testTimeout: 180_000,
          hookTimeout: 180_000,
        },
      },
      {
        test: {
          name: 'contract',
          include: [
            'packages/{runtime,sim,governance}/test/**/*.test.ts',
            'packages/**/*.mocked.test.ts',
          ],
          exclude: ['**/*.{wire,soak}.test.ts'],
          pool: 'forks',
          maxWorkers: 2,
          sequence: { groupOrder: 1 },
          testTimeout: 180_000,
          hookTimeout: 180_000,
        },
      },
      {
        test: {
          name: 'wire',
          include: ['packages/*/test/**/*.wire.test.ts'],
          pool: 'forks',
          maxWorkers: 3,
          sequence: { groupOrder: 2 },
          testTimeout: 300_000,
          hookTimeout: 300_000,
        },
      },
      {
        test: {
          name: 'soak',
          include: ['packages/*/test/**/*.soak.test.ts'],
          pool: 'forks',
          maxWorkers: 2,
          sequence: { groupOrder: 3 },
          testTimeout: 300_000,
          hookTimeout: 300_000,
        },
      },
      {
        test: {
          name: 'tidy',
          include: ['scripts/**/*.test.ts'],
          exclude: ['**/*.wire.test.ts'],
          pool: 'forks',
          testTimeout: 180_000,
          hookTimeout: 180_000,
        },
      },
      {
        test: {
          name: 'profiles',
          include: ['scripts/*.wire.test.ts'],
          pool: 'forks',
          sequence: { groupOrder: 4 },
          testTimeout: 300_000,
          hookTimeout: 300_000,
        },
      },
    ],
  },
});
