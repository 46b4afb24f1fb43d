import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Client, Connection } from '@temporalio/client';
import { freePort } from '../demo/ports.js';
import type { Processes, RunningProcess } from '../demo/processes.js';
import { projectPath } from '../demo/project-path.js';
import { startProgram } from '../demo/stack.js';
import {
  childEnvironment,
  DEMO_WEBHOOK_SECRET,
  type DemoPorts,
  EMULATOR_REQUESTS_PER_MINUTE,
  lockstepSettings,
  urlOf,
} from '../demo/surroundings.js';
import { startTemporalServer } from '../demo/temporal-server.js';
import { createDotdigitalEmulator, type DotdigitalEmulator } from '../emulators/dotdigital/index.js';
import { createStoklyEmulator, type StoklyEmulator } from '../emulators/stokly/index.js';

export interface StackOptions {
  /** The `temporal` binary. */
  readonly temporalCliPath: string;
  /** For the database, which outlives a killed server. */
  readonly folder: string;
  /** Share of webhooks that are sent twice. */
  readonly duplicates: number;
  /** Share of webhooks that are never sent: a planted defect. */
  readonly loss: number;
  readonly seed: number;
}

/** A write of unknown fate is read back after this, so that a soak need not end with two minutes of waiting. */
const WRITE_DOUBT_AFTER = '15s';

/** As the product does: a server that was away is tried again soon. */
const RECONNECT = { 'grpc.initial_reconnect_backoff_ms': 250, 'grpc.max_reconnect_backoff_ms': 1_000 };

export type ProgramName = 'worker' | 'relay' | 'temporal';

/**
 * Temporal, relay and worker as processes that can be killed; both stand-ins on real HTTP in this process, where the oracle
 * sees all that they did. They are the world, and never break by themselves: what breaks in them is planned.
 */
export class SoakStack {
  readonly stokly: StoklyEmulator;
  readonly dotdigital: DotdigitalEmulator;
  readonly #processes: Processes;
  readonly #options: StackOptions;
  readonly #running = new Map<ProgramName, RunningProcess>();
  readonly #unexpected: string[] = [];
  #ports: DemoPorts = { temporal: 0, temporalUi: 0, stokly: 0, dotdigital: 0, relay: 0, metrics: 0 };
  #env: NodeJS.ProcessEnv = {};
  #connection: Connection | null = null;

  constructor(processes: Processes, options: StackOptions) {
    this.#processes = processes;
    this.#options = options;
    this.stokly = createStoklyEmulator({
      settings: { rateLimit: EMULATOR_REQUESTS_PER_MINUTE },
      seed: options.seed,
    });
    this.dotdigital = createDotdigitalEmulator();
  }

  get stoklyUrl(): string {
    return urlOf(this.#ports.stokly);
  }

  get dotdigitalUrl(): string {
    return urlOf(this.#ports.dotdigital);
  }

  get client(): Client {
    if (this.#connection === null) throw new Error('the soak has not started Temporal yet');
    return new Client({ connection: this.#connection });
  }

  /** Of the worker that runs now. */
  get workerPid(): number | null {
    const worker = this.#running.get('worker');
    return worker === undefined || worker.hasEnded() ? null : worker.pid;
  }

  /** Programs that ended, though nobody ended them, or ended badly when asked to. */
  get unexpectedEnds(): readonly string[] {
    return this.#unexpected;
  }

  /** Starts everything, sets Temporal and Dotdigital up as `starter setup` does, and points the webhooks at the relay. */
  async start(): Promise<void> {
    const { folder, seed, loss, duplicates } = this.#options;
    this.#ports = {
      temporal: await freePort(),
      temporalUi: await freePort(),
      stokly: await portOf(this.stokly),
      dotdigital: await portOf(this.dotdigital),
      relay: await freePort(),
      metrics: await freePort(),
    };
    const temporalConfigPath = join(folder, 'temporal.toml');
    await writeFile(temporalConfigPath, '[profile.default]\n');
    this.#env = childEnvironment(process.env, {
      ...lockstepSettings(this.#ports, temporalConfigPath),
      // Consent is lowered by chance here, not by a bad import: the breaker has tests of its own.
      CONSENT_LOWER_MAX: '1000000',
      WRITE_DOUBT_AFTER,
      LOG_LEVEL: 'warn',
    });
    await this.run('temporal');
    this.#connection = await Connection.connect({
      address: `127.0.0.1:${this.#ports.temporal}`,
      channelArgs: RECONNECT,
    });
    const setup = [projectPath('dist/src/starter.js'), 'setup'];
    await this.#processes.runToEnd({ name: 'setup', command: process.execPath, args: setup, env: this.#env });
    await this.run('worker');
    await this.run('relay');
    const target = { url: `${urlOf(this.#ports.relay)}/webhooks/stokly`, secret: DEMO_WEBHOOK_SECRET };
    await control(this.stoklyUrl, ['POST', 'webhooks'], { ...target, loss, duplicates, seed });
  }

  /** Starts a program and waits until it answers. */
  async run(name: ProgramName): Promise<void> {
    const running = await this.#start(name);
    this.#running.set(name, running);
    void running.ended.then((how) => {
      if (this.#running.get(name) === running) this.#unexpected.push(`${name} ended by itself (${how})`);
    });
  }

  async #start(name: ProgramName): Promise<RunningProcess> {
    const env = this.#env;
    switch (name) {
      case 'worker': {
        const readyUrl = `${urlOf(this.#ports.metrics)}/metrics`;
        return await startProgram(this.#processes, { name, path: 'dist/src/worker.js', readyUrl, env });
      }
      case 'relay': {
        const readyUrl = `${urlOf(this.#ports.relay)}/healthz`;
        return await startProgram(this.#processes, { name, path: 'dist/src/relay.js', readyUrl, env });
      }
      case 'temporal': {
        const { temporalCliPath: cliPath, folder } = this.#options;
        const databasePath = join(folder, 'temporal.db');
        const port = this.#ports.temporal;
        return (await startTemporalServer(this.#processes, { cliPath, port, uiPort: null, databasePath })).process;
      }
    }
  }

  /** Ends a program and waits for its end: `SIGKILL` asks nobody, after `SIGTERM` it is to end well. */
  async end(name: ProgramName, signal: 'SIGKILL' | 'SIGTERM'): Promise<void> {
    const running = this.#running.get(name);
    if (running === undefined || running.hasEnded()) return;
    this.#running.delete(name);
    process.kill(running.pid, signal);
    const how = await running.ended;
    if (signal === 'SIGTERM' && how !== 'status 0')
      this.#unexpected.push(`${name} was asked to stop and ended badly (${how}): ${running.lastLines()}`);
  }

  async stop(): Promise<void> {
    this.#running.clear();
    await this.stokly.stop();
    await this.dotdigital.stop();
    await this.#connection?.close();
  }
}

async function portOf(emulator: { start(port: number): Promise<{ url: string }> }): Promise<number> {
  const { url } = await emulator.start(0);
  return Number(new URL(url).port);
}

/** Calls a stand-in's control: `['POST', 'seed']` at its address. */
export async function control(
  url: string,
  [method, path]: readonly ['GET' | 'POST' | 'DELETE', string],
  body?: unknown,
): Promise<unknown> {
  const response = await fetch(`${url}/__emulator/${path}`, {
    method,
    ...(body === undefined ? {} : { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }),
  });
  const text = await response.text();
  if (!response.ok) throw new Error(`${method} ${path} of a stand-in answered ${response.status}: ${text}`);
  return text === '' ? null : JSON.parse(text);
}
