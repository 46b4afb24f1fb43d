import { LIMITS } from '../domain/limits.js';

/** What people type: whatever else came is not shown, and a long text only in part. */
export function textOr(given: unknown, otherwise: string): string {
  return typeof given === 'string' && given !== ''
    ? given.replaceAll(/\s+/g, ' ').slice(0, LIMITS.actorTextMax)
    : otherwise;
}
