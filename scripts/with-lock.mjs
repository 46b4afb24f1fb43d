import { mkdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { tell } from './run-command.mjs';

const LOOK_AGAIN_MS = 250;
/** A lock file that is empty this long belongs to a process that died between creating and filling it. */
const EMPTY_LOCK_AGE_MS_MAX = 5_000;

/** @param {number} pid */
function isAlive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // EPERM: it is there and belongs to someone else.
    return /** @type {NodeJS.ErrnoException} */ (error).code === 'EPERM';
  }
}

/** @param {string} path */
async function isStale(path) {
  try {
    const owner = Number.parseInt(await readFile(path, 'utf8'), 10);
    if (Number.isInteger(owner)) return !isAlive(owner);
    return Date.now() - (await stat(path)).mtimeMs > EMPTY_LOCK_AGE_MS_MAX;
  } catch {
    return false;
  }
}

/** @param {string} path */
async function take(path) {
  try {
    await writeFile(path, String(process.pid), { flag: 'wx' });
    return true;
  } catch (error) {
    if (/** @type {NodeJS.ErrnoException} */ (error).code !== 'EEXIST') throw error;
    return false;
  }
}

/**
 * Lets one process at a time do something; the others wait for it. A lock whose owner died is taken over.
 *
 * @template T
 * @param {string} path of the lock file
 * @param {string} what for the line that says why nothing happens: "another process is …"
 * @param {() => Promise<T>} work
 * @returns {Promise<T>}
 */
export async function withLock(path, what, work) {
  await mkdir(dirname(path), { recursive: true });
  let hasTold = false;
  while (!(await take(path))) {
    if (await isStale(path)) {
      // Renamed first: of two that find it stale, only one gets to remove it.
      const aside = `${path}.stale-${process.pid}`;
      await rename(path, aside).then(
        () => rm(aside, { force: true }),
        () => undefined,
      );
      continue;
    }
    if (!hasTold) tell(`Waiting: another process is ${what}.`);
    hasTold = true;
    await pause(LOOK_AGAIN_MS);
  }
  try {
    return await work();
  } finally {
    await rm(path, { force: true });
  }
}
