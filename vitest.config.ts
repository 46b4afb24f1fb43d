import { defineConfig } from 'vitest/config';

/** What needs a Temporal server: started once for the whole run by test/support/global-setup.ts. */
const ON_TEMPORAL = ['test/e2e/**/*.test.ts', 'test/replay/**/*.test.ts', 'test/workflows/**/*.test.ts'];
/** Of these, what asserts times (ten seconds after a `kill -9`): they go first, with nothing else beside them. */
const TIMED = ['test/e2e/crash.test.ts', 'test/e2e/bulk-crash.test.ts'];
const WITH_TEMPORAL = {
  // A process each: the SDK's client tries a call again although its connection is closed, which ends whoever runs next in that process.
  isolate: true,
  globalSetup: ['test/support/global-setup.ts'],
  testTimeout: 90_000,
  hookTimeout: 90_000,
};

export default defineConfig({
  test: {
    // The SDK's native core fails under worker threads.
    pool: 'forks',
    // One more than a small machine has cores: on Temporal half of the time is spent waiting.
    maxWorkers: 3,
    passWithNoTests: false,
    // A busy machine is slow, not wrong: conditions are waited for, and a wrong one still fails.
    expect: { poll: { timeout: 15_000 } },
    reporters: ['default', './test/support/reporter.ts'],
    coverage: { provider: 'v8', include: ['src/**', 'demo/**'], reporter: ['text', 'html'] },
    projects: [
      {
        extends: true,
        test: {
          name: 'unit',
          include: ['test/**/*.test.ts'],
          exclude: ON_TEMPORAL,
          // A process runs many files, one after the other: to load everything anew costs each file more than a second of CPU time.
          // Whatever a file replaces (timers, a method) it puts back.
          isolate: false,
          testTimeout: 20_000,
          sequence: { groupOrder: 1 },
        },
      },
      {
        extends: true,
        test: {
          ...WITH_TEMPORAL,
          name: 'e2e',
          include: ON_TEMPORAL,
          exclude: TIMED,
          sequence: { groupOrder: 1 },
        },
      },
      {
        extends: true,
        test: { ...WITH_TEMPORAL, name: 'timed', include: TIMED, maxWorkers: 2, sequence: { groupOrder: 0 } },
      },
    ],
  },
});
