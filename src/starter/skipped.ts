import { loadStarterConfig, type StarterConfig } from '../config.js';
import { SKIP_REASONS, type SkipReason } from '../domain/reasons.js';
import { StoklyCallError } from '../stokly/errors.js';
import type { TemporalAccess } from '../temporal.js';
import { forEachBounded, listCustomerIds } from './all-customers.js';
import { LIVE, SCHEMA_VERSION, type StarterContext, StarterError, using } from './context.js';
import { askCustomer } from './customer-workflow.js';
import {
  type ReasonRow,
  rowLines,
  rowsOf,
  type SkippedOrder,
  skippedOfLedger,
  skippedWithoutCustomer,
} from './skipped-report.js';

export interface SkippedOptions {
  readonly json: boolean;
  /** Only this one; null: all. */
  readonly reason: SkipReason | null;
  readonly areNumbersShown: boolean;
}

/** @throws StarterError when there is no such reason */
export function readReason(text: string | undefined): SkipReason | null {
  if (text === undefined) return null;
  const reason = SKIP_REASONS.find((known) => known === text.trim());
  if (reason !== undefined) return reason;
  throw new StarterError(`--reason is none of: ${SKIP_REASONS.join(', ')}`);
}

type SkippedConfig = Pick<StarterConfig, 'temporal' | 'stokly' | 'policy'>;

/**
 * All orders that are left out, by reason, with whose move it is. What does not answer is named and its orders are not counted: a part
 * is better than nothing, as long as it says that it is one. Resolves with the exit status.
 */
export async function runSkipped(options: SkippedOptions, context: StarterContext): Promise<number> {
  const config = loadStarterConfig(['temporal', 'stokly', 'policy'], context.env);
  const customers = await using(await context.connectTemporal(config.temporal), askAll);
  const till = await withoutCustomer(config, context);
  const skipped = [...customers.skipped, ...till.skipped].filter(
    ({ reason }) => options.reason === null || reason === options.reason,
  );
  const found: Found = { rows: rowsOf(skipped), customers, till };
  if (options.json) context.print(JSON.stringify(jsonOf(found, options)));
  else for (const line of linesOf(found, options)) context.print(line);
  return 0;
}

interface OfCustomers {
  readonly asked: number;
  readonly unanswered: readonly string[];
  readonly skipped: readonly SkippedOrder[];
  /** Orders that an event named and Stokly never showed: beside the sum. */
  readonly unknownOrders: number;
}

/** This many without an answer, and none with one: no worker runs, and to ask the rest would only take time. */
const UNANSWERED_MAX = 8;

async function askAll(temporal: TemporalAccess): Promise<OfCustomers> {
  const customerIds = await listCustomerIds(temporal);
  const skipped: SkippedOrder[] = [];
  const unanswered: string[] = [];
  let answers = 0;
  let unknownOrders = 0;
  await forEachBounded(customerIds, async (customerId) => {
    const isHopeless = answers === 0 && unanswered.length >= UNANSWERED_MAX;
    const asked = isHopeless ? UNANSWERED : await askSkipped(temporal, customerId);
    if (asked.kind === 'unanswered') unanswered.push(customerId);
    if (asked.kind !== 'answers') return;
    answers += 1;
    unknownOrders += asked.unknownOrders;
    skipped.push(...asked.skipped);
  });
  return { asked: customerIds.length, unanswered: unanswered.sort(), skipped, unknownOrders };
}

const UNANSWERED = { kind: 'unanswered' } as const;

/** The whole ledger is asked for only where something is skipped. */
async function askSkipped(temporal: TemporalAccess, customerId: string) {
  const summary = await askCustomer(temporal, customerId, 'summary');
  if (summary.kind !== 'answers') return summary;
  const unknownOrders = summary.state.unknownOrders.length;
  if (summary.state.outcomes.skipped === 0) return { kind: 'answers', skipped: [], unknownOrders } as const;
  const full = await askCustomer(temporal, customerId, 'full');
  if (full.kind !== 'answers') return full;
  return { kind: 'answers', skipped: skippedOfLedger(full.state.entries), unknownOrders } as const;
}

interface WithoutCustomer {
  readonly skipped: readonly SkippedOrder[];
  /** Why Stokly could not be asked; null when it could. */
  readonly problem: string | null;
}

async function withoutCustomer(config: SkippedConfig, context: StarterContext): Promise<WithoutCustomer> {
  return using(context.createStokly(config.stokly), async (stokly) => {
    try {
      const orders = await stokly.listOrdersWithoutCustomer(LIVE);
      return { skipped: skippedWithoutCustomer(orders, config.policy), problem: null };
    } catch (error) {
      if (!(error instanceof StoklyCallError)) throw error;
      return { skipped: [], problem: error.message };
    }
  });
}

interface Found {
  readonly rows: readonly ReasonRow[];
  readonly customers: OfCustomers;
  readonly till: WithoutCustomer;
}

function jsonOf({ rows, customers, till }: Found, options: SkippedOptions): object {
  return {
    schemaVersion: SCHEMA_VERSION,
    isComplete: customers.unanswered.length === 0 && till.problem === null,
    orders: rows.reduce((sum, row) => sum + row.orders, 0),
    reasons: rows.map(({ numbers, ...row }) => (options.areNumbersShown ? { ...row, numbers } : row)),
    unknownOrders: customers.unknownOrders,
    customersAsked: customers.asked,
    customersUnanswered: customers.unanswered,
    stoklyProblem: till.problem,
  };
}

function linesOf({ rows, customers, till }: Found, options: SkippedOptions): string[] {
  const total = rows.reduce((sum, row) => sum + row.orders, 0);
  const { asked, unanswered, unknownOrders } = customers;
  return [
    ...rows.flatMap((row) => rowLines(row, options.areNumbersShown)),
    `${total} orders skipped, of ${asked} customers and of till sales.`,
    ...(unknownOrders === 0
      ? []
      : [`Beside them: ${unknownOrders} orders that an event named and Stokly never showed.`]),
    ...(unanswered.length === 0
      ? []
      : [`NOT COUNTED: orders of ${unanswered.length} customers that did not answer (does a worker run?).`]),
    ...(till.problem === null ? [] : [`NOT COUNTED: orders without customer: ${till.problem}`]),
  ];
}
