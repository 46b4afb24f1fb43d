import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { ProcessFailed, Processes } from '../demo/processes.js';
import { loadText } from './load-text.js';
import { runLoad } from './load.js';
import { describeCommit, describeMachine } from './machine.js';
import { runMemory } from './memory.js';
import type { BenchOptions } from './options.js';
import { runReplay } from './replay.js';
import { type Stack, startStack } from './stack.js';

export { parseOptions } from './options.js';

function tell(line: string): void {
  process.stderr.write(`${line}\n`);
}

/** Ctrl-C or a request to end. */
class Stopped extends Error {
  override name = 'Stopped';
}

/** Starts everything, measures, prints, and stops what it started. Gives the exit status: 1 when something failed or was lost. */
export async function runBench(options: BenchOptions, temporalCliPath: string): Promise<number> {
  const folder = await mkdtemp(join(tmpdir(), 'lockstep-bench-'));
  const abort = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
    process.once(signal, () => abort.abort(new Stopped('stopped before its end')));
  const processes = new Processes({ logPath: join(folder, 'bench.log'), onCrash: (failure) => abort.abort(failure) });
  try {
    const aborted = new Promise<never>((_, reject) => {
      abort.signal.addEventListener('abort', () => reject(abort.signal.reason), { once: true });
    });
    const work = measure(options, { processes, folder, temporalCliPath });
    // What goes on after the end fails as its processes are stopped: nobody waits for it any more.
    work.catch(() => undefined);
    return await Promise.race([work, aborted]);
  } catch (error) {
    const isPlain = error instanceof ProcessFailed || error instanceof Stopped;
    tell(`bench: ${isPlain ? error.message : error instanceof Error ? String(error.stack) : String(error)}`);
    return 1;
  } finally {
    await processes.stopAll();
    await rm(folder, { recursive: true, force: true });
  }
}

interface Surroundings {
  readonly processes: Processes;
  readonly folder: string;
  readonly temporalCliPath: string;
}

async function measure(options: BenchOptions, { processes, folder, temporalCliPath }: Surroundings): Promise<number> {
  const about = { machine: describeMachine(), commit: await describeCommit() };
  tell('Starting Temporal, both stand-ins, worker and relay …');
  const profileFolder = options.profileFolder === null ? null : resolve(options.profileFolder);
  if (profileFolder !== null) await mkdir(profileFolder, { recursive: true });
  const stack = await startStack(processes, { temporalCliPath, folder, latencyMs: options.latencyMs, profileFolder });
  try {
    const { result, isInOrder } = await run(stack, options);
    process.stdout.write(`${JSON.stringify({ bench: options.kind, ...result, ...about })}\n`);
    return isInOrder ? 0 : 1;
  } finally {
    stack.sender.close();
  }
}

async function run(stack: Stack, options: BenchOptions): Promise<{ result: object; isInOrder: boolean }> {
  const { orders, customers, latencyMs, ratePerSecond } = options;
  switch (options.kind) {
    case 'load': {
      const load = await runLoad(stack, { orders, customers, ratePerSecond, tell });
      if (!options.isJson) tell(loadText(load));
      const wrong = load.burst.lost + load.halfRate.lost + load.orderViolations;
      return { result: { orders, customers, latencyMs, ...load }, isInOrder: wrong === 0 };
    }
    case 'replay':
      return { result: { histories: await runReplay(stack, tell) }, isInOrder: true };
    case 'memory': {
      const memory = await runMemory(stack, { customers, tell });
      return { result: { customers, latencyMs, ...memory }, isInOrder: memory.lost === 0 };
    }
  }
}
