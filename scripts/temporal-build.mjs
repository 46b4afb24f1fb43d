import { mkdir, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { ROOT, run, tell } from './run-command.mjs';

const MODULE_FOLDER = join(ROOT, 'tools', 'temporal-server');
const PACKAGE = 'github.com/temporalio/cli/cmd/temporal';
const VERSION_VARIABLE = 'github.com/temporalio/cli/internal/temporalcli.Version';
const SIGN_OF_LIFE_MS = 20_000;

/** @param {number} startedAt */
function showThatItGoesOn(startedAt) {
  return setInterval(() => {
    tell(`  … still building Temporal, ${Math.round((Date.now() - startedAt) / 1000)} s`);
  }, SIGN_OF_LIFE_MS);
}

/**
 * Temporal's command line from source, in the versions that tools/temporal-server pins, put in place in one step.
 *
 * @param {string} version
 * @param {string} target
 * @returns {Promise<string | null>} null when done, else why not
 */
export async function buildTemporal(version, target) {
  const go = await run('go', ['version'], { quiet: true, cwd: MODULE_FOLDER });
  if (go.code !== 0) return `Go is not installed (${go.output.trim().split('\n')[0]})`;
  tell(`Building Temporal ${version} from source with Go. Once only; it takes minutes (about 5 on two cores).`);
  await mkdir(dirname(target), { recursive: true });
  const halfDone = `${target}.${process.pid}`;
  const signOfLife = showThatItGoesOn(Date.now());
  try {
    const { code, output } = await run(
      'go',
      ['build', '-ldflags', `-s -w -X ${VERSION_VARIABLE}=${version}`, '-o', halfDone, PACKAGE],
      { quiet: true, cwd: MODULE_FOLDER, env: { ...process.env, CGO_ENABLED: '0' } },
    );
    if (code !== 0) return `go build failed: ${output.trim().split('\n').slice(-3).join(' ')}`;
    await rename(halfDone, target);
    return null;
  } finally {
    clearInterval(signOfLife);
    await rm(halfDone, { force: true });
  }
}
