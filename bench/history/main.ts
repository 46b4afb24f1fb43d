import { mkdir } from 'node:fs/promises';
import { resolve } from 'node:path';
import { describeCommit, describeMachine } from '../machine.js';
import { measureIn, tell } from '../measure-in.js';
import { startStack } from '../stack.js';
import { historyText } from './history-text.js';
import type { HistoryBenchOptions } from './options.js';
import { runHistory } from './run.js';

export { parseHistoryOptions } from './options.js';

/** Starts everything, measures, prints, and stops what it started. Gives the exit status: 1 when something does not agree. */
export function runHistoryBench(options: HistoryBenchOptions, temporalCliPath: string): Promise<number> {
  return measureIn('lockstep-history-', async ({ processes, folder }) => {
    const about = { machine: describeMachine(), commit: await describeCommit() };
    tell('Starting Temporal, both stand-ins, worker and relay …');
    const profileFolder = options.profileFolder === null ? null : resolve(options.profileFolder);
    if (profileFolder !== null) await mkdir(profileFolder, { recursive: true });
    const { latencyMs, limitWindowMs, workerHeapMiB } = options;
    const stack = await startStack(processes, {
      temporalCliPath,
      folder,
      latencyMs,
      profileFolder,
      workerHeapMiB,
      // The window's length is what a process is told of the vendor; how many calls it holds is learned.
      ...(limitWindowMs === null
        ? {}
        : { env: { STOKLY_WINDOW_MS: String(limitWindowMs), STOKLY_REQUESTS_PER_MINUTE: '600' } }),
    });
    try {
      const result = await runHistory(stack, options, tell);
      if (!options.isJson) tell(historyText(result));
      const shop = options.dataPath === null ? 'generated' : 'file';
      process.stdout.write(
        `${JSON.stringify({ bench: 'history', shop, latencyMs, limitWindowMs, workerHeapMiB, ...result, ...about })}\n`,
      );
      return result.isInOrder ? 0 : 1;
    } finally {
      stack.sender.close();
    }
  });
}
