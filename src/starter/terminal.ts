import process from 'node:process';
import { createInterface } from 'node:readline/promises';

/** The question goes to standard error, so that what the command prints can be piped on. Null at the end of input. */
export async function askPerson(question: string): Promise<string | null> {
  const lines = createInterface({ input: process.stdin, output: process.stderr });
  const ended = new Promise<null>((resolve) => lines.once('close', () => resolve(null)));
  try {
    return await Promise.race([lines.question(question), ended]);
  } finally {
    lines.close();
  }
}

/** Ctrl-C and SIGTERM abort the signal; a second one ends the process as usual. */
export function interruption(): AbortSignal {
  const controller = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => controller.abort());
  return controller.signal;
}
