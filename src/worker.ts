import { fileURLToPath } from 'node:url';
import type { Client } from '@temporalio/client';
import { NativeConnection } from '@temporalio/worker';
import { collectDefaultMetrics } from 'prom-client';
import { createAnswerGatherer } from './answer-gatherer.js';
import { paceOf, readBackfillPagePort, readLedgerPort } from './backfill-ports.js';
import { ConfigError, loadWorkerConfig, type WorkerConfig } from './config.js';
import { createDotdigitalClient } from './dotdigital/client.js';
import { createHttpTransport } from './http/transport.js';
import { createLog, type Log } from './logging.js';
import { readAccountCounts } from './metrics/account-counts.js';
import { type MetricsPage, MetricsPageError, openMetricsPage } from './metrics/page.js';
import { createWorkerMetrics, type WorkerMetrics } from './metrics/worker-metrics.js';
import { createNotifier } from './notify/notifier.js';
import { listOpenReviews } from './review-list.js';
import { ensureSchedules } from './schedules.js';
import { createStoklyClient } from './stokly/client.js';
import { connectTemporal, type TemporalAccess, TemporalConnectError } from './temporal.js';
import { admitLoweringPort, loadHistoryPort, openReviewPort, wakeCustomerPort } from './temporal-ports.js';
import { installRuntime } from './worker-runtime.js';
import { createWorker, type WorkerSetup } from './worker-setup.js';

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
  try {
    await work({ config, log, temporal, temporalMetricsUrl });
  } finally {
    await temporal.close();
  }
  log.info('worker stopped');
}

interface Wiring {
  readonly config: WorkerConfig;
  readonly log: Log;
  readonly temporal: TemporalAccess;
  /** Null where metrics are off. */
  readonly temporalMetricsUrl: string | null;
}

async function work({ config, log, temporal, temporalMetricsUrl }: Wiring): Promise<void> {
  const { client, namespace } = temporal;
  const metrics: WorkerMetrics = createWorkerMetrics({
    account: () => readAccountCounts(client, namespace),
    limiters: () => ({ stokly: { all: stokly.rate() }, dotdigital: dotdigital.rates() }),
  });
  const stokly = createStoklyClient(config.stokly, { log, onCall: (call) => metrics.vendorCalled('stokly', call) });
  const dotdigital = createDotdigitalClient(config.dotdigital, {
    log,
    onCall: (call) => metrics.vendorCalled('dotdigital', call),
    onImport: (ended) => metrics.importEnded(ended),
  });
  const gatherer = createAnswerGatherer(client, log);
  const page = temporalMetricsUrl === null ? null : await showMetrics(config, metrics, temporalMetricsUrl);
  try {
    await ensureSchedules(client, config.schedules);
    const pace = () =>
      paceOf({ stokly: { state: stokly.rate(), windowMs: config.stokly.windowMs }, dotdigital: dotdigital.rates() });
    const deps = { ...depsOf(config, { client, log }), stokly, dotdigital, metrics, log, pace };
    const listeners = { onSettled: metrics.ordersSettled, onHistoryLoaded: gatherer.take.bind(gatherer) };
    await runUntilStopped(config, { namespace, workflowBundlePath, deps, ...listeners }, log);
  } finally {
    await gatherer.close();
    await page?.close();
  }
}

async function runUntilStopped(config: WorkerConfig, setup: Omit<WorkerSetup, 'connection'>, log: Log): Promise<void> {
  const connection = await NativeConnection.connect({ ...config.temporal.connectionOptions, ...UNCOMPRESSED });
  try {
    const worker = await createWorker({ ...setup, connection });
    const { address, namespace } = config.temporal;
    log.info({ address, namespace, writes: config.policy.writes }, 'worker ready');
    await worker.run();
  } finally {
    await connection.close();
  }
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
    loadHistory: loadHistoryPort(client),
    readBackfillPage: readBackfillPagePort(client),
    readLedger: readLedgerPort(client),
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
  // Without a worker the SDK's runtime would hold the process for ever, and takes SIGTERM for its own.
  process.exit(1);
}
