import { inject } from 'vitest';
import { type Bounds, violationsOf as violationsOfScene } from '../../soak/oracle/oracle.js';
import type { World } from './world.js';

export { type Chronicle, followStokly } from '../../soak/oracle/chronicle.js';

/** What is not as promised in this world, in words; see the oracle itself. Replays with the workflows of this run. */
export async function violationsOf(world: World, bounds: Bounds): Promise<string[]> {
  return await violationsOfScene({ ...world, workflowBundlePath: inject('workflowBundlePath') }, bounds);
}

/** Puts a record behind everyone’s back, digits as they are, as another connector might: what shows that the oracle looks. */
export async function tamper(world: Pick<World, 'dotdigitalUrl'>, email: string, json: string): Promise<void> {
  const { id } = JSON.parse(json) as { id: string };
  const body = `{"records":[{"collection":"Orders","key":"${id}","email":"${email}","json":${json}}]}`;
  const headers = { 'content-type': 'application/json' };
  const answer = await fetch(`${world.dotdigitalUrl}/__emulator/seed`, { method: 'POST', headers, body });
  if (!answer.ok) throw new Error(`could not put record ${id}: ${await answer.text()}`);
}
