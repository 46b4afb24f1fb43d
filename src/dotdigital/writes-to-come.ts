import { onAbort } from '../http/abort.js';
import type { AnnouncedWrites, ImportedWrite } from './api.js';

type Kind = ImportedWrite['kind'];

/** How many pieces of history's work in this process will still hand in writes of each kind: what waits need wait for no others. */
export class WritesToCome {
  readonly #counts: Record<Kind, number> = { records: 0, fields: 0 };

  announce(until: AbortSignal): AnnouncedWrites {
    const open = new Set<Kind>(['records', 'fields']);
    for (const kind of open) this.#counts[kind] += 1;
    const end = (kind: Kind): void => {
      if (open.delete(kind)) this.#counts[kind] -= 1;
    };
    // Records come before fields: whoever hands in these has none of those left.
    const handedIn = (kind: Kind): void => {
      end('records');
      if (kind === 'fields') end('fields');
    };
    onAbort(until, () => handedIn('fields'));
    if (until.aborted) handedIn('fields');
    return { handedIn };
  }

  count(kind: Kind): number {
    return this.#counts[kind];
  }
}
