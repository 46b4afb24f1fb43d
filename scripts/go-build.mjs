import { mkdir, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { run, tell } from './run-command.mjs';

const SIGN_OF_LIFE_MS = 20_000;

/**
 * @param {string} what
 * @param {number} startedAt
 */
function showThatItGoesOn(what, startedAt) {
  return setInterval(() => {
    tell(`  … still building ${what}, ${Math.round((Date.now() - startedAt) / 1000)} s`);
  }, SIGN_OF_LIFE_MS);
}

/**
 * @typedef {object} GoProgram
 * @property {string} what for the lines that say what is being built
 * @property {string} moduleFolder whose go.mod and go.sum pin the versions
 * @property {string} package
 * @property {readonly string[]} options of `go build`
 */

/**
 * Builds a program from source, put in place in one step.
 *
 * @param {GoProgram} program
 * @param {string} target
 * @returns {Promise<string | null>} null when done, else why not
 */
export async function buildWithGo(program, target) {
  const cwd = program.moduleFolder;
  const go = await run('go', ['version'], { quiet: true, cwd });
  if (go.code !== 0) return `Go is not installed (${go.output.trim().split('\n')[0]})`;
  tell(`Building ${program.what} from source with Go. Once only; it takes minutes (about 5 on two cores).`);
  await mkdir(dirname(target), { recursive: true });
  const halfDone = `${target}.${process.pid}`;
  const signOfLife = showThatItGoesOn(program.what, Date.now());
  try {
    const { code, output } = await run('go', ['build', ...program.options, '-o', halfDone, program.package], {
      quiet: true,
      cwd,
      env: { ...process.env, CGO_ENABLED: '0' },
    });
    if (code !== 0) return `go build failed: ${output.trim().split('\n').slice(-3).join(' ')}`;
    await rename(halfDone, target);
    return null;
  } finally {
    clearInterval(signOfLife);
    await rm(halfDone, { force: true });
  }
}
