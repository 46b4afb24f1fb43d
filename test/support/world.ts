import { randomUUID } from 'node:crypto';
import { Client, Connection } from '@temporalio/client';
import { NativeConnection, type Worker } from '@temporalio/worker';
import type { FastifyInstance } from 'fastify';
import { inject } from 'vitest';
import { createDotdigitalEmulator, type DotdigitalEmulator } from '../../emulators/dotdigital/index.js';
import { type Credentials, createStoklyEmulator, type StoklyEmulator } from '../../emulators/stokly/index.js';
import { untilTrue } from '../../soak/until-true.js';
import { createAnswerGatherer } from '../../src/answer-gatherer.js';
import { paceOf, readBackfillPagePort, readLedgerPort } from '../../src/backfill-ports.js';
import type { ActivityDeps } from '../../src/activities/deps.js';
import { customerWorkflowId } from '../../src/contract/ids.js';
import { type CustomerState, customerStateQuery } from '../../src/contract/messages.js';
import type { ReviewPolicy } from '../../src/contract/review.js';
import { SEARCH_ATTRIBUTES } from '../../src/contract/search-attributes.js';
import { CONTACT_FIELDS, fieldName } from '../../src/domain/contact-mapping.js';
import type { SyncPolicy } from '../../src/domain/policy.js';
import { createDotdigitalClient } from '../../src/dotdigital/client.js';
import { readAccountCounts } from '../../src/metrics/account-counts.js';
import { createWorkerMetrics, type WorkerMetrics } from '../../src/metrics/worker-metrics.js';
import type { Log } from '../../src/logging.js';
import { createHttpTransport } from '../../src/http/transport.js';
import { createNotifier } from '../../src/notify/notifier.js';
import { createRelayApp } from '../../src/relay/app.js';
import { createRelayMetrics } from '../../src/relay/metrics.js';
import { createRelayTemporal } from '../../src/relay/temporal-port.js';
import type { StoklyApi } from '../../src/stokly/api.js';
import { listOpenReviews } from '../../src/review-list.js';
import { createStoklyClient } from '../../src/stokly/client.js';
import { admitLoweringPort, loadHistoryPort, openReviewPort, wakeCustomerPort } from '../../src/temporal-ports.js';
import { createWorker, type WorkerSetup } from '../../src/worker-setup.js';
import { CANARY_CREDENTIALS, canaryWebhookSecret } from './canary.js';
import { CanaryWatch } from './canary-watch.js';
import { TEST_POLICY, TEST_REVIEW_POLICY } from './policy.js';
import { quietRuntime } from './quiet-runtime.js';
import { type EventToSend, postEvent } from './webhook-sender.js';

export { untilTrue };

/** Reads wait two seconds in the product for others to share a call, at each of a customer's steps: few calls are no test's point but one's. */
export const LINGER_MS = 50;

export interface WorldOptions {
  readonly policy?: Partial<SyncPolicy>;
  readonly consentLowerMaxPerHour?: number;
  /** What reviews run under; default: no second person up to 500.00, no reminder for a day. */
  readonly reviewPolicy?: Partial<ReviewPolicy>;
  /** Whether a worker runs from the start; default true. */
  readonly hasWorker?: boolean;
  /** How patient the vendors' clients are: for tests that have no minutes. Default: as in the product, but for `LINGER_MS`. */
  readonly clients?: {
    readonly timeoutMs?: number;
    readonly importWaitMs?: number;
    readonly lingerMs?: number;
    readonly refusedWaitMsMax?: number;
  };
  /** How long a customer may take to tell its ledger; default ten seconds. */
  readonly ledgerTimeoutMs?: number;
  /** A Temporal of the test's own, that it may kill; default: the one of the whole run. */
  readonly temporalAddress?: string;
}

/** As the product does: a server that was away is tried again soon, and not with a pause that grows to minutes. */
const RECONNECT = { 'grpc.initial_reconnect_backoff_ms': 250, 'grpc.max_reconnect_backoff_ms': 1_000 };

/**
 * Temporal (a namespace of its own), both emulators, relay and worker: all real, in this process, over real HTTP and gRPC. Its
 * credentials and its customers are canaries: `close` looks for them wherever they do not belong, and throws where one is.
 */
export interface World {
  readonly stokly: StoklyEmulator;
  readonly stoklyUrl: string;
  readonly dotdigital: DotdigitalEmulator;
  readonly dotdigitalUrl: string;
  readonly client: Client;
  readonly namespace: string;
  readonly address: string;
  readonly relayUrl: string;
  readonly webhookSecret: string;
  readonly stoklyCredentials: Credentials;
  /** Hears what else is to be searched: output of commands, answers of processes. */
  readonly watch: CanaryWatch;
  /** The page of the worker that was started last, without Temporal's own part. */
  readonly workerMetrics: () => Promise<string>;
  /** Changed between two runs of the worker. */
  policy: SyncPolicy;
  reviewPolicy: ReviewPolicy;
  /** Where digests are posted; null: nowhere. Changed between two runs of the worker. */
  digestWebhook: { readonly url: string; readonly secret: string } | null;
  startWorker(): Promise<void>;
  stopWorker(): Promise<void>;
  /** Environment of a worker process against this world. */
  workerEnv(): Record<string, string>;
  /** Signs and posts one event as Stokly would; resolves with the relay's status. */
  send(type: string, data: Record<string, string>, eventId?: string): Promise<number>;
  state(customerId: string): Promise<CustomerState>;
  /** Waits until the customer has nothing in hand and nothing due now, and `until` (if given) holds. */
  settled(customerId: string, until?: (state: CustomerState) => boolean): Promise<CustomerState>;
  close(): Promise<void>;
}

/**
 * The deliberate breaks of the tests that run on a world: `TEST_BREAK=lose-webhooks` acknowledges events and drops them,
 * `TEST_BREAK=ignore-writes-off` writes although writes are off, `TEST_BREAK=leak` logs each customer that is read. With any of
 * them the tests must fail.
 */
const BREAK = process.env['TEST_BREAK'] ?? null;

export async function createWorld(options: WorldOptions = {}): Promise<World> {
  quietRuntime();
  const address = options.temporalAddress ?? inject('temporalAddress');
  const connection = await Connection.connect({ address, channelArgs: RECONNECT });
  const namespace = await createNamespace(connection);
  const client = new Client({ connection, namespace });
  const watch = new CanaryWatch();
  const stoklyCredentials = CANARY_CREDENTIALS.stokly;
  const stokly = createStoklyEmulator({ settings: { rateLimit: 100_000 }, credentials: stoklyCredentials });
  watch.tokensOf(stokly.app);
  const dotdigital = createDotdigitalEmulator(CANARY_CREDENTIALS.dotdigital);
  const { url: stoklyUrl } = await stokly.start(0);
  const { url: dotdigitalUrl } = await dotdigital.start(0);
  await setUpDotdigital(dotdigitalUrl);
  const webhookSecret = canaryWebhookSecret(randomUUID());
  const relayMetrics = createRelayMetrics();
  const relay = await createRelayApp({
    temporal: createRelayTemporal(client, namespace),
    secrets: [webhookSecret],
    log: watch.log('relay'),
    metrics: relayMetrics,
  });
  watch.answersOf('answers of the relay', relay.server);
  const relayUrl = await relay.listen({ port: 0, host: '127.0.0.1' });
  let running: RunningWorker | null = null;

  const world: World = {
    stokly,
    stoklyUrl,
    dotdigital,
    dotdigitalUrl,
    client,
    namespace,
    address,
    relayUrl,
    webhookSecret,
    stoklyCredentials,
    watch,
    workerMetrics: async () => (await running?.metrics.text()) ?? '',
    policy: { ...TEST_POLICY, ...options.policy, ...(BREAK === 'ignore-writes-off' ? { writes: true } : {}) },
    reviewPolicy: { ...TEST_REVIEW_POLICY, ...options.reviewPolicy },
    digestWebhook: null,
    async startWorker() {
      running = await runWorker(world, options);
    },
    async stopWorker() {
      if (running !== null) watch.hear('metrics of the worker', await running.metrics.text());
      await running?.stop();
      running = null;
    },
    workerEnv: () => workerEnv(world),
    send: (type, data, eventId) => sendEvent(world, { type, data, eventId: eventId ?? `evt_${randomUUID()}` }),
    state: (customerId) => client.workflow.getHandle(customerWorkflowId(customerId)).query(customerStateQuery, 'full'),
    settled: (customerId, until) => settled(world, customerId, until ?? (() => true)),
    async close() {
      try {
        if (running !== null) await watch.ask(client);
        await world.stopWorker();
        await watch.readRuns(client);
        watch.hear('metrics of the relay', await relayMetrics.registry.metrics());
        watch.readFiles();
      } finally {
        await closeAll([relay, stokly, dotdigital, connection]);
        watch.end();
      }
    },
  };
  if (options.hasWorker !== false) await world.startWorker();
  return world;
}

async function createNamespace(connection: Connection): Promise<string> {
  const namespace = `test-${randomUUID()}`;
  await connection.workflowService.registerNamespace({
    namespace,
    workflowExecutionRetentionPeriod: { seconds: { low: 86_400, high: 0, unsigned: false } as never },
  });
  const searchAttributes = Object.fromEntries(
    SEARCH_ATTRIBUTES.map(({ key, typeName }) => [key.name, INDEXED_TYPES[typeName]]),
  );
  await untilTrue('the namespace is there', async () => {
    await connection.operatorService.addSearchAttributes({ namespace, searchAttributes });
    const listed = await connection.operatorService.listSearchAttributes({ namespace });
    return SEARCH_ATTRIBUTES.every(({ key }) => key.name in (listed.customAttributes ?? {}));
  });
  return namespace;
}

/** Values of Temporal's enum `IndexedValueType`. */
const INDEXED_TYPES = { Keyword: 2, Int: 3, KeywordList: 7 } as const;

/** As `starter setup` leaves it, in one call. */
async function setUpDotdigital(apiUrl: string): Promise<void> {
  const dataFields = CONTACT_FIELDS.map(({ name, type }) => ({ name: fieldName('', name), type }));
  const collections = [{ name: 'Orders', scope: 'contact', type: 'orders' }];
  const response = await fetch(`${apiUrl}/__emulator/seed`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ dataFields, collections }),
  });
  if (!response.ok) throw new Error(`Dotdigital was not set up: ${await response.text()}`);
}

interface RunningWorker {
  readonly metrics: WorkerMetrics;
  stop(): Promise<void>;
}

async function runWorker(world: World, options: WorldOptions): Promise<RunningWorker> {
  const patience = { lingerMs: LINGER_MS, ...options.clients };
  const connection = await NativeConnection.connect({ address: world.address });
  const log = world.watch.log('worker');
  const metrics: WorkerMetrics = createWorkerMetrics({
    account: () => readAccountCounts(world.client, world.namespace),
    limiters: () => ({ stokly: { all: stokly.rate() }, dotdigital: dotdigital.rates() }),
  });
  const stokly = createStoklyClient(
    {
      apiUrl: world.stoklyUrl,
      ...world.stoklyCredentials,
      requestsPerMinute: 100_000,
      pageSize: 100,
      windowMs: 60_000,
      refundsKnown: world.policy.refundsKnown,
      timeUpdatedKnown: world.policy.timeUpdatedKnown,
      ...patience,
    },
    { log, onCall: (call) => metrics.vendorCalled('stokly', call) },
  );
  const dotdigital = createDotdigitalClient(
    {
      apiUrl: world.dotdigitalUrl,
      apiUser: world.dotdigital.user,
      apiPassword: world.dotdigital.password,
      ...patience,
    },
    {
      log,
      onCall: (call) => metrics.vendorCalled('dotdigital', call),
      onImport: (ended) => metrics.importEnded(ended),
    },
  );
  const deps: ActivityDeps = {
    stokly: BREAK === 'leak' ? leaky(stokly, log) : stokly,
    dotdigital,
    policy: world.policy,
    consentLowerMaxPerHour: options.consentLowerMaxPerHour ?? 25,
    wakeCustomer: wakeCustomerPort(world.client),
    loadHistory: loadHistoryPort(world.client),
    readBackfillPage: readBackfillPagePort(world.client),
    readLedger: readLedgerPort(world.client, options.ledgerTimeoutMs),
    pace: () => paceOf({ stokly: { state: stokly.rate(), windowMs: 60_000 }, dotdigital: dotdigital.rates() }),
    openReview: openReviewPort(world.client),
    reviewPolicy: world.reviewPolicy,
    listOpenReviews: () => listOpenReviews(world.client),
    notifier: createNotifier({
      webhook: world.digestWebhook,
      transport: createHttpTransport({ timeoutMs: 5_000 }),
      log,
      now: Date.now,
    }),
    admitLowering: admitLoweringPort(world.client),
    metrics,
    log,
    now: Date.now,
  };
  const workflowBundlePath = inject('workflowBundlePath');
  const { namespace } = world;
  const onSettled: WorkerSetup['onSettled'] = (orders) => metrics.ordersSettled(orders);
  const gatherer = createAnswerGatherer(world.client, log);
  const onHistoryLoaded: WorkerSetup['onHistoryLoaded'] = (workflowId, answer) => gatherer.take(workflowId, answer);
  const worker: Worker = await createWorker({
    connection,
    namespace,
    workflowBundlePath,
    deps,
    onSettled,
    onHistoryLoaded,
  });
  const ended = worker.run();
  return {
    metrics,
    async stop() {
      if (worker.getState() === 'RUNNING') worker.shutdown();
      await ended;
      await gatherer.close();
      await connection.close();
    },
  };
}

function leaky(stokly: StoklyApi, log: Log): StoklyApi {
  return {
    ...stokly,
    async readCustomer(...given) {
      const customer = await stokly.readCustomer(...given);
      log.info({ read: JSON.stringify(customer) }, 'customer read');
      return customer;
    },
  };
}

function workerEnv(world: World): Record<string, string> {
  const { accountKey, clientId, secretKey } = world.stoklyCredentials;
  return {
    TEMPORAL_ADDRESS: world.address,
    TEMPORAL_NAMESPACE: world.namespace,
    STOKLY_API_URL: world.stoklyUrl,
    STOKLY_ACCOUNT_KEY: accountKey,
    STOKLY_CLIENT_ID: clientId,
    STOKLY_SECRET_KEY: secretKey,
    STOKLY_REQUESTS_PER_MINUTE: '100000',
    STOKLY_GUEST_TYPES: '2',
    DOTDIGITAL_API_URL: world.dotdigitalUrl,
    DOTDIGITAL_API_USER: world.dotdigital.user,
    DOTDIGITAL_API_PASSWORD: world.dotdigital.password,
    CONTACT_POLICY: 'all',
    HOLD_AFTER: '1s',
    TRIGGER_MAX_AGE: '10000d',
    METRICS_PORT: '0',
    // A test that is about Schedules makes its own; the others are not to be disturbed.
    POLL_EVERY: 'off',
    REVIEW_DIGEST_EVERY: '0s',
    LOG_LEVEL: 'debug',
  };
}

async function sendEvent({ relayUrl, webhookSecret }: World, event: EventToSend): Promise<number> {
  if (BREAK === 'lose-webhooks') return 202;
  return (await postEvent({ relayUrl, secret: webhookSecret }, event)).status;
}

async function settled(
  world: World,
  customerId: string,
  until: (state: CustomerState) => boolean,
): Promise<CustomerState> {
  let last: CustomerState | null = null;
  await untilTrue(
    `customer ${customerId} is settled`,
    async () => {
      last = await world.state(customerId);
      return !last.isBusy && last.queued === 0 && until(last);
    },
    () => JSON.stringify(last, null, 1),
  );
  if (last === null) throw new Error('no state');
  return last;
}

async function closeAll(
  things: readonly [FastifyInstance, StoklyEmulator, DotdigitalEmulator, Connection],
): Promise<void> {
  const [relay, stokly, dotdigital, connection] = things;
  await relay.close();
  await stokly.stop();
  await dotdigital.stop();
  await connection.close();
}
