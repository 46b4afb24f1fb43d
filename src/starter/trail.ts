import type { LoadedDataConverter } from '@temporalio/common';
import { decodeArrayFromPayloads } from '@temporalio/common/lib/internal-non-workflow/index.js';
import { tsToMs } from '@temporalio/common/lib/time.js';
import { WorkflowNotFoundError } from '@temporalio/client';
import { customerWorkflowId } from '../contract/ids.js';
import type { TemporalAccess } from '../temporal.js';
import { isAskedAbout, resultWords, type TrailActivity } from './trail-wire.js';

/** One read or write of an order, as the customer's workflow did it. */
export interface TrailStep {
  /** ISO instants; `endedAt` null while it is not done. */
  readonly at: string;
  readonly endedAt: string | null;
  readonly step: 'read' | 'write';
  /** How often it was tried; more than one: the earlier tries failed. */
  readonly attempts: number;
  /** What came of it for this order, in words. */
  readonly what: string;
  readonly isFailed: boolean;
  readonly runId: string;
}

/** Runs looked back at: a customer continues as new after 40 orders, and a person asks about what was lately. */
const RUNS_MAX = 5;
const CALL_TIMEOUT_MS = 10_000;

type HistoryEvent = NonNullable<
  Awaited<ReturnType<ReturnType<TemporalAccess['client']['workflow']['getHandle']>['fetchHistory']>>['events']
>[number];

/** The reads and writes of one order in the last runs of its customer's workflow, oldest first. Needs no worker. */
export async function readTrail(access: TemporalAccess, customerId: string, orderId: string): Promise<TrailStep[]> {
  const runs: TrailStep[][] = [];
  let runId: string | undefined;
  for (let run = 0; run < RUNS_MAX; run += 1) {
    const events = await eventsOf(access, customerId, runId);
    if (events === null) break;
    const { client } = access;
    const pending = run === 0 ? await pendingOf(access, customerId) : new Map<string, Pending>();
    const current = events[0]?.workflowExecutionStartedEventAttributes?.originalExecutionRunId ?? runId ?? '';
    const reading = { orderId, runId: current, pending, converter: client.options.loadedDataConverter };
    runs.unshift(await stepsOf(events, reading));
    runId = events[0]?.workflowExecutionStartedEventAttributes?.continuedExecutionRunId ?? undefined;
    if (runId === undefined || runId === '') break;
  }
  return runs.flat();
}

async function eventsOf({ client }: TemporalAccess, customerId: string, runId: string | undefined) {
  try {
    const handle = client.workflow.getHandle(customerWorkflowId(customerId), runId);
    const { events } = await client.withDeadline(Date.now() + CALL_TIMEOUT_MS, () => handle.fetchHistory());
    return events ?? [];
  } catch (error) {
    // Never started, or a run older than the namespace keeps.
    if (error instanceof WorkflowNotFoundError) return null;
    throw error;
  }
}

interface Pending {
  readonly attempt: number;
  readonly problem: string | null;
}

/** What is being tried right now, by activity id: a history holds no attempt before the last one. */
async function pendingOf({ client }: TemporalAccess, customerId: string): Promise<Map<string, Pending>> {
  const { raw } = await client.withDeadline(Date.now() + CALL_TIMEOUT_MS, () =>
    client.workflow.getHandle(customerWorkflowId(customerId)).describe(),
  );
  return new Map(
    (raw.pendingActivities ?? []).map(({ activityId, attempt, lastFailure }) => [
      activityId ?? '',
      { attempt: attempt ?? 1, problem: lastFailure?.message ?? null },
    ]),
  );
}

interface Reading {
  readonly orderId: string;
  readonly runId: string;
  readonly pending: ReadonlyMap<string, Pending>;
  readonly converter: LoadedDataConverter;
}

const STEPS: Readonly<Record<TrailActivity, TrailStep['step']>> = { fetchOrders: 'read', writeCustomer: 'write' };

async function stepsOf(events: readonly HistoryEvent[], reading: Reading): Promise<TrailStep[]> {
  const steps: TrailStep[] = [];
  for (const event of events) {
    const scheduled = event.activityTaskScheduledEventAttributes;
    const activity = scheduled?.activityType?.name;
    if (activity !== 'fetchOrders' && activity !== 'writeCustomer') continue;
    const step = await stepOf(event, activity, { ...reading, events });
    if (step !== null) steps.push(step);
  }
  return steps;
}

async function stepOf(
  event: HistoryEvent,
  activity: TrailActivity,
  reading: Reading & { readonly events: readonly HistoryEvent[] },
): Promise<TrailStep | null> {
  const scheduled = event.activityTaskScheduledEventAttributes;
  const [input] = await decodeArrayFromPayloads(reading.converter, scheduled?.input?.payloads);
  const end = await endOf(event, activity, reading);
  // A list of all orders names none beforehand: then the result does.
  if (!isAskedAbout(activity, input, reading.orderId) && end?.isNamed !== true) return null;
  const pending = reading.pending.get(scheduled?.activityId ?? '');
  return {
    at: timeOf(event),
    endedAt: end?.at ?? null,
    step: STEPS[activity],
    attempts: end?.attempts ?? pending?.attempt ?? 1,
    what: end?.what ?? (pending?.problem ? `not done yet: ${pending.problem}` : 'not done yet'),
    isFailed: end?.isFailed ?? false,
    runId: reading.runId,
  };
}

async function endOf(
  event: HistoryEvent,
  activity: TrailActivity,
  { events, orderId, converter }: Reading & { readonly events: readonly HistoryEvent[] },
) {
  const scheduledId = String(event.eventId);
  const started = events.find(
    ({ activityTaskStartedEventAttributes: one }) => String(one?.scheduledEventId) === scheduledId,
  );
  const attempts = started?.activityTaskStartedEventAttributes?.attempt ?? 1;
  for (const one of events) {
    const done = one.activityTaskCompletedEventAttributes;
    const failed = one.activityTaskFailedEventAttributes ?? one.activityTaskTimedOutEventAttributes;
    if (String(done?.scheduledEventId) === scheduledId) {
      const [result] = await decodeArrayFromPayloads(converter, done?.result?.payloads);
      const words = resultWords(activity, result, orderId);
      return {
        at: timeOf(one),
        attempts,
        what: words ?? 'done',
        isNamed: activity === 'fetchOrders' && words !== null,
        isFailed: false,
      };
    }
    if (String(failed?.scheduledEventId) === scheduledId) {
      const what = `gave up: ${failed?.failure?.cause?.message ?? failed?.failure?.message ?? 'unknown failure'}`;
      return { at: timeOf(one), attempts, what, isNamed: false, isFailed: true };
    }
  }
  return null;
}

function timeOf({ eventTime }: HistoryEvent): string {
  return new Date(tsToMs(eventTime)).toISOString();
}
