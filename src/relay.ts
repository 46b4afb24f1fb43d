import { collectDefaultMetrics } from 'prom-client';
import { ConfigError, loadRelayConfig, type RelayConfig } from './config.js';
import { createLog, type Log } from './logging.js';
import { createRelayApp } from './relay/app.js';
import { createRelayMetrics } from './relay/metrics.js';
import { createRelayTemporal } from './relay/temporal-port.js';
import { openTemporal } from './temporal.js';

/** What is in flight ends within its own time-outs (10 s to arrive, 3 s to be accepted); then the process goes anyway. */
const STOP_TIMEOUT_MS = 15_000;

async function run(config: RelayConfig, log: Log): Promise<void> {
  const temporal = openTemporal(config.temporal);
  const metrics = createRelayMetrics();
  collectDefaultMetrics({ register: metrics.registry });
  const app = await createRelayApp({
    temporal: createRelayTemporal(temporal.client, temporal.namespace),
    secrets: config.webhookSecrets,
    requestsPerMinute: config.relay.requestsPerMinute,
    log,
    metrics,
  });
  const url = await app.listen({ host: config.relay.host, port: config.relay.port });
  log.info({ url, temporal: config.temporal.address }, 'relay listens');
  const signal = await untilStopped();
  log.info({ signal }, 'relay stops: finishes what is in flight');
  setTimeout(() => process.exit(1), STOP_TIMEOUT_MS).unref();
  await app.close();
  await temporal.close();
  log.info('relay stopped');
}

function untilStopped(): Promise<NodeJS.Signals> {
  return new Promise((resolve) => {
    for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, resolve);
  });
}

function describe(error: unknown): string {
  if (error instanceof ConfigError) return `these settings are wrong:\n  ${error.message.replaceAll('\n', '\n  ')}`;
  if (error instanceof Error && 'code' in error && error.code === 'EADDRINUSE') {
    return `${error.message}: set RELAY_PORT to a free port`;
  }
  return error instanceof Error ? error.message : 'unknown error';
}

try {
  const config = loadRelayConfig();
  await run(config, createLog({ level: config.logLevel, process: 'relay' }));
} catch (error) {
  process.stderr.write(`relay: ${describe(error)}\n`);
  process.exitCode = 1;
}
