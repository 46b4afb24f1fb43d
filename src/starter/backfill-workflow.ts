import { WorkflowNotFoundError } from '@temporalio/client';
import {
  type BackfillProgress,
  backfillProgressQuery,
  type BackfillResult,
  backfillWorkflowId,
} from '../contract/backfill.js';
import { isUnanswered, type TemporalAccess } from '../temporal.js';
import { StarterError } from './context.js';

/** What can be learned about a backfill right now. */
export type BackfillView =
  | { readonly kind: 'running'; readonly progress: BackfillProgress }
  /** It runs, and no worker answers. */
  | { readonly kind: 'unanswered' }
  | { readonly kind: 'ended'; readonly result: BackfillResult }
  /** Terminated, timed out or failed: in Temporal's word. */
  | { readonly kind: 'broken'; readonly status: string };

const CALL_TIMEOUT_MS = 5_000;
const NAME = /^[A-Za-z0-9][A-Za-z0-9._-]{0,60}$/;

/** What Temporal appends to the id of a run that a Schedule starts. */
const SCHEDULED_AT = /-\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}Z$/;

/** Also of a run that a Schedule started. @throws StarterError for what cannot be a backfill's name */
export function readName(text: string): string {
  if (NAME.test(text.replace(SCHEDULED_AT, ''))) return text;
  throw new StarterError('a backfill’s name has letters, digits, dots, - and _ alone, 60 at most');
}

/** @throws StarterError when there never was one of that name */
export async function viewBackfill(access: TemporalAccess, name: string): Promise<BackfillView> {
  const handle = access.client.workflow.getHandle(backfillWorkflowId(name));
  const within = <T>(call: () => Promise<T>): Promise<T> =>
    access.client.withDeadline(Date.now() + CALL_TIMEOUT_MS, call);
  try {
    const { status } = await within(() => handle.describe());
    if (status.name === 'COMPLETED')
      return { kind: 'ended', result: (await within(() => handle.result())) as BackfillResult };
    if (status.name !== 'RUNNING') return { kind: 'broken', status: status.name.toLowerCase() };
    return { kind: 'running', progress: await within(() => handle.query(backfillProgressQuery)) };
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) throw notThere(name, error);
    if (isUnanswered(error)) return { kind: 'unanswered' };
    throw error;
  }
}

export function notThere(name: string, cause: unknown): StarterError {
  const what = `there is no backfill ${name}: starter backfill start ${name}`;
  return new StarterError(`${what} (the names of those by a Schedule: starter backfill schedule list)`, { cause });
}

/** The backfill's page in Temporal's UI. */
export function backfillLink(uiUrl: string, namespace: string, name: string): string {
  const workflowId = encodeURIComponent(backfillWorkflowId(name));
  return `${uiUrl}/namespaces/${encodeURIComponent(namespace)}/workflows/${workflowId}`;
}
