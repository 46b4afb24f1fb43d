import { historyFromJSON } from '@temporalio/common/lib/proto-utils.js';
import { type ReplayResult, Worker } from '@temporalio/worker';
import { DeterminismViolationError } from '@temporalio/workflow';
import { beforeAll, describe, expect, inject, it } from 'vitest';
import type { Activities } from '../../src/activities/index.js';
import { WORKFLOW_TYPES } from '../../src/contract/ids.js';
import type { ReviewResult } from '../../src/contract/review.js';
import { outcomeSinks } from '../../src/worker-setup.js';
import { quietRuntime } from '../support/quiet-runtime.js';
import { historiesOf, recordings, type StoredHistory, storedHistories } from './history-files.js';
import { type JsonEvent, type JsonHistory, readableText, startedRun } from './history-json.js';
import { SCENARIOS } from './scenarios.js';

const stored = storedHistories();

/** Replays histories with the workflows as they are now; what came of each, by run. */
async function replay(histories: readonly JsonHistory[]): Promise<Map<string, ReplayResult>> {
  quietRuntime();
  const workflowBundle = { codePath: inject('workflowBundlePath') };
  const sinks = outcomeSinks({});
  const asked = histories.map((history) => ({
    workflowId: startedRun(history).workflowId,
    history: historyFromJSON(history),
  }));
  const results = new Map<string, ReplayResult>();
  for await (const result of Worker.runReplayHistories({ workflowBundle, sinks }, asked))
    results.set(result.runId, result);
  return results;
}

async function replayOne(history: JsonHistory): Promise<ReplayResult | undefined> {
  return (await replay([history])).get(startedRun(history).runId);
}

describe('the workflows of today replay every recorded history', () => {
  let results: Map<string, ReplayResult>;
  beforeAll(async () => {
    results = await replay(stored.map(({ history }) => history));
  });

  it.each(stored)('$name', ({ history }) => {
    const result = results.get(startedRun(history).runId);
    expect(result, 'it was replayed').toBeDefined();
    expect(result?.error).toBeUndefined();
  });
});

describe('what is recorded', () => {
  it('is the newest recording of every scenario', () => {
    const newest = recordings().at(-1) ?? '';
    expect(historiesOf(newest)).toEqual(SCENARIOS.flatMap(({ files }) => files).toSorted());
  });

  it('is a run of its own in each file', () => {
    const runIds = stored.map(({ history }) => startedRun(history).runId);
    expect(runIds.filter((runId) => runId === '')).toEqual([]);
    expect(new Set(runIds).size).toBe(stored.length);
  });

  it('shows each workflow and each activity', () => {
    const types = new Set(stored.map(({ history }) => startedRun(history).workflowType));
    expect([...types].toSorted()).toEqual(Object.values(WORKFLOW_TYPES).toSorted());
    const activities = {
      fetchOrders: true,
      writeCustomer: true,
      resolveOrderCustomer: true,
      wakeCustomer: true,
      openReview: true,
      listReviews: true,
      notify: true,
      listCustomers: true,
      wakePage: true,
      countHistory: true,
      compareHistory: true,
      listChanges: true,
      listOpenChanges: true,
      wakeChanged: true,
    } satisfies Record<keyof Activities, true>;
    const seen = new Set(stored.flatMap(({ history }) => history.events.flatMap(activityType)));
    expect([...seen].toSorted()).toEqual(Object.keys(activities).toSorted());
  });

  it.each([
    ['TIMER_FIRED', 'held'],
    ['TIMER_FIRED', 'behind'],
    ['ACTIVITY_TASK_FAILED', 'credentials-refused'],
    ['UPSERT_WORKFLOW_SEARCH_ATTRIBUTES', 'held'],
    ['WORKFLOW_EXECUTION_CONTINUED_AS_NEW', 'continued-first-run'],
    ['WORKFLOW_EXECUTION_COMPLETED', 'route-woken'],
    ['WORKFLOW_EXECUTION_FAILED', 'poll-failed'],
    ['WORKFLOW_EXECUTION_UPDATE_COMPLETED', 'consent-breaker'],
    ['EXTERNAL_WORKFLOW_EXECUTION_SIGNALED', 'consent-breaker'],
    ['MARKER_RECORDED', 'customer-accepted'],
    ['EXTERNAL_WORKFLOW_EXECUTION_SIGNALED', 'customer-accepted'],
    ['WORKFLOW_EXECUTION_UPDATE_COMPLETED', 'review-accepted'],
    ['WORKFLOW_EXECUTION_COMPLETED', 'review-superseded'],
    ['WORKFLOW_EXECUTION_CONTINUED_AS_NEW', 'review-continued-first-run'],
  ])('has %s in %s', (eventType, name) => {
    const { history } = newest(name);
    expect(history.events.map((event) => event.eventType)).toContain(`EVENT_TYPE_${eventType}`);
  });

  it('has a recovery that is shown before the next drain in recovered-busy', () => {
    const { events } = newest('recovered-busy').history;
    const shown = events.findLastIndex((event) => readableText({ events: [event] }).includes('show-recoveries'));
    const drained = events.findLastIndex((event) => activityType(event).includes('fetchOrders'));
    expect(shown).toBeGreaterThan(-1);
    expect(drained).toBeGreaterThan(shown);
  });

  it.each([
    ['read-refused-moves', 'refused-move-to'],
    ['read-unwritten-moves', 'unwritten-move-to'],
    ['hear-moves-again', 'released-after-move'],
  ])('asks for %s in %s', (predicate, name) => {
    expect(readableText(newest(name).history)).toContain(predicate);
  });

  it('has an activity that was repeated, and its record read back, in write-repeated', () => {
    const { events } = newest('write-repeated').history;
    const attempts = events.map((event) => attributesOf(event, 'activityTaskStartedEventAttributes')?.['attempt']);
    expect(attempts).toContain(2);
    expect(events.some((event) => event.eventType === 'EVENT_TYPE_TIMER_FIRED')).toBe(true);
  });

  it.each([
    ['review-accepted', 'applied', 'acceptStated'],
    ['review-excluded', 'applied', 'exclude'],
    ['review-rechecked', 'applied', 'recheck'],
    ['review-changed', 'applied', 'acceptStated'],
    ['review-superseded', 'superseded', undefined],
    ['review-withdrawn', 'withdrawn', undefined],
  ])('has the end of %s: %s', (name, outcome, action) => {
    const ended = attributesOf(newest(name).history.events.at(-1), 'workflowExecutionCompletedEventAttributes');
    const given = ended?.['result'] as { payloads: { data: string }[] } | undefined;
    const result = JSON.parse(Buffer.from(given?.payloads[0]?.data ?? '', 'base64').toString('utf8')) as ReviewResult;
    expect([result.outcome, result.decision?.action]).toEqual([outcome, action]);
  });

  it('carries the ledger and the queue from the first run to the next', () => {
    const first = newest('continued-first-run').history;
    const next = newest('continued-next-run').history;
    const handedOver = first.events.map(
      (event) => attributesOf(event, 'workflowExecutionContinuedAsNewEventAttributes')?.['newExecutionRunId'],
    );
    expect(handedOver).toContain(startedRun(next).runId);
    const { carried } = JSON.parse(startPayload(next)) as { carried: { queue: unknown[]; entries: unknown[] } };
    expect(carried.queue.length).toBeGreaterThan(0);
    expect(carried.entries.length).toBeGreaterThan(0);
  });
});

/** The guard itself: a replay that accepts anything would be green for ever. */
describe('a history that the workflows would not have made', () => {
  it('is refused when another activity stands where one was started', async () => {
    const key = 'activityTaskScheduledEventAttributes';
    const altered = newest('known-contact').history.events.map((event) =>
      activityType(event).includes('writeCustomer')
        ? { ...event, [key]: { ...attributesOf(event, key), activityType: { name: 'sendNewsletter' } } }
        : event,
    );
    expect((await replayOne({ events: altered }))?.error).toBeInstanceOf(DeterminismViolationError);
  });

  it('is refused when the workflow did something else instead of starting a timer', async () => {
    const { events } = newest('credentials-refused').history;
    const timers = new Set(['EVENT_TYPE_TIMER_STARTED', 'EVENT_TYPE_TIMER_FIRED']);
    const activity = newest('known-contact').history.events.find(
      ({ eventType }) => eventType === 'EVENT_TYPE_ACTIVITY_TASK_SCHEDULED',
    );
    const at = events.findIndex(({ eventType }) => timers.has(eventType));
    const altered = events
      .slice(0, at + 1)
      .map((event, index) =>
        index === at
          ? { ...activity, eventId: event['eventId'], eventType: 'EVENT_TYPE_ACTIVITY_TASK_SCHEDULED' }
          : event,
      );
    expect((await replayOne({ events: altered }))?.error).toBeInstanceOf(DeterminismViolationError);
  });

  it('is refused when the run ended where the workflow goes on', async () => {
    const { events } = newest('continued-first-run').history;
    const ended = events.map((event) =>
      event.eventType === 'EVENT_TYPE_WORKFLOW_EXECUTION_CONTINUED_AS_NEW'
        ? {
            eventId: event['eventId'],
            eventTime: event['eventTime'],
            eventType: 'EVENT_TYPE_WORKFLOW_EXECUTION_COMPLETED',
            workflowExecutionCompletedEventAttributes: {},
          }
        : event,
    );
    expect((await replayOne({ events: ended }))?.error).toBeInstanceOf(DeterminismViolationError);
  });
});

function newest(name: string): StoredHistory {
  const found = stored.findLast((one) => one.name.endsWith(`/${name}`));
  if (found === undefined) throw new Error(`${name} is not recorded`);
  return found;
}

function attributesOf(event: JsonEvent | undefined, key: string): Record<string, unknown> | undefined {
  return event?.[key] as Record<string, unknown> | undefined;
}

function activityType(event: JsonEvent): string[] {
  const scheduled = attributesOf(event, 'activityTaskScheduledEventAttributes');
  const type = scheduled?.['activityType'] as { name: string } | undefined;
  return type === undefined ? [] : [type.name];
}

/** The first argument that a run was started with, as JSON text. */
function startPayload({ events }: JsonHistory): string {
  const started = events[0]?.['workflowExecutionStartedEventAttributes'] as {
    input?: { payloads: { data: string }[] };
  };
  return Buffer.from(started.input?.payloads[0]?.data ?? '', 'base64').toString('utf8');
}
