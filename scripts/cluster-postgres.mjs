import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { chmod, chown, mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { PlainError, run } from './run-command.mjs';

/** Where Debian and Ubuntu put the programs of each version; they are not on the PATH there. */
const DEBIAN_FOLDER = '/usr/lib/postgresql';

/**
 * @typedef {object} Postgres
 * @property {string} folder data, log and password file
 * @property {string} programs folder of initdb and pg_ctl
 * @property {{ uid: number, gid: number } | null} owner whom it runs as; null: as this process
 */

/** PostgreSQL refuses to run as root: then the user `postgres` that its package made runs it. */
async function ownerForPostgres() {
  if (process.getuid?.() !== 0) return null;
  const { code, output } = await run('getent', ['passwd', 'postgres'], { quiet: true });
  const [, , uid, gid] = output.split(':');
  if (code !== 0 || uid === undefined || gid === undefined) {
    throw new PlainError('PostgreSQL does not run as root, and there is no user `postgres`: run this as another user.');
  }
  return { uid: Number(uid), gid: Number(gid) };
}

/** @returns {Promise<string>} */
async function findPrograms() {
  const versions = await readdir(DEBIAN_FOLDER).catch(() => /** @type {string[]} */ ([]));
  const folders = versions
    .sort((a, b) => Number(b) - Number(a))
    .map((version) => join(DEBIAN_FOLDER, version, 'bin'))
    .concat((process.env['PATH'] ?? '').split(':'));
  const found = folders.find((folder) => existsSync(join(folder, 'initdb')) && existsSync(join(folder, 'pg_ctl')));
  if (found === undefined) {
    throw new PlainError(
      'PostgreSQL is not installed (no initdb and pg_ctl on the PATH): install it with its contrib modules, on Debian `apt-get install postgresql`.',
    );
  }
  return found;
}

/**
 * @param {string} folder
 * @returns {Promise<Postgres>}
 */
export async function findPostgres(folder) {
  return { folder, programs: await findPrograms(), owner: await ownerForPostgres() };
}

/**
 * @param {Postgres} postgres
 * @param {string} program
 * @param {string[]} args
 */
async function runProgram({ folder, programs, owner }, program, args) {
  const options = { quiet: true, cwd: folder, ...(owner === null ? {} : owner) };
  const { code, output } = await run(join(programs, program), args, options);
  if (code !== 0) throw new PlainError(`${program} failed:\n${output.trim()}`);
}

/**
 * Makes an empty database server in the folder, unless one is there.
 *
 * @param {Postgres} postgres
 * @returns {Promise<string>} the password of its user `temporal`: a new one, or '' when one was there
 */
export async function createPostgres(postgres) {
  const { folder, owner } = postgres;
  if (existsSync(join(folder, 'data', 'PG_VERSION'))) return '';
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  const password = randomBytes(18).toString('base64url');
  const passwordFile = join(folder, 'password');
  await writeFile(passwordFile, `${password}\n`);
  await chmod(passwordFile, 0o600);
  if (owner !== null) await Promise.all([folder, passwordFile].map((path) => chown(path, owner.uid, owner.gid)));
  const account = ['-U', 'temporal', `--pwfile=${passwordFile}`, '-A', 'scram-sha-256'];
  await runProgram(postgres, 'initdb', ['-D', join(folder, 'data'), '-E', 'UTF8', '--locale=C', ...account]);
  return password;
}

/**
 * @param {Postgres} postgres
 * @param {number} port on 127.0.0.1
 */
export async function startPostgres(postgres, port) {
  const { folder } = postgres;
  const settings = `-p ${port} -c listen_addresses=127.0.0.1 -c unix_socket_directories=''`;
  const log = ['-l', join(folder, 'log')];
  await runProgram(postgres, 'pg_ctl', ['-D', join(folder, 'data'), '-o', settings, ...log, '-w', 'start']);
}

/** @param {Postgres} postgres */
export async function stopPostgres(postgres) {
  if (!existsSync(join(postgres.folder, 'data', 'postmaster.pid'))) return;
  await runProgram(postgres, 'pg_ctl', ['-D', join(postgres.folder, 'data'), '-m', 'fast', '-w', 'stop']);
}
