import type { Environment } from '../../src/config.js';
import { createDotdigitalClient } from '../../src/dotdigital/client.js';
import { runStarter } from '../../src/starter/program.js';
import { createStoklyClient } from '../../src/stokly/client.js';
import { connectTemporal } from '../../src/temporal.js';
import { canariesIn } from '../support/canary.js';

/** Port 1 is never listened on. */
export const NOWHERE = '127.0.0.1:1';

export interface StarterRun {
  readonly status: number;
  readonly out: string[];
  readonly err: string[];
}

/** The person at the terminal. */
export interface Person {
  /** Lines typed, in order; then the input ends. */
  readonly types?: readonly string[];
  /** Aborted: Ctrl-C. */
  readonly interrupts?: AbortSignal;
  /** Sees each line as it is printed. */
  readonly sees?: (line: string) => void;
}

/**
 * Runs the command line in this process, with the real clients, under these settings alone. Whatever it prints is searched for
 * canaries: throws where one is.
 */
export async function starter(
  args: readonly string[],
  env: Environment = {},
  person: Person = {},
): Promise<StarterRun> {
  const out: string[] = [];
  const err: string[] = [];
  const typed = [...(person.types ?? [])];
  const status = await runStarter(args, {
    env: { TEMPORAL_CONFIG_FILE: '/nonexistent', ...env },
    print(text) {
      out.push(text);
      person.sees?.(text);
    },
    complain: (text) => void err.push(text),
    ask: async () => typed.shift() ?? null,
    interruption: () => person.interrupts ?? new AbortController().signal,
    connectTemporal: (settings) => connectTemporal(settings, env['TEMPORAL_ADDRESS'] === NOWHERE ? 200 : 5_000),
    createStokly: (settings) => createStoklyClient(settings),
    createDotdigital: (settings) => createDotdigitalClient(settings),
  });
  const found = canariesIn([...out, ...err].join('\n'));
  if (found.length > 0) throw new Error(`the starter printed a secret or personal data: ${found.join('; ')}`);
  return { status, out, err };
}
