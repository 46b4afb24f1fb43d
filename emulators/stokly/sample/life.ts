import type { Happening } from '../events.js';
import type { Settings } from '../settings.js';
import type { Store } from '../store.js';

/** What a moment of the sample changes. */
export interface LifeContext {
  readonly store: Store;
  readonly settings: Settings;
}

/** One moment of an order, a refund or a customer. `apply` gives the events that it sends; none where nothing is to do. */
export interface LifeEvent {
  readonly atMs: number;
  readonly apply: (context: LifeContext) => Happening[];
}

export const HOUR_MS = 3_600_000;
export const DAY_MS = 24 * HOUR_MS;
