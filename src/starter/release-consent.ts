import { WorkflowNotFoundError } from '@temporalio/client';
import { loadStarterConfig } from '../config.js';
import { CONSENT_BREAKER_WORKFLOW_ID } from '../contract/ids.js';
import { type BreakerState, breakerStateQuery, releaseLoweringsSignal } from '../contract/messages.js';
import { isUnanswered, type TemporalAccess } from '../temporal.js';
import { confirm } from './confirm.js';
import { SCHEMA_VERSION, type StarterContext, StarterError, using } from './context.js';
import type { ReleaseOptions } from './release.js';

const CALL_TIMEOUT_MS = 5_000;

/**
 * Lets subscriptions be lowered again after the consent breaker opened; those that wait are lowered at once. Resolves with
 * the exit status.
 */
export async function runReleaseConsent(options: ReleaseOptions, context: StarterContext): Promise<number> {
  const config = loadStarterConfig(['temporal'], context.env);
  return using(await context.connectTemporal(config.temporal), async (temporal) => {
    const breaker = await viewBreaker(temporal);
    if (breaker !== null && !breaker.isOpen) {
      throw new StarterError(
        `the consent breaker is closed (${breaker.admittedLastHour} subscriptions lowered within the last hour): nothing to release`,
      );
    }
    if (!options.json) for (const line of whatWillHappen(breaker)) context.print(line);
    await confirm('release', options.isConfirmed, context);
    const { actor, reason } = options;
    const handle = temporal.client.workflow.getHandle(CONSENT_BREAKER_WORKFLOW_ID);
    await temporal.client.withDeadline(Date.now() + CALL_TIMEOUT_MS, () =>
      handle.signal(releaseLoweringsSignal, { actor, reason }),
    );
    if (options.json) context.print(JSON.stringify({ schemaVersion: SCHEMA_VERSION, isReleased: true, breaker }));
    else context.print(`Released by ${actor}.`);
    return 0;
  });
}

/** Null: no worker answers. @throws StarterError when no subscription was ever to be lowered */
async function viewBreaker({ client }: TemporalAccess): Promise<BreakerState | null> {
  try {
    return await client.withDeadline(Date.now() + CALL_TIMEOUT_MS, () =>
      client.workflow.getHandle(CONSENT_BREAKER_WORKFLOW_ID).query(breakerStateQuery),
    );
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) {
      throw new StarterError('no subscription was ever to be lowered: there is no consent breaker to release', {
        cause: error,
      });
    }
    if (isUnanswered(error)) return null;
    throw error;
  }
}

function whatWillHappen(breaker: BreakerState | null): string[] {
  if (breaker === null) {
    return ['No worker answers, so it is not known whether the consent breaker is open.', 'Released, it is closed.'];
  }
  return [
    `The consent breaker is open since ${breaker.openedAt ?? 'an unknown time'}: ${breaker.refusedSinceOpened} lowerings were refused, ${breaker.waitingCustomers.length} customers wait.`,
    'Released, they are looked at again: each whose consent Stokly still states as refused is UNSUBSCRIBED in Dotdigital.',
    'Be sure first that these people really refused: a wrong import in Stokly would unsubscribe them all.',
  ];
}
