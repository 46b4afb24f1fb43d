// node scripts/bundle-workflows.mjs <workflows index, from the root> <bundle file>
import { mkdir, rename, writeFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { PlainError, ROOT, runMain } from './run-command.mjs';
import { bundleWorkflows } from './workflow-code.mjs';

await runMain(async () => {
  const [entry, target] = process.argv.slice(2);
  if (entry === undefined || target === undefined) throw new PlainError('Say which file to bundle, and where to.');
  const code = await bundleWorkflows(resolve(ROOT, entry));
  await mkdir(dirname(target), { recursive: true });
  // Renamed into place: a worker that starts meanwhile never reads half a bundle.
  const halfDone = `${target}.${process.pid}`;
  await writeFile(halfDone, code);
  await rename(halfDone, target);
});
