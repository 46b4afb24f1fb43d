import type { History } from '@temporalio/common/lib/proto-utils.js';
import { historyToJSON } from '@temporalio/common/lib/proto-utils.js';

/** One event as Temporal's UI and command line give it. */
export interface JsonEvent {
  readonly eventType: string;
  readonly [attributes: string]: unknown;
}

/** A history as `temporal workflow show --output json`, the UI's download and the SDK give it. */
export interface JsonHistory {
  readonly events: readonly JsonEvent[];
}

export function jsonHistory(history: History): JsonHistory {
  return withoutMachine(JSON.parse(historyToJSON(history))) as JsonHistory;
}

/** One event a line: small, and still to be read and compared. */
export function historyText({ events }: JsonHistory): string {
  return `{"events":[\n${events.map((event) => JSON.stringify(event)).join(',\n')}\n]}\n`;
}

/** Workers and clients are named after process and host; the sticky queue after its worker. A replay reads none of them. */
const NAMED_AFTER_MACHINE = ['identity', 'stackTrace', 'encodedAttributes'];
const STICKY_QUEUE_KIND = 'TASK_QUEUE_KIND_STICKY';

/** Leaves out what says on which machine, and in which folder, it was recorded. */
function withoutMachine(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutMachine);
  if (typeof value !== 'object' || value === null) return value;
  const isStickyQueue = 'kind' in value && value.kind === STICKY_QUEUE_KIND;
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => {
      if (NAMED_AFTER_MACHINE.includes(key)) return [key, ''];
      return [key, isStickyQueue && key === 'name' ? 'sticky' : withoutMachine(inner)];
    }),
  );
}

/**
 * All text in a history, payloads decoded: what anyone could read in it. Whatever is base64 is decoded, wherever it stands
 * (input, result, memo, summaries, failure details, search attributes), so that a new kind of event hides nothing.
 */
export function readableText(value: unknown): string {
  const texts: string[] = [];
  collect(value, texts);
  return texts.join('\n');
}

const BASE64 = /^[A-Za-z0-9+/]{4,}={0,2}$/;

function collect(value: unknown, texts: string[]): void {
  if (typeof value === 'string') {
    texts.push(value);
    if (BASE64.test(value) && value.length % 4 === 0) texts.push(Buffer.from(value, 'base64').toString('utf8'));
  } else if (Array.isArray(value)) {
    for (const inner of value) collect(inner, texts);
  } else if (typeof value === 'object' && value !== null) {
    for (const inner of Object.values(value)) collect(inner, texts);
  }
}

interface Started {
  readonly workflowId: string;
  readonly runId: string;
  readonly workflowType: string;
}

/** Which run a history is, as its first event says. */
export function startedRun({ events }: JsonHistory): Started {
  const attributes = events[0]?.['workflowExecutionStartedEventAttributes'] as
    | { workflowId?: string; originalExecutionRunId?: string; workflowType?: { name?: string } }
    | undefined;
  return {
    workflowId: attributes?.workflowId ?? '',
    runId: attributes?.originalExecutionRunId ?? '',
    workflowType: attributes?.workflowType?.name ?? '',
  };
}
