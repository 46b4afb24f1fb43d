import { mkdir } from 'node:fs/promises';
import { resolve } from 'node:path';
import { loadText } from './load-text.js';
import { runLoad } from './load.js';
import { describeCommit, describeMachine } from './machine.js';
import { type MeasuredIn, measureIn, tell } from './measure-in.js';
import { runMemory } from './memory.js';
import type { BenchOptions } from './options.js';
import { runReplay } from './replay.js';
import { type Stack, startStack } from './stack.js';

export { parseOptions } from './options.js';

/** Starts everything, measures, prints, and stops what it started. Gives the exit status: 1 when something failed or was lost. */
export function runBench(options: BenchOptions, temporalCliPath: string): Promise<number> {
  return measureIn('lockstep-bench-', ({ processes, folder }) =>
    measure(options, { processes, folder, temporalCliPath }),
  );
}

interface Surroundings extends MeasuredIn {
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
