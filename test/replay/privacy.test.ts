import { describe, expect, it } from 'vitest';
import { projectPath } from '../../demo/project-path.js';
import { CANARY_CUSTOMER, CANARY_SECRET, canariesIn } from '../support/canary.js';
import { storedHistories } from './history-files.js';
import { type JsonEvent, readableText } from './history-json.js';

const stored = storedHistories();
const BYTES_MAX = 100_000;

const inPayload = (data: unknown): string => Buffer.from(JSON.stringify(data)).toString('base64');

/** An event that carries a payload, as a workflow's history would if an activity gave personal data back. */
function leaking(data: unknown): JsonEvent {
  return {
    eventType: 'EVENT_TYPE_ACTIVITY_TASK_COMPLETED',
    activityTaskCompletedEventAttributes: { result: { payloads: [{ metadata: {}, data: inPayload(data) }] } },
  };
}

describe.each(stored)('the history $name', ({ history, bytes }) => {
  it('holds nothing of the person and no secret, in no payload', () => {
    expect(canariesIn(readableText(history))).toEqual([]);
  });

  it('does not say where it was recorded', () => {
    const text = readableText(history);
    expect(text).not.toContain(projectPath(''));
    expect(text).not.toMatch(/ at .*:\d+:\d+/);
    // Process and host, as workers and clients are named.
    expect(text).not.toMatch(/\b\d+@[\w-]/);
  });

  it('is small', () => {
    expect(bytes).toBeLessThanOrEqual(BYTES_MAX);
  });
});

describe('a leak is found', () => {
  it.each(Object.entries(CANARY_CUSTOMER))('in a payload: %s', (key, value) => {
    expect(canariesIn(readableText(leaking({ read: { [key]: value } })))).not.toEqual([]);
  });

  it('in the message of a failure, whatever its letters’ case', () => {
    expect(canariesIn(readableText({ message: `POST /token refused ${CANARY_SECRET.toUpperCase()}` }))).toEqual([
      expect.stringContaining(CANARY_SECRET.toUpperCase()),
    ]);
  });

  it('for the address of anyone', () => {
    expect(canariesIn(readableText(leaking('somebody.else@shop.test')))).toEqual([
      expect.stringContaining('somebody.else@shop.test'),
    ]);
  });
});

describe('what is looked at', () => {
  it('is also what stands in payloads: order numbers and ids are read in every customer’s history', () => {
    const customers = stored.filter(({ history }) => readableText(history).includes('syncCustomerWorkflow'));
    expect(customers.length).toBeGreaterThan(0);
    for (const { name, history } of customers) expect(readableText(history), name).toMatch(/"eventId":"/);
  });
});
