import { type Person, starter, type StarterRun } from '../starter/starter-under-test.js';
import type { World } from './world.js';

/** Runs a starter command against a world, as someone with the world's own settings (or others) would. What it prints is searched. */
export async function starterOn(
  world: World,
  args: readonly string[],
  person: Person = {},
  settings: Readonly<Record<string, string>> = {},
): Promise<StarterRun> {
  const run = await starter(args, { ...starterEnv(world), ...settings }, person);
  world.watch.hear('output of the starter', [...run.out, ...run.err].join('\n'));
  return run;
}

export function starterEnv(world: World): Record<string, string> {
  return {
    ...world.workerEnv(),
    WEBHOOK_SECRETS: world.webhookSecret,
    RELAY_PORT: new URL(world.relayUrl).port,
  };
}
