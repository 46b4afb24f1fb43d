import type { Environment, TemporalSettings } from '../config.js';
import type { DotdigitalClient } from '../dotdigital/client.js';
import type { DotdigitalSettings } from '../dotdigital/settings.js';
import type { StoklyClient } from '../stokly/client.js';
import type { StoklySettings } from '../stokly/settings.js';
import type { TemporalAccess } from '../temporal.js';

/** What a command gets from outside: the entry point wires the real ones. */
export interface StarterContext {
  /** Absent: the process's own. */
  readonly env?: Environment;
  /** A line to standard output: results only. */
  print(text: string): void;
  /** A line to standard error: errors. */
  complain(text: string): void;
  /** Asks the person and gives the line that was typed; null where nobody answers (end of input). */
  ask(question: string): Promise<string | null>;
  /** From now on Ctrl-C ends nothing by itself: it aborts the signal. For a command that runs until it is ended. */
  interruption(): AbortSignal;
  connectTemporal(settings: TemporalSettings): Promise<TemporalAccess>;
  createStokly(settings: StoklySettings): StoklyClient;
  createDotdigital(settings: DotdigitalSettings): DotdigitalClient;
}

/** Commands ask on behalf of a person who waits. */
export const LIVE = { priority: 'live' } as const;

/** What `--json` prints begins with it; it grows when a key changes its meaning or goes. */
export const SCHEMA_VERSION = 1;

/** Thrown for what the person at the command line can put right; the message is all that is shown. */
export class StarterError extends Error {
  override readonly name: string = 'StarterError';
}

/** Gives `use` a resource and closes it whatever happens. */
export async function using<R extends { close(): unknown }, T>(
  resource: R,
  use: (resource: R) => Promise<T>,
): Promise<T> {
  try {
    return await use(resource);
  } finally {
    await resource.close();
  }
}

/** For the `default` of an exhaustive switch. */
export function unreachable(value: never): never {
  throw new Error(`unforeseen: ${JSON.stringify(value)}`);
}
