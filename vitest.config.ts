import { defineConfig } from 'vitest/config';

/** What needs a Temporal server: started once for the whole run by test/support/global-setup.ts. */
const ON_TEMPORAL = ['test/e2e/**/*.test.ts', 'test/replay/**/*.test.ts', 'test/workflows/**/*.test.ts'];

export default defineConfig({
  test: {
    // The SDK's native core fails under worker threads.
    pool: 'forks',
    maxWorkers: 2,
    passWithNoTests: false,
    // A busy machine is slow, not wrong: conditions are waited for, and a wrong one still fails.
    expect: { poll: { timeout: 15_000 } },
    reporters: ['default', './test/support/reporter.ts'],
    coverage: { provider: 'v8', include: ['src/**', 'demo/**'], reporter: ['text', 'html'] },
    projects: [
      {
        extends: true,
        test: { name: 'unit', include: ['test/**/*.test.ts'], exclude: ON_TEMPORAL, testTimeout: 20_000 },
      },
      {
        extends: true,
        test: {
          name: 'e2e',
          include: ON_TEMPORAL,
          globalSetup: ['test/support/global-setup.ts'],
          testTimeout: 90_000,
          hookTimeout: 90_000,
        },
      },
    ],
  },
});
