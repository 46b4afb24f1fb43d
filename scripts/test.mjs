// npm test [-- vitest arguments]: does its own set-up, runs the tests, and ends with `N passed, N failed`.
import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findTemporal } from './get-temporal.mjs';
import { ensureBuilt, ensureInstalled } from './prepare.mjs';
import { PlainError, ROOT, runMain, tell } from './run-command.mjs';

/**
 * @param {string} temporal
 * @param {string} closingLinePath
 * @returns {Promise<number>}
 */
function runVitest(temporal, closingLinePath) {
  const vitest = join(ROOT, 'node_modules', 'vitest', 'vitest.mjs');
  const child = spawn(process.execPath, [vitest, 'run', ...process.argv.slice(2)], {
    cwd: ROOT,
    stdio: 'inherit',
    env: { ...process.env, TEMPORAL_CLI_PATH: temporal, LOCKSTEP_CLOSING_LINE: closingLinePath },
  });
  // Ctrl-C reaches vitest too, which stops what it started; this process only waits for it.
  for (const signal of /** @type {const} */ (['SIGINT', 'SIGTERM'])) process.on(signal, () => child.kill(signal));
  return new Promise((resolve) => {
    child.on('error', () => resolve(127));
    child.on('close', (code) => resolve(code ?? 1));
  });
}

/** @param {string} closingLine */
async function runAll(closingLine) {
  await ensureInstalled();
  await ensureBuilt();
  return runVitest(await findTemporal(), closingLine);
}

await runMain(async () => {
  const folder = await mkdtemp(join(tmpdir(), 'lockstep-test-'));
  try {
    const closingLinePath = join(folder, 'closing-line');
    const status = await runAll(closingLinePath).catch((error) => {
      tell(error instanceof PlainError ? error.message : String(error?.stack ?? error));
      return 1;
    });
    // No line: the run ended before any test could say anything, which is a failure of its own.
    const line = await readFile(closingLinePath, 'utf8').catch(() => '0 passed, 1 failed');
    // Here and not in the reporter: nothing that vitest still prints may come after it.
    process.stdout.write(`${line}\n`);
    return status === 0 && !/, 0 failed/.test(line) ? 1 : status;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});
