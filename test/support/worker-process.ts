import { Processes, type RunningProcess } from '../../demo/processes.js';
import { projectPath } from '../../demo/project-path.js';
import type { World } from './world.js';

/** Workers as they run in production: processes of their own, that nobody asks before they are killed. */
export interface WorkerProcesses {
  /** Starts one at once; resolves without waiting until it is ready. */
  start(): RunningProcess;
  /** `kill -9`: nothing is handed back, nothing is reported. Resolves when the process is gone. */
  kill(worker: RunningProcess): Promise<void>;
  /** SIGTERM to all that run. */
  stopAll(): Promise<void>;
}

/** Needs `dist/` as built from the sources of this run. */
export function workerProcesses(world: World): WorkerProcesses {
  const processes = new Processes({ logPath: null });
  return {
    start: () =>
      processes.start({
        name: 'worker',
        command: process.execPath,
        args: [projectPath('dist/src/worker.js')],
        env: { ...pathOnly(), ...world.workerEnv() },
      }),
    async kill(worker) {
      process.kill(worker.pid, 'SIGKILL');
      const how = await worker.ended;
      if (how !== 'signal SIGKILL') throw new Error(`the worker had ended before (${how}).\n${worker.lastLines()}`);
    },
    stopAll: () => processes.stopAll(),
  };
}

/** Nothing else of this process's settings reaches the worker. */
function pathOnly(): Record<string, string> {
  return { PATH: process.env['PATH'] ?? '' };
}
