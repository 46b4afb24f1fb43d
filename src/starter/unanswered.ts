import { grpcCodeOf } from '../temporal.js';

/** gRPC status codes of a query that no worker answers: CANCELLED, DEADLINE_EXCEEDED, FAILED_PRECONDITION. */
const UNANSWERED = new Set([1, 4, 9]);

/** Whether a query failed because no worker answered it in time. */
export function isUnanswered(error: unknown): boolean {
  return UNANSWERED.has(grpcCodeOf(error) ?? -1);
}
