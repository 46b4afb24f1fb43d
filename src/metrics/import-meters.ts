import type { Registry } from 'prom-client';
import { counter } from './meters.js';

/** One import (`dotdigital/import-run.ts`). */
export interface ImportEnded {
  readonly kind: 'records' | 'fields';
  readonly result: (typeof RESULTS)[number];
  readonly writes: number;
}

const KINDS = ['records', 'fields'] as const;
const RESULTS = ['finished', 'failed', 'overdue', 'refused', 'too-many', 'not-sent'] as const;

export function importMeters(registry: Registry): (ended: ImportEnded) => void {
  const imports = counter(registry, {
    name: 'lockstep_imports_total',
    help: 'Imports to Dotdigital, by what they carry and how they ended. overdue: its writes went out alone meanwhile; refused: as a whole.',
    labels: { kind: KINDS, result: RESULTS },
  });
  const writes = counter(registry, {
    name: 'lockstep_import_writes_total',
    help: 'Writes that went out in imports that finished, by kind.',
    labels: { kind: KINDS },
  });
  return ({ kind, result, writes: count }) => {
    imports.inc({ kind, result });
    if (result === 'finished') writes.inc({ kind }, count);
  };
}
