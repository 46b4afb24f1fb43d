import { loadStarterConfig, type StarterConfig } from '../config.js';
import { skippedWithoutCustomer } from './skipped-report.js';
import type { DotdigitalClient } from '../dotdigital/client.js';
import type { StoklyClient } from '../stokly/client.js';
import { forEachBounded } from './all-customers.js';
import { LIVE, SCHEMA_VERSION, type StarterContext, using } from './context.js';
import { amount } from './outcome-text.js';
import { PLANNED, planCustomer, type PlannedCustomer, type PlannedOrder } from './plan-customer.js';

export interface BackfillPlanOptions {
  readonly json: boolean;
  /** A day; null: `HISTORY_FROM`. */
  readonly from: string | null;
}

const PAGE_SIZE = 200;

/** What a backfill would do, from reads alone. With `json` one object an order, and the sums last. Resolves with the exit status. */
export async function runBackfillPlan(options: BackfillPlanOptions, context: StarterContext): Promise<number> {
  const config = loadStarterConfig(['stokly', 'dotdigital', 'policy', 'planned'], context.env);
  const day = options.from ?? config.planned.historyFrom;
  const from = day === null ? null : new Date(day).toISOString();
  const sums = new Sums();
  const see = (order: PlannedOrder): void => {
    sums.add(order);
    if (options.json) context.print(JSON.stringify({ schemaVersion: SCHEMA_VERSION, ...order }));
  };
  await using(context.createStokly(config.stokly), (stokly) =>
    using(context.createDotdigital(config.dotdigital), async (dotdigital) => {
      await planAll({ stokly, dotdigital, policy: config.policy, from }, sums, see);
      for (const order of await withoutCustomer(stokly, config.policy, from)) see(order);
    }),
  );
  if (options.json) context.print(JSON.stringify({ schemaVersion: SCHEMA_VERSION, sums: sums.report() }));
  else for (const line of sums.lines(from)) context.print(line);
  return 0;
}

interface Sides {
  readonly stokly: StoklyClient;
  readonly dotdigital: DotdigitalClient;
  readonly policy: StarterConfig['policy'];
  readonly from: string | null;
}

async function planAll(sides: Sides, sums: Sums, see: (order: PlannedOrder) => void): Promise<void> {
  const { stokly, dotdigital, policy, from } = sides;
  const standing = await dotdigital.listRecords(policy.ordersCollection, Number.MAX_SAFE_INTEGER, LIVE);
  const records = new Map(standing.map(({ key, record }) => [key, record]));
  for (let after: { createdAt: string; customerId: string } | null = null; ; ) {
    const page: Awaited<ReturnType<StoklyClient['listCustomersPage']>> = await stokly.listCustomersPage(
      { after, size: PAGE_SIZE },
      LIVE,
    );
    const listed = page.customers.map(({ customerId }) => customerId);
    const customerIds =
      from === null ? listed : await stokly.customersWithOrders({ customerIds: listed, from, to: null }, LIVE);
    sums.leftOut += listed.length - customerIds.length;
    await forEachBounded(customerIds, async (customerId) => {
      const planned = await planCustomer({ stokly, dotdigital, policy, records }, customerId);
      sums.contact(planned.contact);
      for (const order of planned.orders) see(order);
    });
    after = page.customers.at(-1) ?? null;
    if (page.isLast || after === null) return;
  }
}

async function withoutCustomer(
  stokly: StoklyClient,
  policy: StarterConfig['policy'],
  from: string | null,
): Promise<PlannedOrder[]> {
  const orders = await stokly.listOrdersWithoutCustomer(LIVE, { from, to: null });
  return skippedWithoutCustomer(orders, policy).map((order) => ({
    ...order,
    customerId: null,
    planned: 'skip',
    refundedMinor: null,
  }));
}

interface SumRow {
  readonly planned: PlannedOrder['planned'];
  readonly reason: PlannedOrder['reason'];
  readonly currency: string | null;
  readonly orders: number;
  /** Of orders whose money can be read. */
  readonly grossMinor: number;
  readonly refundedMinor: number;
}

const WORDS: Readonly<Record<PlannedOrder['planned'], string>> = {
  create: 'records created',
  update: 'records updated',
  leave: 'left as they are',
  hold: 'held for a person',
  skip: 'skipped',
};

class Sums {
  leftOut = 0;
  readonly #rows = new Map<string, SumRow>();
  readonly #contacts = { create: 0, update: 0, none: 0 };

  contact(what: PlannedCustomer['contact']): void {
    this.#contacts[what] += 1;
  }

  add({ planned, reason, currency, grossMinor, refundedMinor }: PlannedOrder): void {
    const key = `${PLANNED.indexOf(planned)}/${reason ?? ''}/${currency ?? ''}`;
    const row = this.#rows.get(key) ?? { planned, reason, currency, orders: 0, grossMinor: 0, refundedMinor: 0 };
    this.#rows.set(key, {
      ...row,
      orders: row.orders + 1,
      grossMinor: row.grossMinor + (grossMinor ?? 0),
      refundedMinor: row.refundedMinor + (refundedMinor ?? 0),
    });
  }

  report() {
    const rows = [...this.#rows].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([, row]) => row);
    return { contacts: this.#contacts, customersLeftOut: this.leftOut, orders: rows };
  }

  lines(from: string | null): string[] {
    const { orders, contacts } = this.report();
    const total = orders.reduce((sum, row) => sum + row.orders, 0);
    return [
      ...orders.map(({ planned, reason, currency, orders: count, grossMinor, refundedMinor }) => {
        const why = reason === null ? '' : ` (${reason})`;
        const money = `${amount(grossMinor, currency ?? '')}, refunded ${amount(refundedMinor, currency ?? '')}`;
        return `${WORDS[planned]}${why}: ${count} orders, ${money}`;
      }),
      `${total} orders; contacts: ${contacts.create} created, ${contacts.update} updated, ${contacts.none} customers without one`,
      ...(from === null ? [] : [`${this.leftOut} customers left out: no order since ${from}`]),
      'Nothing was written.',
    ];
  }
}
