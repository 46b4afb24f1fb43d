import { type InjectedSinks, type NativeConnection, Worker, type WorkerOptions } from '@temporalio/worker';
import type { ActivityDeps } from './activities/deps.js';
import { createActivities } from './activities/index.js';
import { TASK_QUEUE } from './contract/ids.js';
import { LIMITS } from './domain/limits.js';
import type { HistoryAnswer } from './domain/backfill/answer.js';
import type { SettledOrders } from './domain/settled.js';
import type { OutcomeSinks } from './workflows/outcome-sink.js';

export interface WorkerSetup {
  readonly connection: NativeConnection;
  readonly namespace: string;
  /** The prebuilt bundle's path: bundling at each start would cost seconds and could differ from what was tested. */
  readonly workflowBundlePath: string;
  readonly deps: ActivityDeps;
  /** Told what each drain settled; absent: nothing is counted. */
  readonly onSettled?: (orders: readonly SettledOrders[]) => void;
  /** Told what a customer answers to a backfill, for the workflow of that id; absent: backfills wait for ever. */
  readonly onHistoryLoaded?: (workflowId: string, answer: HistoryAnswer) => void;
}

type Listeners = Pick<WorkerSetup, 'onSettled' | 'onHistoryLoaded'>;

/** A worker as it runs in production; tests run the same one. */
export async function createWorker(setup: WorkerSetup): Promise<Worker> {
  return await Worker.create({ ...workerOptions(setup), connection: setup.connection });
}

/** What workflows tell; without it the SDK would take each word for a mistake. */
export function outcomeSinks({ onSettled, onHistoryLoaded }: Listeners): InjectedSinks<OutcomeSinks> {
  return {
    lockstepOutcomes: {
      settled: { fn: (_info, orders) => onSettled?.(orders), callDuringReplay: false },
      historyLoaded: {
        fn: (_info, workflowId, answer) => onHistoryLoaded?.(workflowId, answer),
        callDuringReplay: false,
      },
    },
  };
}

function workerOptions({ namespace, workflowBundlePath, deps, ...listeners }: WorkerSetup): WorkerOptions {
  return {
    namespace,
    taskQueue: TASK_QUEUE,
    workflowBundle: { codePath: workflowBundlePath },
    activities: createActivities(deps),
    sinks: outcomeSinks(listeners),
    // A cached workflow holds 120 KB of heap and its ledger (docs/performance.md): room for the customers that a backfill has open at once;
    // beyond this, a customer's next event replays
    // its (short) history.
    maxCachedWorkflows: 640,
    maxConcurrentWorkflowTaskExecutions: 40,
    // Writes that wait for an import or a rate limit hold a slot each. History holds at most three quarters of them, so live
    // work never waits for a slot.
    maxConcurrentActivityTaskExecutions: LIMITS.activitySlots,
    // After `kill -9` a workflow's next task waits this long for the worker that is gone, on top of the time until its
    // activity is missed: together they must leave the ten seconds within which work goes on.
    stickyQueueScheduleToStartTimeout: '2.5 seconds',
    // A second less than the heartbeat time-out, for a process that is busy; Temporal Cloud bills each heartbeat.
    maxHeartbeatThrottleInterval: '3 seconds',
    shutdownGraceTime: '20 seconds',
    shutdownForceTime: '30 seconds',
  };
}
