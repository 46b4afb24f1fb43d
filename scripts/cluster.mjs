// npm run cluster -- up | down | delete: Temporal on PostgreSQL, as processes of this machine. For tests against a real cluster.
// What docker-compose.yml does in containers: the same server, schema script, namespace script and dynamic configuration.
import { spawn } from 'node:child_process';
import { chmod, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as pause } from 'node:timers/promises';
import { createPostgres, findPostgres, startPostgres, stopPostgres } from './cluster-postgres.mjs';
import {
  findServer,
  isServer,
  linkCommandLine,
  logEnd,
  runDeployScript,
  serverEnvironment,
  startServer,
  stopServer,
} from './cluster-temporal.mjs';
import { findTemporal } from './get-temporal.mjs';
import { ensureBuilt, ensureInstalled } from './prepare.mjs';
import { PlainError, ROOT, run, runMain, tell } from './run-command.mjs';

const USAGE = [
  'npm run cluster -- up      starts PostgreSQL and Temporal, sets them up, prints the address',
  'npm run cluster -- down    stops both; what they hold is kept',
  'npm run cluster -- delete  stops both and deletes what they hold',
].join('\n');

/** Not below the home folder: where this runs as root, PostgreSQL runs as a user who may not go there. */
const FOLDER = process.env['LOCKSTEP_CLUSTER_FOLDER'] || join(tmpdir(), 'lockstep-cluster');
const LOOK_AGAIN_MS = 500;
const STATE = join(FOLDER, 'cluster.json');

/**
 * @typedef {object} ClusterState
 * @property {string} password
 * @property {number} postgresPort
 * @property {import('./cluster-temporal.mjs').TemporalPorts} ports
 * @property {number} pid
 */

/** @returns {Promise<ClusterState | null>} */
async function readState() {
  const text = await readFile(STATE, 'utf8').catch(() => null);
  return text === null ? null : JSON.parse(text);
}

/** @param {ClusterState} state */
async function writeState(state) {
  await writeFile(STATE, JSON.stringify(state));
  await chmod(STATE, 0o600);
}

/** PostgreSQL's schema keeps the ports of Temporal's services in a `smallint`; and below what the system gives out by itself. */
const PORT_MIN = 20_000;
const PORT_MAX = 32_000;

/**
 * Holds a port of 127.0.0.1, so that nobody else is given it meanwhile.
 *
 * @returns {Promise<import('node:net').Server>}
 */
function holdPort() {
  const port = PORT_MIN + Math.floor(Math.random() * (PORT_MAX - PORT_MIN));
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.on('error', (error) => {
      if (/** @type {NodeJS.ErrnoException} */ (error).code === 'EADDRINUSE') holdPort().then(resolve, reject);
      else reject(error);
    });
    server.listen(port, '127.0.0.1', () => resolve(server));
  });
}

async function choosePorts() {
  const held = await Promise.all(Array.from({ length: 10 }, holdPort));
  const free = held.map((server) => /** @type {import('node:net').AddressInfo} */ (server.address()).port);
  await Promise.all(held.map((server) => new Promise((resolve) => server.close(resolve))));
  const [postgresPort = 0, frontend = 0, http = 0, history = 0, matching = 0, worker = 0, ...members] = free;
  return { postgresPort, ports: { frontend, http, history, matching, worker, members } };
}

async function up() {
  const before = await readState();
  if (before !== null && (await isServer(before.pid))) return before;
  await ensureInstalled();
  await ensureBuilt();
  const programs = await findServer();
  const temporal = await findTemporal();
  await mkdir(FOLDER, { recursive: true });
  await linkCommandLine(programs, temporal);
  const postgres = await findPostgres(join(FOLDER, 'postgres'));
  await stopPostgres(postgres);
  // The same as before: Temporal remembers for a while where its services were.
  const { postgresPort, ports } = before ?? (await choosePorts());
  const password = (await createPostgres(postgres)) || before?.password;
  if (password === undefined) throw new PlainError(`${STATE} is gone: \`npm run cluster -- delete\`, then up.`);
  await writeState({ password, postgresPort, ports, pid: 0 });

  tell('Starting PostgreSQL …');
  await startPostgres(postgres, postgresPort);
  tell('Creating or updating the schema …');
  const sql = { SQL_PLUGIN: 'postgres12', SQL_HOST: '127.0.0.1', SQL_PORT: String(postgresPort), SQL_USER: 'temporal' };
  await runDeployScript('create-schema.sh', { programs, env: { ...sql, SQL_PASSWORD: password } });
  tell('Starting Temporal …');
  const pid = await startServer({
    programs,
    folder: FOLDER,
    env: serverEnvironment({ postgresPort, password, ports }),
  });
  const state = { password, postgresPort, ports, pid };
  await writeState(state);
  const env = { TEMPORAL_ADDRESS: addressOf(state), TEMPORAL_NAMESPACE: 'default', TEMPORAL_RETENTION: '72h' };
  await Promise.race([runDeployScript('create-namespace.sh', { programs, env }), untilServerEnds(pid)]);
  await setUp(env);
  return state;
}

/**
 * Rejects when the server has ended, with the end of its log.
 *
 * @param {number} pid
 * @returns {Promise<never>}
 */
async function untilServerEnds(pid) {
  while (await isServer(pid)) await pause(LOOK_AGAIN_MS, undefined, { ref: false });
  throw new PlainError(`Temporal ended. The end of its log:\n${await logEnd(FOLDER)}`);
}

/** @param {ClusterState} state */
const addressOf = (state) => `127.0.0.1:${state.ports.frontend}`;

/**
 * `starter setup` adds the search attributes. It looks at a Dotdigital account too, so one stands in for that moment.
 *
 * @param {Record<string, string>} temporalEnv
 */
async function setUp(temporalEnv) {
  tell('Adding the search attributes (starter setup) …');
  const emulator = spawn(process.execPath, [join(ROOT, 'dist/emulators/dotdigital/main.js')], {
    env: { PATH: process.env['PATH'] ?? '', DOTDIGITAL_EMULATOR_PORT: '0' },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  try {
    const url = await new Promise((resolve, reject) => {
      createInterface({ input: emulator.stdout }).on('line', (line) => resolve(line.replace(/^.* on /, '')));
      emulator.on('exit', () => reject(new PlainError('The Dotdigital emulator did not start.')));
    });
    const { code, output } = await run(process.execPath, [join(ROOT, 'dist/src/starter.js'), 'setup'], {
      quiet: true,
      env: {
        PATH: process.env['PATH'] ?? '',
        ...temporalEnv,
        DOTDIGITAL_API_URL: url,
        DOTDIGITAL_API_USER: 'apiuser-demo@apiconnector.com',
        DOTDIGITAL_API_PASSWORD: 'demo-password',
      },
    });
    if (code !== 0) throw new PlainError(`starter setup failed:\n${output.trim()}`);
  } finally {
    emulator.kill('SIGTERM');
  }
}

async function down() {
  const state = await readState();
  if (state === null) return;
  await stopServer(state.pid);
  await stopPostgres(await findPostgres(join(FOLDER, 'postgres')));
}

await runMain(async () => {
  const [command, ...rest] = process.argv.slice(2);
  if (rest.length > 0) throw new PlainError(USAGE);
  if (command === 'up') {
    const address = addressOf(await up());
    tell(`Temporal on PostgreSQL is up. Run the tests against it with: TEST_TEMPORAL_ADDRESS=${address} npm test`);
    process.stdout.write(`${address}\n`);
  } else if (command === 'down' || command === 'delete') {
    await down();
    if (command === 'delete') await rm(FOLDER, { recursive: true, force: true });
  } else throw new PlainError(USAGE);
});
