import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { PlainError, run, tell } from './run-command.mjs';
import { buildTemporal } from './temporal-build.mjs';
import { downloadTemporal } from './temporal-download.mjs';
import { withLock } from './with-lock.mjs';

/** The version that the project builds, downloads and caches; tools/temporal-server/go.mod pins the same. */
const TEMPORAL_CLI_VERSION = '1.8.2';
/** The oldest that brings a server with priorities and eager activities (1.29). */
const CLI_VERSION_MIN = [1, 5];

/**
 * @typedef {object} Surroundings what the search looks at; tests put their own in
 * @property {NodeJS.ProcessEnv} env
 * @property {string} cacheFolder
 * @property {(target: string) => Promise<string | null>} download null when done, else why not
 * @property {(target: string) => Promise<string | null>} build null when done, else why not
 */

/** @param {NodeJS.ProcessEnv} env */
function cacheFolderOf(env) {
  return join(env['XDG_CACHE_HOME'] || join(homedir(), '.cache'), 'lockstep', `temporal-${TEMPORAL_CLI_VERSION}`);
}

/** @returns {Surroundings} */
function thisMachine() {
  return {
    env: process.env,
    cacheFolder: cacheFolderOf(process.env),
    download: (target) => downloadTemporal(TEMPORAL_CLI_VERSION, target),
    build: (target) => buildTemporal(TEMPORAL_CLI_VERSION, target),
  };
}

/**
 * What a binary calls itself, or why it cannot be used.
 *
 * @param {string} path
 * @param {NodeJS.ProcessEnv} env
 * @returns {Promise<{ version: string } | { problem: string }>}
 */
async function probe(path, env) {
  const { code, output } = await run(path, ['--version'], { quiet: true, env });
  const found = /temporal version (\d+)\.(\d+)\.(\d+)/.exec(output);
  if (code !== 0 || found === null)
    return { problem: `it does not run: ${output.trim().split('\n')[0] || `status ${code}`}` };
  const [major, minor] = [Number(found[1]), Number(found[2])];
  const [majorMin = 0, minorMin = 0] = CLI_VERSION_MIN;
  const version = found.slice(1).join('.');
  if (major > majorMin || (major === majorMin && minor >= minorMin)) return { version };
  return { problem: `version ${version} is older than ${CLI_VERSION_MIN.join('.')}` };
}

/**
 * @param {string} path
 * @param {{ version: string }} found
 * @param {string} how
 */
function chosen(path, found, how) {
  tell(`Temporal: ${found.version}, ${how} (${path})`);
  return path;
}

/** @param {Surroundings} surroundings */
async function findInstalled({ env, cacheFolder }) {
  const named = env['TEMPORAL_CLI_PATH'];
  if (named) {
    const found = await probe(named, env);
    if ('problem' in found) throw new PlainError(`TEMPORAL_CLI_PATH names ${named}, but ${found.problem}.`);
    return chosen(named, found, 'from TEMPORAL_CLI_PATH');
  }
  const onPath = await probe('temporal', env);
  if ('version' in onPath) return chosen('temporal', onPath, 'from the PATH');
  const cached = join(cacheFolder, 'temporal');
  if (!existsSync(cached)) return null;
  const found = await probe(cached, env);
  return 'version' in found ? chosen(cached, found, 'from the cache') : null;
}

/** @param {Surroundings} surroundings */
async function fetchIntoCache({ env, cacheFolder, download, build }) {
  const target = join(cacheFolder, 'temporal');
  const problems = [];
  for (const way of [
    { name: 'download', how: 'downloaded', obtain: download },
    { name: 'build with Go', how: 'built from source', obtain: build },
  ]) {
    const problem = await way.obtain(target);
    if (problem === null) {
      const found = await probe(target, env);
      if ('version' in found) return chosen(target, found, way.how);
      problems.push(`${way.name}: ${found.problem}`);
    } else problems.push(`${way.name}: ${problem}`);
  }
  throw new PlainError(
    [
      'No Temporal server could be found or made. Any one of these helps:',
      '  - set TEMPORAL_CLI_PATH to a `temporal` binary;',
      `  - put \`temporal\` ${CLI_VERSION_MIN.join('.')} or newer on the PATH;`,
      `  - put one at ${target};`,
      '  - let this machine reach temporal.download;',
      '  - install Go, and let it reach the Go module proxy.',
      ...problems.map((problem) => `Tried ${problem}`),
    ].join('\n'),
  );
}

/**
 * The path of a Temporal CLI that can run the dev server. First hit wins: TEMPORAL_CLI_PATH, the PATH, the user's cache,
 * the vendor's download, a build from source.
 *
 * @param {Surroundings} [surroundings]
 * @returns {Promise<string>}
 */
export async function findTemporal(surroundings = thisMachine()) {
  const installed = await findInstalled(surroundings);
  if (installed !== null) return installed;
  return withLock(`${surroundings.cacheFolder}.lock`, 'getting Temporal', async () => {
    // Whoever held the lock may have got it meanwhile.
    return (await findInstalled(surroundings)) ?? (await fetchIntoCache(surroundings));
  });
}
