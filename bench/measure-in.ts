import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ProcessFailed, Processes } from '../demo/processes.js';

export interface MeasuredIn {
  readonly processes: Processes;
  /** A temporary one. */
  readonly folder: string;
}

export function tell(line: string): void {
  process.stderr.write(`${line}\n`);
}

/** Ctrl-C or a request to end. */
class Stopped extends Error {
  override name = 'Stopped';
}

/**
 * Gives the work processes and a folder, and takes both away at its end, also when it is stopped or a process dies. Gives the exit
 * status: the work's own, or 1.
 */
export async function measureIn(
  folderPrefix: string,
  measure: (surroundings: MeasuredIn) => Promise<number>,
): Promise<number> {
  const folder = await mkdtemp(join(tmpdir(), folderPrefix));
  const abort = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
    process.once(signal, () => abort.abort(new Stopped('stopped before its end')));
  const processes = new Processes({ logPath: join(folder, 'bench.log'), onCrash: (failure) => abort.abort(failure) });
  try {
    const aborted = new Promise<never>((_, reject) => {
      abort.signal.addEventListener('abort', () => reject(abort.signal.reason), { once: true });
    });
    const work = measure({ processes, folder });
    // What goes on after the end fails as its processes are stopped: nobody waits for it any more.
    work.catch(() => undefined);
    return await Promise.race([work, aborted]);
  } catch (error) {
    const isPlain = error instanceof ProcessFailed || error instanceof Stopped;
    tell(`bench: ${isPlain ? error.message : error instanceof Error ? String(error.stack) : String(error)}`);
    return 1;
  } finally {
    await processes.stopAll();
    await rm(folder, { recursive: true, force: true });
  }
}
