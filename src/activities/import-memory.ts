import type { ImportedWrite, ImportMemory } from '../dotdigital/api.js';

/** One import of which the attempt waits for a report, and which of its writes are in it. */
interface ImportTold {
  readonly importId: string;
  readonly kind: ImportedWrite['kind'];
  readonly sentAtMs: number;
  readonly writes: readonly string[];
}

/** Of a drain of 40 orders and its fields; imports of one activity are a handful. */
const WRITES_TOLD_MAX = 200;

/**
 * Remembers in heartbeats which writes went out in which import, so that an attempt that takes over from one that died asks for
 * those imports' reports instead of writing again. Ids and hashes only.
 */
export class ImportsToldInHeartbeats implements ImportMemory {
  readonly #known = new Map<string, ImportedWrite>();

  /** `progress`: what the attempt before had told. `onNote`: a heartbeat is due. */
  constructor(
    progress: unknown,
    private readonly onNote: () => void,
  ) {
    for (const imported of readTold(progress)) this.#known.set(nameOf(imported.kind, imported.write), imported);
  }

  note(imported: ImportedWrite): void {
    this.#known.set(nameOf(imported.kind, imported.write), imported);
    this.onNote();
  }

  find(kind: ImportedWrite['kind'], write: string): ImportedWrite | null {
    return this.#known.get(nameOf(kind, write)) ?? null;
  }

  /** What a heartbeat tells; the newest writes where there are too many. */
  told(): readonly ImportTold[] {
    const imports = new Map<string, ImportTold & { writes: string[] }>();
    for (const { importId, kind, sentAtMs, write } of [...this.#known.values()].slice(-WRITES_TOLD_MAX)) {
      const told = imports.get(importId) ?? { importId, kind, sentAtMs, writes: [] };
      told.writes.push(write);
      imports.set(importId, told);
    }
    return [...imports.values()];
  }
}

function nameOf(kind: ImportedWrite['kind'], write: string): string {
  return `${kind}/${write}`;
}

/** A worker of another version may have told it: what cannot be read is not known, and is written again. */
function readTold(progress: unknown): ImportedWrite[] {
  if (!Array.isArray(progress)) return [];
  return progress.filter(isImportTold).flatMap(({ writes, ...told }) => writes.map((write) => ({ ...told, write })));
}

function isImportTold(told: unknown): told is ImportTold {
  if (typeof told !== 'object' || told === null) return false;
  if (!('importId' in told && 'kind' in told && 'sentAtMs' in told && 'writes' in told)) return false;
  const { importId, kind, sentAtMs, writes } = told;
  if (typeof importId !== 'string' || (kind !== 'records' && kind !== 'fields')) return false;
  return typeof sentAtMs === 'number' && Array.isArray(writes) && writes.every((write) => typeof write === 'string');
}
