import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { dotdigitalControls, stoklyControls, type DotdigitalControls, type StoklyControls } from './emulator-calls.js';
import type { Processes, RunningProcess } from './processes.js';
import { projectPath } from './project-path.js';
import {
  childEnvironment,
  DEMO_WEBHOOK_SECRET,
  type DemoPorts,
  EMULATOR_REQUESTS_PER_MINUTE,
  lockstepSettings,
  urlOf,
} from './surroundings.js';
import { startTemporalServer } from './temporal-server.js';

export interface Stack {
  readonly ports: DemoPorts;
  readonly temporalAddress: string;
  readonly stokly: StoklyControls;
  readonly dotdigital: DotdigitalControls;
  readonly seededContactIds: ReadonlySet<string>;
  /** The settings of this run in a file, for `node --env-file`. */
  readonly settingsPath: string;
}

export interface StackOptions {
  readonly ports: DemoPorts;
  /** The `temporal` binary. */
  readonly temporalCliPath: string;
  /** For the database, the log and the settings of this run. */
  readonly folder: string;
  readonly invoices: number | null;
  /** Told what is being done, a line a step. */
  readonly tell: (line: string) => void;
}

/** Starts everything of Lockstep and its surroundings, with the sample shop loaded and nothing replayed yet. */
export async function startStack(processes: Processes, options: StackOptions): Promise<Stack> {
  const { ports, folder, tell } = options;
  const settings = await writeSettings(ports, folder);
  const env = childEnvironment(process.env, settings.values);
  const start = (name: string, path: string, readyUrl: string) =>
    startProgram(processes, { name, path, readyUrl, env });

  tell('Starting Temporal, with its UI …');
  const temporal = await startTemporalServer(processes, {
    cliPath: options.temporalCliPath,
    port: ports.temporal,
    uiPort: ports.temporalUi,
    databasePath: join(folder, 'temporal.db'),
  });
  tell('Starting both emulators, and loading the sample shop …');
  env['STOKLY_EMULATOR_PORT'] = String(ports.stokly);
  env['DOTDIGITAL_EMULATOR_PORT'] = String(ports.dotdigital);
  await start('stokly', 'dist/emulators/stokly/main.js', `${urlOf(ports.stokly)}/__emulator/state?part=counts`);
  await start('dotdigital', 'dist/emulators/dotdigital/main.js', `${urlOf(ports.dotdigital)}/`);
  const stokly = stoklyControls(urlOf(ports.stokly));
  const dotdigital = dotdigitalControls(urlOf(ports.dotdigital));
  await stokly.raiseLimits(EMULATOR_REQUESTS_PER_MINUTE);
  await stokly.loadSample(options.invoices);

  tell('Setting up Temporal and the Dotdigital account (starter setup) …');
  const setup = [projectPath('dist/src/starter.js'), 'setup'];
  await processes.runToEnd({ name: 'setup', command: process.execPath, args: setup, env });
  // After the set-up: some of the contacts carry a field that it creates.
  const seeded = await dotdigital.seedContacts(await stokly.sampleContacts());

  tell('Starting worker and relay …');
  await start('worker', 'dist/src/worker.js', `${urlOf(ports.metrics)}/metrics`);
  await start('relay', 'dist/src/relay.js', `${urlOf(ports.relay)}/healthz`);
  await stokly.pointWebhooks({ url: `${urlOf(ports.relay)}/webhooks/stokly`, secret: DEMO_WEBHOOK_SECRET });
  return {
    ports,
    temporalAddress: temporal.address,
    stokly,
    dotdigital,
    seededContactIds: new Set(seeded),
    settingsPath: settings.path,
  };
}

/** The settings of a run: as values, and in a file for `node --env-file`. */
export async function writeSettings(ports: DemoPorts, folder: string) {
  // Says nothing: a profile of this machine's user must not lead the demo to another Temporal. (The SDK fails on an empty file.)
  const temporalConfigPath = join(folder, 'temporal.toml');
  await writeFile(temporalConfigPath, '[profile.default]\n');
  const values = lockstepSettings(ports, temporalConfigPath);
  const path = join(folder, 'demo.env');
  await writeFile(
    path,
    `${Object.entries(values)
      .map(([name, value]) => `${name}=${value}`)
      .join('\n')}\n`,
  );
  return { values, path };
}

interface Program {
  readonly name: string;
  /** Below the project's root. */
  readonly path: string;
  /** Answers with a 2xx once it is ready. */
  readonly readyUrl: string;
  readonly env: NodeJS.ProcessEnv;
  readonly nodeArguments?: readonly string[];
}

/** Starts a program of ours and waits until it answers. */
export async function startProgram(processes: Processes, program: Program): Promise<RunningProcess> {
  const { name, path, readyUrl, env, nodeArguments = [] } = program;
  const args = [...nodeArguments, projectPath(path)];
  const running = processes.start({ name, command: process.execPath, args, env: { ...env } });
  await processes.waitUntilReady(running, async () => {
    const response = await fetch(readyUrl, { signal: AbortSignal.timeout(2_000) });
    await response.arrayBuffer();
    return response.ok;
  });
  return running;
}
