import { randomUUID } from 'node:crypto';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { Processes, type RunningProcess } from '../../demo/processes.js';
import { projectPath } from '../../demo/project-path.js';
import { LINGER_MS, type World } from './world.js';

/** A program of ours as it runs in production: processes of their own, that nobody asks before they are killed. */
export interface ProgramProcesses {
  /** Starts one at once; returns without waiting until it is ready. Throws after `stopAll`: a test that ran out of time still goes on. */
  start(): RunningProcess;
  /** `kill -9`: nothing is handed back, nothing is reported. Resolves when the process is gone. */
  kill(running: RunningProcess): Promise<void>;
  /** SIGTERM, as a deployment sends it. Returns at once; `ended` says how it went. */
  askToStop(running: RunningProcess): void;
  /** SIGTERM to all that run; none is started afterwards. */
  stopAll(): Promise<void>;
}

export type WorkerProcesses = ProgramProcesses;

/** `settings` differ from the world's own. As in this process, reads wait for others but a moment. */
export function workerProcesses(world: World, settings: Readonly<Record<string, string>> = {}): WorkerProcesses {
  const shortLinger = pathToFileURL(projectPath('test/support/short-linger.mjs'));
  const args = ['--import', `${shortLinger.href}?ms=${LINGER_MS}`];
  return programProcesses(world, { name: 'worker', args, settings: { ...world.workerEnv(), ...settings } });
}

/** Relays on one port: the next one listens where the last one did. `temporalAddress` may be a gate in front of Temporal. */
export function relayProcesses(
  world: World,
  { port, temporalAddress }: { port: number; temporalAddress: string },
): ProgramProcesses {
  const settings = {
    TEMPORAL_ADDRESS: temporalAddress,
    TEMPORAL_NAMESPACE: world.namespace,
    WEBHOOK_SECRETS: world.webhookSecret,
    RELAY_PORT: String(port),
    LOG_LEVEL: 'debug',
  };
  return programProcesses(world, { name: 'relay', args: [], settings });
}

interface Program {
  readonly name: 'worker' | 'relay';
  /** Node's own, before the program. */
  readonly args: readonly string[];
  readonly settings: Readonly<Record<string, string>>;
}

/** Needs `dist/` as built from the sources of this run. */
function programProcesses(world: Pick<World, 'watch'>, { name, args, settings }: Program): ProgramProcesses {
  const logPath = join(tmpdir(), `lockstep-${name}-${randomUUID()}.log`);
  world.watch.file(`output of ${name} processes`, logPath);
  const processes = new Processes({ logPath });
  let isStopped = false;
  return {
    start() {
      if (isStopped) throw new Error(`no ${name} is started any more: all of them were stopped`);
      return processes.start({
        name,
        command: process.execPath,
        args: [...args, projectPath(`dist/src/${name}.js`)],
        env: { ...pathOnly(), ...settings },
      });
    },
    async kill(running) {
      process.kill(running.pid, 'SIGKILL');
      const how = await running.ended;
      if (how !== 'signal SIGKILL') throw new Error(`the ${name} had ended before (${how}).\n${running.lastLines()}`);
    },
    askToStop(running) {
      process.kill(running.pid, 'SIGTERM');
    },
    async stopAll() {
      isStopped = true;
      await processes.stopAll();
    },
  };
}

/** Nothing else of this process's settings reaches them. */
function pathOnly(): Record<string, string> {
  return { PATH: process.env['PATH'] ?? '' };
}
