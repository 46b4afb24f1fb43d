import { type Fault, isImportFault } from './faults.js';
import type { Settings } from './settings.js';

/** How an import will be carried out, with what a fault makes of it. */
export interface ImportPlan {
  readonly delayMs: number;
  readonly isStuck: boolean;
  /** The job's status when it fails as a whole; nothing takes effect. */
  readonly failedStatus: string | null;
  /** One in so many items is refused; null = none. */
  readonly spoilEvery: number | null;
  readonly spoilReason: string;
}

const LATE_MS = 60_000;

export function importPlan(fault: Fault | null, settings: Settings): ImportPlan {
  const plain: ImportPlan = {
    delayMs: settings.importDelayMs,
    isStuck: false,
    failedStatus: null,
    spoilEvery: null,
    spoilReason: 'Unknown',
  };
  if (fault === null || !isImportFault(fault)) return plain;
  switch (fault.kind) {
    case 'stuck-import':
      return { ...plain, isStuck: true };
    case 'late-import':
      return { ...plain, delayMs: fault.delayMs ?? LATE_MS };
    case 'partial-import':
      return { ...plain, spoilEvery: fault.every ?? 2, spoilReason: fault.reason ?? 'Unknown' };
    case 'failed-import':
      return { ...plain, failedStatus: fault.importStatus ?? 'Failed' };
  }
}

/** The first item of each group of `spoilEvery` is refused. */
export function isSpoiled(plan: ImportPlan, index: number): boolean {
  return plan.spoilEvery !== null && index % plan.spoilEvery === 0;
}
