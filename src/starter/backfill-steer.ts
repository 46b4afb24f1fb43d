import { WorkflowNotFoundError } from '@temporalio/client';
import { loadStarterConfig } from '../config.js';
import {
  backfillWorkflowId,
  cancelBackfillSignal,
  pauseBackfillSignal,
  resumeBackfillSignal,
  setSpeedSignal,
} from '../contract/backfill.js';
import { notThere } from './backfill-workflow.js';
import { SCHEMA_VERSION, type StarterContext, StarterError, unreachable, using } from './context.js';

export type BackfillOrder =
  | { readonly kind: 'pause' | 'resume' | 'cancel'; readonly actor: string; readonly reason: string }
  | { readonly kind: 'speed'; readonly pagesAtOnce: number };

const CALL_TIMEOUT_MS = 10_000;

const WORDS = {
  pause: 'No further page is opened; those that are open end.',
  resume: 'It goes on.',
  cancel: 'It ends with what was done; customers that were woken go on by themselves.',
  speed: 'Counts from the next page on.',
} as const;

/** A signal: durable, and carried out when a worker runs. Resolves with the exit status. */
export async function runBackfillSteer(
  name: string,
  asked: BackfillOrder & { readonly json: boolean },
  context: StarterContext,
): Promise<number> {
  const config = loadStarterConfig(['temporal'], context.env);
  return using(await context.connectTemporal(config.temporal), async ({ client }) => {
    const handle = client.workflow.getHandle(backfillWorkflowId(name));
    try {
      await client.withDeadline(Date.now() + CALL_TIMEOUT_MS, () => {
        switch (asked.kind) {
          case 'pause':
            return handle.signal(pauseBackfillSignal, { actor: asked.actor, reason: asked.reason });
          case 'resume':
            return handle.signal(resumeBackfillSignal, { actor: asked.actor, reason: asked.reason });
          case 'cancel':
            return handle.signal(cancelBackfillSignal, { actor: asked.actor, reason: asked.reason });
          case 'speed':
            return handle.signal(setSpeedSignal, { pagesAtOnce: asked.pagesAtOnce });
          default:
            return unreachable(asked);
        }
      });
    } catch (error) {
      if (error instanceof WorkflowNotFoundError) throw notThere(name, error);
      throw error;
    }
    if (asked.json) context.print(JSON.stringify({ schemaVersion: SCHEMA_VERSION, name, asked: asked.kind }));
    else context.print(WORDS[asked.kind]);
    return 0;
  });
}

/** @throws StarterError unless it is a whole number from 1 on */
export function readPages(text: string): number {
  const pages = Number(text);
  if (Number.isSafeInteger(pages) && pages >= 1) return pages;
  throw new StarterError('give the number of pages open at once, 1 or more');
}
