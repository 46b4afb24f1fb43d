// npm run bench: installs, builds and gets Temporal where that is still to do, then measures (bench/main.ts).
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { findTemporal } from './get-temporal.mjs';
import { ensureBuilt, ensureInstalled } from './prepare.mjs';
import { ROOT, runMain } from './run-command.mjs';

await runMain(async () => {
  await ensureInstalled();
  await ensureBuilt();
  const { parseOptions, runBench } = await import(pathToFileURL(join(ROOT, 'dist', 'bench', 'main.js')).href);
  return runBench(parseOptions(process.argv.slice(2)), await findTemporal());
});
