import type { History } from '@temporalio/common/lib/proto-utils.js';
import { DefaultLogger, Runtime, Worker } from '@temporalio/worker';
import { projectPath } from '../demo/project-path.js';

/** A run as a worker replays it. */
export interface RecordedRun {
  readonly workflowId: string;
  readonly history: History;
}

export interface ReplayTime {
  readonly tookMs: number;
  /** Of this whole process: holds also where other work slows the clock's time down. */
  readonly cpuMs: number;
}

const REPLAYS = 5;

/**
 * Replays each run several times, one after the other, with the workflows as they are built; gives how long each took.
 * The worker's own start is not in it: the first run is replayed once before anything is measured.
 * @throws Error when a run does not replay.
 */
export async function replayTimes(runs: readonly RecordedRun[]): Promise<ReplayTime[][]> {
  Runtime.install({ logger: new DefaultLogger('ERROR') });
  const [first] = runs;
  if (first === undefined) return [];
  const plan = [
    { run: first, at: -1 },
    ...runs.flatMap((run, at) => Array.from({ length: REPLAYS }, () => ({ run, at }))),
  ];
  const times = runs.map((): ReplayTime[] => []);
  let startedAtMs = 0;
  let usedBefore = process.cpuUsage();
  let goOn = (): void => undefined;
  async function* oneByOne() {
    for (const { run } of plan) {
      const isReplayed = new Promise<void>((resolve) => {
        goOn = resolve;
      });
      usedBefore = process.cpuUsage();
      startedAtMs = performance.now();
      yield { workflowId: run.workflowId, history: run.history };
      await isReplayed;
    }
  }
  // What workflows tell the worker is not said in a replay, but a worker that could not hear it would log each time.
  const sinks = { lockstepOutcomes: { settled: { fn: () => undefined, callDuringReplay: false } } };
  const options = { sinks, workflowBundle: { codePath: projectPath('dist/workflow-bundle.js') } };
  let done = 0;
  for await (const { error, workflowId } of Worker.runReplayHistories(options, oneByOne())) {
    if (error !== undefined) throw new Error(`${workflowId} does not replay: ${error.message}`, { cause: error });
    const { user, system } = process.cpuUsage(usedBefore);
    const tookMs = Math.round(performance.now() - startedAtMs);
    times[plan[done]?.at ?? -1]?.push({ tookMs, cpuMs: Math.round((user + system) / 1_000) });
    done += 1;
    goOn();
  }
  return times;
}
