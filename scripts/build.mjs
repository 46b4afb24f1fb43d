// npm run build: dist/ with the compiled programs and the workflow bundle. Does nothing when they are there already.
import { ensureBuilt, ensureInstalled } from './prepare.mjs';
import { runMain } from './run-command.mjs';

await runMain(async () => {
  await ensureInstalled();
  await ensureBuilt();
});
