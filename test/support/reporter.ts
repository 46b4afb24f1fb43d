import { writeFileSync } from 'node:fs';
import type { Reporter, SerializedError, TestModule, TestSuite } from 'vitest/node';

interface Counts {
  passed: number;
  failed: number;
  skipped: number;
}

/** An error in a hook fails a suite and leaves its tests unrun: it counts as a failure of its own. */
function errorsOutsideTests(module: TestModule): number {
  const suites: TestSuite[] = [...module.children.allSuites()];
  return module.errors().length + suites.reduce((sum, suite) => sum + suite.errors().length, 0);
}

function countModule(module: TestModule, counts: Counts): void {
  for (const test of module.children.allTests()) {
    switch (test.result().state) {
      case 'passed':
        counts.passed += 1;
        break;
      case 'skipped':
        counts.skipped += 1;
        break;
      case 'failed':
      case 'pending': // It was to run and did not: the run was cut short.
        counts.failed += 1;
        break;
    }
  }
  counts.failed += errorsOutsideTests(module);
}

/** `N passed, N failed`, and `, N skipped` where there are any. Errors in hooks, files and between tests count as failed. */
export function closingLine(modules: readonly TestModule[], unhandledErrors: readonly SerializedError[]): string {
  const counts: Counts = { passed: 0, failed: unhandledErrors.length, skipped: 0 };
  for (const module of modules) countModule(module, counts);
  // An empty run has shown nothing.
  if (counts.passed + counts.failed + counts.skipped === 0) counts.failed = 1;
  return `${counts.passed} passed, ${counts.failed} failed${counts.skipped > 0 ? `, ${counts.skipped} skipped` : ''}`;
}

/** Ends a run with the closing line; `npm test` takes it from a file, so that really nothing comes after it. */
export default class ClosingLineReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], unhandledErrors: readonly SerializedError[]): void {
    const line = closingLine(modules, unhandledErrors);
    const path = process.env['LOCKSTEP_CLOSING_LINE'];
    if (path) writeFileSync(path, line);
    else process.stdout.write(`${line}\n`);
  }
}
