import { join } from 'node:path';
import { findFreePorts } from './ports.js';
import type { Processes, RunningProcess } from '../demo/processes.js';
import { projectPath } from '../demo/project-path.js';
import { startProgram, writeSettings } from '../demo/stack.js';
import { childEnvironment, DEMO_WEBHOOK_SECRET, type DemoPorts, urlOf } from '../demo/surroundings.js';
import { startTemporalServer } from '../demo/temporal-server.js';
import { dotdigitalControls, stoklyControls, type DotdigitalControls, type StoklyControls } from './controls.js';
import { cpuMsOf } from './process-stats.js';
import { createSender, type Sender } from './sender.js';

export interface Stack {
  readonly ports: DemoPorts;
  readonly temporalAddress: string;
  /** By name: `temporal`, `stokly`, `dotdigital`, `worker`, `relay`. */
  readonly processes: Readonly<Record<ProcessName, RunningProcess>>;
  readonly stokly: StoklyControls;
  readonly dotdigital: DotdigitalControls;
  readonly sender: Sender;
}

const PROCESS_NAMES = ['temporal', 'relay', 'worker', 'stokly', 'dotdigital'] as const;
export type ProcessName = (typeof PROCESS_NAMES)[number];

/** As in the image of worker and relay: with more, glibc keeps some 30 MiB of what was freed. */
const FEW_ARENAS = { MALLOC_ARENA_MAX: '2' };

export interface StackOptions {
  readonly temporalCliPath: string;
  /** For the database, the log and the settings of this run. */
  readonly folder: string;
  readonly latencyMs: number;
  readonly profileFolder: string | null;
  /** `--max-old-space-size` of the worker; absent: V8's own bounds, which let garbage lie as long as there is memory. */
  readonly workerHeapMiB?: number;
  /** Settings of relay and worker that differ. */
  readonly env?: Readonly<Record<string, string>>;
}

/** Everything as it runs in production, set up, with an empty shop. What differs: stand-ins for both vendors, and no UI. */
export async function startStack(processes: Processes, options: StackOptions): Promise<Stack> {
  const ports = await findFreePorts();
  const settings = await writeSettings(ports, options.folder);
  const env = childEnvironment(process.env, {
    ...settings.values,
    LOG_LEVEL: 'warn',
    STOKLY_EMULATOR_PORT: String(ports.stokly),
    DOTDIGITAL_EMULATOR_PORT: String(ports.dotdigital),
    ...options.env,
  });
  const temporal = await startTemporalServer(processes, {
    cliPath: options.temporalCliPath,
    port: ports.temporal,
    uiPort: null,
    databasePath: join(options.folder, 'temporal.db'),
  });
  const start = (name: string, path: string, readyUrl: string) => {
    const isOurs = name === 'worker' || name === 'relay';
    const profiling = isOurs && options.profileFolder !== null ? profileArguments(options.profileFolder) : [];
    const nodeArguments = [...profiling, ...heapArguments(name, options)];
    return startProgram(processes, {
      name,
      path,
      readyUrl,
      env: isOurs ? { ...env, ...FEW_ARENAS } : env,
      nodeArguments,
    });
  };
  const stoklyProcess = await start(
    'stokly',
    'dist/emulators/stokly/main.js',
    `${urlOf(ports.stokly)}/__emulator/state?part=counts`,
  );
  const dotdigitalProcess = await start(
    'dotdigital',
    'dist/emulators/dotdigital/main.js',
    `${urlOf(ports.dotdigital)}/__emulator/faults`,
  );
  const args = [projectPath('dist/src/starter.js'), 'setup'];
  await processes.runToEnd({ name: 'setup', command: process.execPath, args, env });
  const stokly = stoklyControls(urlOf(ports.stokly));
  const dotdigital = dotdigitalControls(urlOf(ports.dotdigital));
  await stokly.prepare(options.latencyMs);
  await dotdigital.prepare(options.latencyMs);
  const worker = await start('worker', 'dist/src/worker.js', `${urlOf(ports.metrics)}/metrics`);
  const relay = await start('relay', 'dist/src/relay.js', `${urlOf(ports.relay)}/healthz`);
  return {
    ports,
    temporalAddress: temporal.address,
    processes: { temporal: temporal.process, relay, worker, stokly: stoklyProcess, dotdigital: dotdigitalProcess },
    stokly,
    dotdigital,
    sender: createSender(`${urlOf(ports.relay)}/webhooks/stokly`, DEMO_WEBHOOK_SECRET),
  };
}

/** CPU time so far, user and system, in ms; null where the system does not say. */
export async function cpuMsOfEach(processes: Stack['processes']): Promise<Record<ProcessName, number | null>> {
  const read = PROCESS_NAMES.map(async (name) => [name, await cpuMsOf(processes[name].pid)] as const);
  return Object.fromEntries(await Promise.all(read)) as Record<ProcessName, number | null>;
}

/**
 * A small bound makes V8 collect whenever the heap has grown by a third; by two thirds costs the worker a fifth less CPU for some more
 * memory. The stand-ins hold whole shops.
 */
function heapArguments(name: string, { workerHeapMiB }: StackOptions): string[] {
  if (name === 'worker')
    return workerHeapMiB === undefined ? [] : [`--max-old-space-size=${workerHeapMiB}`, '--heap-growing-percent=60'];
  return name === 'relay' ? [] : ['--max-old-space-size=8192'];
}

function profileArguments(folder: string): string[] {
  return ['--cpu-prof', `--cpu-prof-dir=${folder}`];
}
