import { Runtime } from '@temporalio/worker';
import { type Log, temporalLogger } from './logging.js';
import { freePort } from './metrics/free-port.js';

/** Between looking for a free port and taking it, someone else may take it. */
const TRIES_MAX = 5;

/**
 * Installs Temporal's runtime, once a process. The SDK's metrics get a page on a free port of this machine, since it can serve
 * them only by itself; the worker's own page shows them too. Gives its address; null where metrics are off.
 */
export async function installRuntime(log: Log, hasMetrics: boolean): Promise<string | null> {
  if (!hasMetrics) {
    install(log, null);
    return null;
  }
  for (let tries = 1; ; tries += 1) {
    const bindAddress = `127.0.0.1:${await freePort()}`;
    try {
      install(log, bindAddress);
      return `http://${bindAddress}/metrics`;
    } catch (error) {
      if (tries >= TRIES_MAX) throw error;
    }
  }
}

function install(log: Log, bindAddress: string | null): void {
  Runtime.install({
    logger: temporalLogger(log),
    telemetryOptions: {
      logging: { forward: {}, filter: { core: 'WARN', other: 'WARN' } },
      ...(bindAddress === null ? {} : { metrics: { prometheus: { bindAddress, useSecondsForDurations: true } } }),
    },
  });
}
