import { setting } from './setting-shape.js';
import { duration, durationOrOff } from './setting-values.js';

/** Shorter would ask Stokly all the time, and Temporal catches up on nothing shorter. */
const POLL_EVERY_MIN_MS = 10_000;

/** What runs by itself, and how often. */
export const schedules = {
  POLL_EVERY: setting(durationOrOff(POLL_EVERY_MIN_MS), '2m', {
    description: 'How often Stokly is asked for what changed, in case a webhook was lost; `off` = never.',
  }),
  REVIEW_DIGEST_EVERY: setting(duration, '24h', {
    description: 'How often one digest of all open reviews goes out; 0s = never.',
  }),
};
