import { ApplicationFailure } from '@temporalio/common';
import type { ReviewDigest } from '../domain/review/digest.js';
import { NotifyError } from '../notify/notifier.js';
import type { ActivityDeps } from './deps.js';
import { runActivity } from './run-activity.js';

/**
 * Says one digest: in the log, and by a signed POST where a webhook is set. Repeats carry one id, the receiver drops what it has seen.
 * Fails with `NotificationRefused`, is then tried again.
 */
export function createNotify(deps: ActivityDeps) {
  return async function notify(digest: ReviewDigest): Promise<void> {
    await runActivity(async ({ executionId, signal }) => {
      try {
        await deps.notifier.digest(digest, { id: `digest_${executionId}`, signal });
      } catch (error) {
        if (!(error instanceof NotifyError)) throw error;
        throw ApplicationFailure.create({ type: 'NotificationRefused', message: error.message });
      }
    });
  };
}
