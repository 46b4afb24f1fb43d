// npm run bench:history: installs, builds and gets Temporal where that is still to do, then measures (bench/history/main.ts).
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { findTemporal } from './get-temporal.mjs';
import { ensureBuilt, ensureInstalled } from './prepare.mjs';
import { ROOT, runMain } from './run-command.mjs';

await runMain(async () => {
  await ensureInstalled();
  await ensureBuilt();
  const { parseHistoryOptions, runHistoryBench } = await import(
    pathToFileURL(join(ROOT, 'dist', 'bench', 'history', 'main.js')).href
  );
  return runHistoryBench(parseHistoryOptions(process.argv.slice(2), process.env), await findTemporal());
});
