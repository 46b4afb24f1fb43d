import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, open, readFile, rm, symlink } from 'node:fs/promises';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { buildWithGo } from './go-build.mjs';
import { PlainError, ROOT, run } from './run-command.mjs';
import { withLock } from './with-lock.mjs';

/** The version that docker-compose.yml runs; tools/temporal-cluster/go.mod pins the same. */
export const TEMPORAL_SERVER_VERSION = '1.31.2';
const MODULE_FOLDER = join(ROOT, 'tools', 'temporal-cluster');
const DEPLOY_FOLDER = join(ROOT, 'deploy', 'temporal');
const STOP_TIMEOUT_MS = 15_000;
const LOOK_AGAIN_MS = 100;

const PROGRAMS = [
  { name: 'temporal-server', package: 'go.temporal.io/server/cmd/server' },
  { name: 'temporal-sql-tool', package: 'go.temporal.io/server/cmd/tools/sql' },
];

/** @typedef {{ frontend: number, http: number, history: number, matching: number, worker: number, members: number[] }} TemporalPorts */

/** Finds both programs of the server in the user's cache, or builds them there. @returns {Promise<string>} their folder */
export async function findServer() {
  const cache = process.env['XDG_CACHE_HOME'] || join(homedir(), '.cache');
  const folder = join(cache, 'lockstep', `temporal-server-${TEMPORAL_SERVER_VERSION}`);
  await withLock(`${folder}.lock`, 'building the Temporal server', async () => {
    for (const { name, package: path } of PROGRAMS) {
      if (existsSync(join(folder, name))) continue;
      const options = ['-trimpath', '-tags', 'disable_grpc_modules', '-ldflags', '-s -w'];
      const program = {
        what: `${name} ${TEMPORAL_SERVER_VERSION}`,
        moduleFolder: MODULE_FOLDER,
        package: path,
        options,
      };
      const problem = await buildWithGo(program, join(folder, name));
      if (problem !== null) throw new PlainError(`No ${name} ${TEMPORAL_SERVER_VERSION}: ${problem}.`);
    }
  });
  return folder;
}

/**
 * Runs one of the scripts that docker-compose.yml runs, with its programs on the PATH.
 *
 * @param {string} script
 * @param {{ programs: string, env: Record<string, string> }} options
 */
export async function runDeployScript(script, { programs, env }) {
  const path = `${programs}:${process.env['PATH'] ?? ''}`;
  const options = { quiet: true, env: { ...process.env, ...env, PATH: path } };
  const { code, output } = await run('sh', [join(DEPLOY_FOLDER, script)], options);
  if (code !== 0) throw new PlainError(`deploy/temporal/${script} failed:\n${output.trim().slice(-2000)}`);
}

/**
 * What the server is told, under the names of docker-compose.yml; and ports, since all of it is on one machine here.
 *
 * @param {{ postgresPort: number, password: string, ports: TemporalPorts }} settings
 */
export function serverEnvironment({ postgresPort, password, ports }) {
  const [frontendMember, historyMember, matchingMember, workerMember] = ports.members.map(String);
  return {
    DB: 'postgres12',
    DB_PORT: String(postgresPort),
    POSTGRES_SEEDS: '127.0.0.1',
    POSTGRES_USER: 'temporal',
    POSTGRES_PWD: password,
    NUM_HISTORY_SHARDS: '128',
    BIND_ON_IP: '127.0.0.1',
    DYNAMIC_CONFIG_FILE_PATH: join(DEPLOY_FOLDER, 'dynamic-config.yaml'),
    LOG_LEVEL: 'warn',
    TEMPORAL_ALLOW_NO_AUTH: 'true',
    FRONTEND_GRPC_PORT: String(ports.frontend),
    FRONTEND_HTTP_PORT: String(ports.http),
    HISTORY_GRPC_PORT: String(ports.history),
    MATCHING_GRPC_PORT: String(ports.matching),
    WORKER_GRPC_PORT: String(ports.worker),
    FRONTEND_MEMBERSHIP_PORT: frontendMember ?? '',
    HISTORY_MEMBERSHIP_PORT: historyMember ?? '',
    MATCHING_MEMBERSHIP_PORT: matchingMember ?? '',
    WORKER_MEMBERSHIP_PORT: workerMember ?? '',
  };
}

/**
 * Starts the server; it outlives this process.
 *
 * @param {{ programs: string, folder: string, env: Record<string, string> }} options
 * @returns {Promise<number>} its process id
 */
export async function startServer({ programs, folder, env }) {
  await mkdir(folder, { recursive: true });
  const log = await open(join(folder, 'temporal.log'), 'a');
  const child = spawn(join(programs, 'temporal-server'), ['start'], {
    cwd: folder,
    env: { PATH: process.env['PATH'] ?? '', ...env },
    stdio: ['ignore', log.fd, log.fd],
    detached: true,
  });
  await log.close();
  child.on('error', () => undefined);
  child.unref();
  if (child.pid === undefined) throw new PlainError(`${programs}/temporal-server could not be started.`);
  return child.pid;
}

/** Whether that process is there and is a Temporal server: a number alone may be another program's by now. @param {number} pid */
export async function isServer(pid) {
  const { code, output } = await run('ps', ['-o', 'args=', '-p', String(pid)], { quiet: true });
  return code === 0 && output.includes('temporal-server') && !output.includes('<defunct>');
}

/** @param {number} pid */
export async function stopServer(pid) {
  if (!(await isServer(pid))) return;
  process.kill(pid, 'SIGTERM');
  const until = Date.now() + STOP_TIMEOUT_MS;
  while (await isServer(pid)) {
    if (Date.now() > until) process.kill(pid, 'SIGKILL');
    await pause(LOOK_AGAIN_MS);
  }
}

/**
 * `temporal` under that name, for the scripts.
 *
 * @param {string} folder
 * @param {string} temporal path of the command line
 */
export async function linkCommandLine(folder, temporal) {
  if (dirname(temporal) === '.') return;
  const link = join(folder, 'temporal');
  await rm(link, { force: true });
  await symlink(temporal, link);
}

/** The end of the server's log, for a message about why it is not there. @param {string} folder */
export async function logEnd(folder) {
  const text = await readFile(join(folder, 'temporal.log'), 'utf8').catch(() => '');
  return text.trimEnd().split('\n').slice(-5).join('\n').slice(-2000);
}
