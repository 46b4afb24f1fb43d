// npm run soak: installs, builds and gets Temporal where that is still to do, then soaks (soak/main.ts).
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { findTemporal } from './get-temporal.mjs';
import { ensureBuilt, ensureInstalled } from './prepare.mjs';
import { ROOT, runMain } from './run-command.mjs';

await runMain(async () => {
  await ensureInstalled();
  await ensureBuilt();
  const { parseOptions, soakFromCommandLine } = await import(pathToFileURL(join(ROOT, 'dist', 'soak', 'main.js')).href);
  return soakFromCommandLine(parseOptions(process.argv.slice(2)), await findTemporal());
});
