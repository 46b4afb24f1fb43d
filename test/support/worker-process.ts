import { randomUUID } from 'node:crypto';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Processes, type RunningProcess } from '../../demo/processes.js';
import { projectPath } from '../../demo/project-path.js';
import type { World } from './world.js';

/** A program of ours as it runs in production: processes of their own, that nobody asks before they are killed. */
export interface ProgramProcesses {
  /** Starts one at once; resolves without waiting until it is ready. */
  start(): RunningProcess;
  /** `kill -9`: nothing is handed back, nothing is reported. Resolves when the process is gone. */
  kill(running: RunningProcess): Promise<void>;
  /** SIGTERM, as a deployment sends it. Returns at once; `ended` says how it went. */
  askToStop(running: RunningProcess): void;
  /** SIGTERM to all that run. */
  stopAll(): Promise<void>;
}

export type WorkerProcesses = ProgramProcesses;

/** `settings` differ from the world's own. */
export function workerProcesses(world: World, settings: Readonly<Record<string, string>> = {}): WorkerProcesses {
  return programProcesses(world, 'worker', { ...world.workerEnv(), ...settings });
}

/** Relays on one port: the next one listens where the last one did. `temporalAddress` may be a gate in front of Temporal. */
export function relayProcesses(
  world: World,
  { port, temporalAddress }: { port: number; temporalAddress: string },
): ProgramProcesses {
  return programProcesses(world, 'relay', {
    TEMPORAL_ADDRESS: temporalAddress,
    TEMPORAL_NAMESPACE: world.namespace,
    WEBHOOK_SECRETS: world.webhookSecret,
    RELAY_PORT: String(port),
    LOG_LEVEL: 'debug',
  });
}

/** Needs `dist/` as built from the sources of this run. */
function programProcesses(
  world: World,
  name: 'worker' | 'relay',
  settings: Readonly<Record<string, string>>,
): ProgramProcesses {
  const logPath = join(tmpdir(), `lockstep-${name}-${randomUUID()}.log`);
  world.watch.file(`output of ${name} processes`, logPath);
  const processes = new Processes({ logPath });
  return {
    start: () =>
      processes.start({
        name,
        command: process.execPath,
        args: [projectPath(`dist/src/${name}.js`)],
        env: { ...pathOnly(), ...settings },
      }),
    async kill(running) {
      process.kill(running.pid, 'SIGKILL');
      const how = await running.ended;
      if (how !== 'signal SIGKILL') throw new Error(`the ${name} had ended before (${how}).\n${running.lastLines()}`);
    },
    askToStop(running) {
      process.kill(running.pid, 'SIGTERM');
    },
    stopAll: () => processes.stopAll(),
  };
}

/** Nothing else of this process's settings reaches them. */
function pathOnly(): Record<string, string> {
  return { PATH: process.env['PATH'] ?? '' };
}
