// npm run verify: everything that can be checked without running the tests. Goes on after a failure, so that one run tells all.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ensureInstalled } from './prepare.mjs';
import { ROOT, run, runMain, tell } from './run-command.mjs';

/** @param {string} path below node_modules */
const tool = (path) => join(ROOT, 'node_modules', path);

/**
 * @param {string} scratch a folder of its own for what a check writes
 * @returns {{ name: string, args: string[] }[]}
 */
const checks = (scratch) => [
  { name: 'format', args: [tool('@biomejs/biome/bin/biome'), 'format', '--colors=off', '.'] },
  { name: 'lint, layers and cycles', args: [tool('oxlint/bin/oxlint'), '--type-aware', '--deny-warnings', '.'] },
  { name: 'types', args: [tool('typescript/bin/tsc'), '-p', '.'] },
  { name: 'unused code', args: [tool('knip/bin/knip.js'), '--no-progress'] },
  {
    name: 'workflow bundle',
    args: [join(ROOT, 'scripts/bundle-workflows.mjs'), 'src/workflows/index.ts', join(scratch, 'bundle.js')],
  },
];

await runMain(async () => {
  await ensureInstalled();
  const scratch = await mkdtemp(join(tmpdir(), 'lockstep-verify-'));
  const failed = [];
  try {
    for (const { name, args } of checks(scratch)) {
      const { code, output } = await run(process.execPath, args, { quiet: true });
      tell(`${code === 0 ? 'pass' : 'FAIL'}  ${name}`);
      if (code === 0) continue;
      failed.push(name);
      tell(output.trimEnd());
    }
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
  tell(failed.length === 0 ? 'verify: all passed' : `verify: failed: ${failed.join('; ')}`);
  return failed.length === 0 ? 0 : 1;
});
