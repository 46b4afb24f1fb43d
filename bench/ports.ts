import { freePort } from '../demo/ports.js';
import type { DemoPorts } from '../demo/surroundings.js';

/** Free ones for all: a bench may run beside anything else. */
export async function findFreePorts(): Promise<DemoPorts> {
  const ports = { temporal: 0, temporalUi: 0, stokly: 0, dotdigital: 0, relay: 0, metrics: 0 };
  for (const name of Object.keys(ports) as (keyof DemoPorts)[]) ports[name] = await freePort();
  return ports;
}
