import { Registry } from 'prom-client';
import { ATTENTIONS } from '../domain/attention.js';
import { SKIP_REASONS } from '../domain/reasons.js';
import type { SettledOrders } from '../domain/settled.js';
import { CUSTOMER_STATUSES } from '../contract/messages.js';
import { type AccountCounts, TASK_KINDS } from './account-counts.js';
import { callMeters, type VendorCall } from './call-meters.js';
import { type ImportEnded, importMeters } from './import-meters.js';
import { limiterMeters, type LimiterStates } from './limiter-meters.js';
import { counter, gauge, histogram } from './meters.js';

export interface WorkerMetricsSources {
  readonly account: () => Promise<AccountCounts>;
  readonly limiters: () => LimiterStates;
  /** Epoch ms. */
  readonly now?: () => number;
}

/** What a worker counts, as its page shows it. */
export interface WorkerMetrics {
  readonly registry: Registry;
  /** Told by workflows after each drain. */
  readonly ordersSettled: (settled: readonly SettledOrders[]) => void;
  /** Told by the activity that confirmed the write. */
  eventWritten(seconds: number): void;
  vendorCalled(vendor: 'stokly' | 'dotdigital', call: VendorCall): void;
  importEnded(ended: ImportEnded): void;
  /** The page's text, with what is read at this moment. */
  text(): Promise<string>;
}

/** Temporal is asked at most this often, however many look at the page. */
const ACCOUNT_KEPT_MS = 15_000;

export function createWorkerMetrics(sources: WorkerMetricsSources): WorkerMetrics {
  const registry = new Registry();
  const settledOrders = counter(registry, {
    name: 'lockstep_orders_settled_total',
    help: 'Orders that this worker settled, by outcome and reason, each time that one was looked at. With WRITES=off: what would be.',
    labels: { outcome: ['synced', 'held', 'skipped'], reason: ['none', ...SKIP_REASONS] },
    series: [
      { outcome: 'synced', reason: 'none' },
      { outcome: 'held', reason: 'none' },
      ...SKIP_REASONS.map((reason) => ({ outcome: 'skipped', reason })),
    ],
  });
  const written = histogram(registry, {
    name: 'lockstep_event_to_written_seconds',
    help: 'Time from the receipt of an event to the confirmed write that answers it. Of several events the oldest counts.',
    buckets: [0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 900, 3_600],
  });
  const calls = callMeters(registry);
  const limiters = limiterMeters(registry);
  const imports = importMeters(registry);
  const showAccount = accountGauges(registry);
  const now = sources.now ?? Date.now;
  let askedAtMs = Number.NEGATIVE_INFINITY;
  let asked: Promise<void> = Promise.resolve();
  /** What could not be counted keeps its last value; its timestamp says how old that is. */
  const refreshAccount = async (): Promise<void> => {
    if (now() - askedAtMs >= ACCOUNT_KEPT_MS) {
      askedAtMs = now();
      asked = sources.account().then(
        (counts) => showAccount(counts, now()),
        () => undefined,
      );
    }
    await asked;
  };
  return {
    registry,
    ordersSettled: (settled) => {
      for (const { outcome, reason, orders } of settled)
        settledOrders.inc({ outcome, reason: reason ?? 'none' }, orders);
    },
    eventWritten: (seconds) => written.observe(Math.max(0, seconds)),
    vendorCalled: calls,
    importEnded: imports,
    async text() {
      limiters(sources.limiters());
      await refreshAccount();
      return await registry.metrics();
    },
  };
}

const SAME_EVERYWHERE = 'Counted over the account: every worker shows the same, so take the highest, never the sum.';

function accountGauges(registry: Registry): (counts: AccountCounts, atMs: number) => void {
  const held = gauge(registry, {
    name: 'lockstep_orders_held',
    help: `Orders held now. ${SAME_EVERYWHERE}`,
  });
  const skipped = gauge(registry, {
    name: 'lockstep_orders_skipped',
    help: `Orders skipped now, those without a customer left out. ${SAME_EVERYWHERE}`,
  });
  const customers = gauge(registry, {
    name: 'lockstep_customers',
    help: `Customers by where they stand now; one that a backfill woke for the first time counts as idle from its start. ${SAME_EVERYWHERE}`,
    labels: { status: PUBLISHED_STATUSES },
  });
  const attention = gauge(registry, {
    name: 'lockstep_customers_needing_attention',
    help: `Customers that need a person now, by why; one may stand under several. ${SAME_EVERYWHERE}`,
    labels: { attention: ATTENTIONS },
  });
  const routes = gauge(registry, {
    name: 'lockstep_routes_open',
    help: `Orders whose customer is looked for now. ${SAME_EVERYWHERE}`,
  });
  const polled = gauge(registry, {
    name: 'lockstep_poll_succeeded_timestamp_seconds',
    help: `When the last round of the poll came to its end (Unix time); 0: none that Temporal keeps. ${SAME_EVERYWHERE}`,
  });
  const waiting = gauge(registry, {
    name: 'lockstep_tasks_waiting',
    help: `Wakes (workflow) and pieces of work (activity) that no worker has taken yet, approximately. ${SAME_EVERYWHERE}`,
    labels: { kind: TASK_KINDS },
  });
  const countedAt = gauge(registry, {
    name: 'lockstep_account_counted_timestamp_seconds',
    help: 'When the numbers over the account were last counted (Unix time); 0: not yet.',
  });
  return (counts, atMs) => {
    held.set(counts.ordersHeld);
    skipped.set(counts.ordersSkipped);
    for (const status of PUBLISHED_STATUSES) customers.set({ status }, counts.customersByStatus[status]);
    for (const why of ATTENTIONS) attention.set({ attention: why }, counts.customersByAttention[why]);
    routes.set(counts.routesOpen);
    polled.set(counts.pollSucceededAtMs / 1000);
    for (const kind of TASK_KINDS) waiting.set({ kind }, counts.tasksWaiting[kind]);
    countedAt.set(atMs / 1000);
  };
}

/** `syncing` is only ever said by a query. */
const PUBLISHED_STATUSES = CUSTOMER_STATUSES.filter((status) => status !== 'syncing');
