// npm run record-histories [-- --new]: plays every scenario of test/replay and keeps its histories there.
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ensureInstalled } from './prepare.mjs';
import { PlainError, ROOT, run, runMain } from './run-command.mjs';

await runMain(async () => {
  const [option, ...rest] = process.argv.slice(2);
  if ((option !== undefined && option !== '--new') || rest.length > 0)
    throw new PlainError('Only --new may be said: it starts a new recording beside the ones that are there.');
  await ensureInstalled();
  const vitest = join(ROOT, 'node_modules', 'vitest', 'vitest.mjs');
  const config = fileURLToPath(import.meta.resolve('../test/replay/record.config.ts'));
  const args = [vitest, 'run', '--config', config];
  const env = { ...process.env, LOCKSTEP_NEW_RECORDING: option === '--new' ? '1' : '0' };
  return (await run(process.execPath, args, { env })).code;
});
