import { fileURLToPath } from 'node:url';
import type { Client } from '@temporalio/client';
import { NativeConnection } from '@temporalio/worker';
import { collectDefaultMetrics } from 'prom-client';
import { ConfigError, loadWorkerConfig, type WorkerConfig } from './config.js';
import { createDotdigitalClient } from './dotdigital/client.js';
import { createHttpTransport } from './http/transport.js';
import { createLog, type Log } from './logging.js';
import { readAccountCounts } from './metrics/account-counts.js';
import { type MetricsPage, MetricsPageError, openMetricsPage } from './metrics/page.js';
import { createWorkerMetrics, type WorkerMetrics } from './metrics/worker-metrics.js';
import { createNotifier } from './notify/notifier.js';
import { ensureDigestSchedule } from './review-digests.js';
import { listOpenReviews } from './review-list.js';
import { createStoklyClient } from './stokly/client.js';
import { connectTemporal, TemporalConnectError } from './temporal.js';
import { admitLoweringPort, openReviewPort, wakeCustomerPort } from './temporal-ports.js';
import { installRuntime } from './worker-runtime.js';
import { createWorker } from './worker-setup.js';

const workflowBundlePath = fileURLToPath(new URL('../workflow-bundle.js', import.meta.url));

/** The SDK's gzip costs the server about a seventh of its CPU time a call, and saves a few KB of a drain. */
const UNCOMPRESSED = { grpcCompression: { codec: 'none' } } as const;

/** A digest that is not taken in time is sent again. */
const NOTIFY_TIMEOUT_MS = 15_000;

/** Runs until SIGINT or SIGTERM: then takes no new work, lets what is in hand finish, and ends. */
async function main(): Promise<void> {
  const config = loadWorkerConfig();
  const log = createLog({ level: config.logLevel, process: 'worker' });
  const temporalMetricsUrl = await installRuntime(log, config.metrics.port !== 0);
  const temporal = await connectTemporal(config.temporal);
  const { namespace } = temporal;
  const metrics: WorkerMetrics = createWorkerMetrics({
    account: () => readAccountCounts(temporal.client, namespace),
    limiters: () => ({ stokly: { all: stokly.rate() }, dotdigital: dotdigital.rates() }),
  });
  const stokly = createStoklyClient(config.stokly, { log, onCall: (call) => metrics.vendorCalled('stokly', call) });
  const dotdigital = createDotdigitalClient(config.dotdigital, {
    log,
    onCall: (call) => metrics.vendorCalled('dotdigital', call),
  });
  const page = temporalMetricsUrl === null ? null : await showMetrics(config, metrics, temporalMetricsUrl);
  await ensureDigestSchedule(temporal.client, config.reviews.digestEveryMs);
  const connection = await NativeConnection.connect({ ...config.temporal.connectionOptions, ...UNCOMPRESSED });
  const worker = await createWorker({
    connection,
    namespace,
    workflowBundlePath,
    deps: { ...depsOf(config, { client: temporal.client, log }), stokly, dotdigital, metrics, log },
    onSettled: (orders) => metrics.ordersSettled(orders),
  });
  log.info({ address: config.temporal.address, namespace, writes: config.policy.writes }, 'worker ready');
  try {
    await worker.run();
  } finally {
    await page?.close();
    await connection.close();
    await temporal.close();
  }
  log.info('worker stopped');
}

async function showMetrics(
  { metrics: { host, port } }: WorkerConfig,
  metrics: WorkerMetrics,
  temporalUrl: string,
): Promise<MetricsPage> {
  collectDefaultMetrics({ register: metrics.registry });
  return await openMetricsPage({ host, port, text: () => metrics.text(), temporalUrl });
}

function depsOf(config: WorkerConfig, { client, log }: { readonly client: Client; readonly log: Log }) {
  return {
    policy: config.policy,
    consentLowerMaxPerHour: config.consentLowerMaxPerHour,
    wakeCustomer: wakeCustomerPort(client),
    openReview: openReviewPort(client),
    listOpenReviews: () => listOpenReviews(client),
    notifier: createNotifier({
      webhook: config.reviews.webhook,
      transport: createHttpTransport({ timeoutMs: NOTIFY_TIMEOUT_MS }),
      log,
      now: Date.now,
    }),
    reviewPolicy: {
      fourEyesAboveMinor: config.reviews.fourEyesAboveMinor,
      remindAfterMs: config.reviews.remindAfterMs,
      escalateAfterMs: config.reviews.escalateAfterMs,
    },
    admitLowering: admitLoweringPort(client),
    now: Date.now,
  };
}

try {
  await main();
} catch (error) {
  const isSaid = [ConfigError, TemporalConnectError, MetricsPageError].some((known) => error instanceof known);
  if (!isSaid || !(error instanceof Error)) throw error;
  process.stderr.write(`worker: ${error.message}\n`);
  process.exitCode = 1;
}
