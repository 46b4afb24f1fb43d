import { randomUUID } from 'node:crypto';
import { type UpdateDefinition, WorkflowNotFoundError, WorkflowUpdateFailedError } from '@temporalio/client';
import type { ReviewReply } from '../contract/review.js';
import { isUnanswered, type TemporalAccess } from '../temporal.js';
import { StarterError } from './context.js';
import { reviewHandle } from './open-reviews.js';

const ANSWER_TIMEOUT_MS = 10_000;

/**
 * Sends a review one message and gives its reply; null: no answer in time, it may still be taken. It has an id, so that the client's own
 * repeats are one message.
 * @throws StarterError with the review's own sentence where it refuses, and where it is closed
 */
export async function sendToReview<Message>(
  { orderId, temporal }: { readonly orderId: string; readonly temporal: TemporalAccess },
  update: UpdateDefinition<ReviewReply, [Message]>,
  message: Message,
): Promise<ReviewReply | null> {
  try {
    return await temporal.client.withDeadline(Date.now() + ANSWER_TIMEOUT_MS, () =>
      reviewHandle(temporal, orderId).executeUpdate(update, { args: [message], updateId: randomUUID() }),
    );
  } catch (error) {
    if (error instanceof WorkflowUpdateFailedError) throw new StarterError(error.cause?.message ?? 'refused');
    if (error instanceof WorkflowNotFoundError)
      throw new StarterError('the review is closed by now: somebody was first, or the order adds up');
    if (isNoAnswer(error)) return null;
    throw error;
  }
}

/** An update that no worker took in time fails with an error of the client's own, or with the deadline's. */
function isNoAnswer(error: unknown): boolean {
  return (error instanceof Error && error.name === 'WorkflowUpdateRPCTimeoutOrCancelledError') || isUnanswered(error);
}
