// npm start: installs, builds and gets Temporal where that is still to do, then runs the demo (demo/main.ts).
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { findTemporal } from './get-temporal.mjs';
import { ensureBuilt, ensureInstalled } from './prepare.mjs';
import { ROOT, runMain } from './run-command.mjs';

await runMain(async () => {
  await ensureInstalled();
  await ensureBuilt();
  const { parseOptions, runDemo } = await import(pathToFileURL(join(ROOT, 'dist', 'demo', 'main.js')).href);
  return runDemo(parseOptions(process.argv.slice(2)), await findTemporal());
});
