import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createVitest } from 'vitest/node';
import { projectPath } from '../../demo/project-path.js';
import { closingLine } from '../support/reporter.js';

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(projectPath('node_modules'), '.reporter-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** The closing line of a real run of these files. */
async function closingLineOf(sources: readonly string[]): Promise<string> {
  const run = await mkdtemp(join(folder, 'run-'));
  for (const [index, source] of sources.entries()) {
    await writeFile(join(run, `case-${index}.test.js`), `import { beforeAll, describe, it } from 'vitest';\n${source}`);
  }
  let line = '';
  const exitCode = process.exitCode;
  const vitest = await createVitest('test', {
    root: run,
    config: false,
    watch: false,
    pool: 'forks',
    include: ['*.test.js'],
    reporters: [{ onTestRunEnd: (modules, errors) => void (line = closingLine(modules, errors)) }],
  });
  try {
    await vitest.start();
  } finally {
    await vitest.close();
    // Failures of the inner run are no failure of this one.
    process.exitCode = exitCode;
  }
  return line;
}

describe('the closing line', () => {
  it('counts what passed, failed and was skipped', async () => {
    const source = "it('a', () => {});\nit('b', () => { throw new Error('b'); });\nit.skip('c', () => {});";
    expect(await closingLineOf([source])).toBe('1 passed, 1 failed, 1 skipped');
  });

  it('leaves skipped out when nothing was', async () => {
    expect(await closingLineOf(["it('a', () => {});", "it('b', () => {});"])).toBe('2 passed, 0 failed');
  });

  it('counts an error in a hook as failed', async () => {
    const source = "describe('s', () => { beforeAll(() => { throw new Error('hook'); });\nit('a', () => {}); });";
    expect(await closingLineOf([source])).toMatch(/^0 passed, 1 failed/);
  });

  it('counts a file that cannot be read as failed', async () => {
    expect(await closingLineOf(["import './missing.js';\nit('a', () => {});"])).toBe('0 passed, 1 failed');
  });

  it('counts an error that belongs to no test as failed', async () => {
    const source = "it('a', async () => { void Promise.reject(new Error('lost')); await new Promise(setImmediate); });";
    expect(await closingLineOf([source])).toBe('1 passed, 1 failed');
  });

  it('does not call a run without tests a success', () => {
    expect(closingLine([], [])).toBe('0 passed, 1 failed');
  });
});
