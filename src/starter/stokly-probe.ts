import { loadStarterConfig } from '../config.js';
import type { ResourceShape } from '../stokly/probe.js';
import { LIVE, SCHEMA_VERSION, type StarterContext, using } from './context.js';

/**
 * What the account's data look like, to hold against docs/stokly-assumptions.md: key names, types and counts, values of
 * enums alone. Resolves with the exit status.
 */
export async function runStoklyProbe(options: { readonly json: boolean }, context: StarterContext): Promise<number> {
  const config = loadStarterConfig(['stokly'], context.env);
  return using(context.createStokly(config.stokly), async (stokly) => {
    const { resources } = await stokly.probeShapes(LIVE);
    if (options.json) context.print(JSON.stringify({ schemaVersion: SCHEMA_VERSION, resources }));
    else for (const line of resources.flatMap(resourceLines)) context.print(line);
    return 0;
  });
}

function resourceLines({ resource, outcome, rows, keys }: ResourceShape): string[] {
  const keyLines = keys.map(({ path, kinds, values }) => {
    const seen = values === undefined ? '' : `  (${counts(values)})`;
    return `  ${path.padEnd(32)} ${counts(kinds)}${seen}`;
  });
  return [`${resource}: ${outcome}, ${rows} rows`, ...keyLines];
}

function counts(counted: Readonly<Record<string, number>>): string {
  return Object.entries(counted)
    .map(([what, count]) => `${what} ${count}`)
    .join(', ');
}
