import { randomUUID } from 'node:crypto';
import type { temporal } from '@temporalio/proto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { customerWorkflowId } from '../../src/contract/ids.js';
import { loadHistoryPort } from '../../src/temporal-ports.js';
import { prioritiesOf } from '../support/histories.js';
import { type Chronicle, followStokly, violationsOf } from '../support/oracle.js';
import {
  type Buyer,
  changeOrder,
  contactOf,
  controlDotdigital,
  instant,
  newBuyer,
  orderEvent,
  type PlacedOrder,
  placeOrder,
  recordOf,
} from '../support/shop-events.js';
import { createWorld, untilTrue, type World } from '../support/world.js';

/** Writes that land late, after the ones that came later, and runs that end in the middle of a write. */

/** Long enough for all that a test does before it, on a busy machine; the two minutes of production are waited for by nobody. */
const UNCONFIRMED_AFTER_MS = 8_000;

let world: World;
/** Where refused credentials stop everyone: nobody else is there. */
let alone: World;
let chronicles: ReadonlyMap<World, Chronicle>;
beforeAll(async () => {
  const policy = { unconfirmedAfterMs: UNCONFIRMED_AFTER_MS };
  [world, alone] = await Promise.all([createWorld({ policy }), createWorld({ policy })]);
  chronicles = new Map([world, alone].map((one) => [one, followStokly(one)]));
});
afterAll(async () => {
  await Promise.all([world.close(), alone.close()]);
});

interface Sold {
  readonly world: World;
  readonly buyer: Buyer;
  readonly order: PlacedOrder;
}

/** Two pieces at 6.00, from the shop to Dotdigital, with nothing left to do. */
async function sold(where: World = world): Promise<Sold> {
  const buyer = await newBuyer(where);
  const order = await placeOrder(where, buyer.customerId);
  await orderEvent(where, order);
  await where.settled(buyer.customerId, (state) => state.ledgerComplete && state.outcomes.synced === 1);
  return { world: where, buyer, order };
}

let minutesAgo = 59;
/** The order as it is from now on: so many pieces at 6.00. Its event is sent by who changes it. */
async function setPieces({ world, order }: Sold, quantity: number): Promise<void> {
  minutesAgo -= 1;
  const line = {
    lineId: order.lineId,
    quantity,
    displayLineTotal: `${6 * quantity}.00`,
    displayLineTax: `${quantity}.00`,
  };
  await changeOrder(world, order, { timeUpdated: instant(minutesAgo), lines: [line] });
}

async function cancel({ world, order }: Sold): Promise<void> {
  minutesAgo -= 1;
  await changeOrder(world, order, {
    timeUpdated: instant(minutesAgo),
    lines: [{ lineId: order.lineId, status: 'cancelled' }],
  });
}

interface Call {
  readonly method: string;
  readonly path: string;
}

/** Writes of this one sale alone: others are on their way at the same time. */
const recordOfSale = ({ order }: Sold): Call => ({
  method: 'PUT',
  path: `^/insightData/v3/contacts/.*/${order.number}$`,
});

async function contactOfSale({ world, buyer }: Sold): Promise<Call> {
  const contact = await contactOf(world, buyer.email);
  return { method: 'PATCH', path: `^/contacts/v3/contactId/${contact?.contactId}$` };
}

/** The next such call is held back, its connection lost; it takes effect when this is called. */
function holdBack({ world }: Sold, match: Call): () => void {
  const { faults } = world.dotdigital.account;
  const id = faults.add({ kind: 'late-effect', match, afterCalls: 1_000, times: 1 });
  return () => {
    expect(faults.remove(id)).toBe(true);
  };
}

/** `order_total` of each content that the record ever had; null where it was deleted. */
function totalsOf({ world, order }: Sold): (number | null)[] {
  return world.dotdigital.account.log.all.flatMap((change) => {
    if (change.kind !== 'record' || change.key !== String(order.number)) return [];
    return [change.json === null ? null : (JSON.parse(change.json) as { order_total: number }).order_total];
  });
}

const untilTotals = (sale: Sold, totals: readonly (number | null)[]) =>
  untilTrue(
    `the record’s totals were ${totals.join(', ')}`,
    () => JSON.stringify(totalsOf(sale)) === JSON.stringify(totals),
    () => JSON.stringify(totalsOf(sale)),
  );

async function isReadBack({ world, buyer }: Sold): Promise<void> {
  const state = await world.settled(
    buyer.customerId,
    ({ due, contactReadBackAt }) => due.length === 0 && contactReadBackAt === undefined,
  );
  const left = state.entries.filter(({ written, leftKey }) => written?.isUnconfirmed === true || leftKey !== undefined);
  expect(left).toEqual([]);
}

const isUnconfirmed = ({ world, buyer }: Sold) =>
  world.settled(buyer.customerId, ({ entries }) => entries[0]?.written?.isUnconfirmed === true);

const MENDED = 'read back and mended: a late write had overtaken it';

/** Every fault here costs repeats, and each read-back of fields one update: that they are few, `crash.test.ts` shows. */
async function judge(where: World): Promise<string[]> {
  const chronicle = chronicles.get(where);
  if (chronicle === undefined) throw new Error('nobody followed it');
  return await violationsOf(where, { chronicle, wastedWritesMax: 100, isLateAllowed: true });
}

// Each waits for seconds until it is read back: side by side they wait once.
describe.concurrent('a write that lands after its own repeat', () => {
  it('is unconfirmed, read back and mended: a record', async () => {
    const sale = await sold();
    const letLand = holdBack(sale, recordOfSale(sale));
    await setPieces(sale, 3);
    await orderEvent(world, sale.order);
    await isUnconfirmed(sale);
    await setPieces(sale, 4);
    await orderEvent(world, sale.order);
    await untilTotals(sale, [12, 18, 24]);
    letLand();
    await untilTotals(sale, [12, 18, 24, 18, 24]);
    await isReadBack(sale);
    const { recent, entries } = await world.state(sale.buyer.customerId);
    expect(recent.map(({ what }) => what)).toContain(MENDED);
    expect(entries[0]?.written).toMatchObject({ grossMinor: 2400, isUnconfirmed: false });
  });

  it('is read back and mended: a contact’s fields', async () => {
    const sale = await sold();
    const letLand = holdBack(sale, await contactOfSale(sale));
    await setPieces(sale, 3);
    await orderEvent(world, sale.order);
    await isUnconfirmed(sale);
    await setPieces(sale, 4);
    await orderEvent(world, sale.order);
    const spend = async () => (await contactOf(world, sale.buyer.email))?.dataFields['TOTAL_SPEND'];
    await untilTrue('the fields are new', async () => (await spend()) === 24);
    letLand();
    await untilTrue('the older fields landed', async () => (await spend()) === 18);
    await isReadBack(sale);
    expect(await spend()).toBe(24);
  });

  it('does not bring back a record that was deleted meanwhile', async () => {
    const sale = await sold();
    const letLand = holdBack(sale, recordOfSale(sale));
    await setPieces(sale, 3);
    await orderEvent(world, sale.order);
    await isUnconfirmed(sale);
    await cancel(sale);
    await orderEvent(world, sale.order);
    await untilTotals(sale, [12, 18, null]);
    letLand();
    await untilTotals(sale, [12, 18, null, 18, null]);
    await isReadBack(sale);
  });
});

describe.concurrent('a write of history whose first attempt failed', () => {
  it('is read back with history’s priority: nobody waits for it, and no order is behind it', async () => {
    const buyer = await newBuyer(world);
    const sale: Sold = { world, buyer, order: await placeOrder(world, buyer.customerId) };
    const match = recordOfSale(sale);
    await controlDotdigital(world, 'POST', 'faults', [{ kind: 'status', status: 503, match, times: 1 }]);
    await loadHistoryPort(world.client)(buyer.customerId, { eventId: randomUUID(), kind: 'load-history' });
    await isUnconfirmed(sale);
    await isReadBack(sale);
    // Read and written, then read back, the record and the contact's fields.
    expect((await prioritiesOf(world, buyer.customerId)).length).toBeGreaterThanOrEqual(4);
    expect(new Set(await prioritiesOf(world, buyer.customerId))).toEqual(new Set(['history']));
  });
});

describe.concurrent('a write that landed though its whole drain failed', () => {
  it('is taken away again when the order leaves before it could be repeated', async () => {
    const sale = await sold(alone);
    const second: Sold = { ...sale, order: await placeOrder(alone, sale.buyer.customerId) };
    // Its record is taken, then the credentials are refused: no attempt comes after this one, and the ledger knows of no record.
    await controlDotdigital(alone, 'POST', 'faults', [
      { kind: 'status', status: 401, match: { method: 'PATCH', path: '^/contacts/v3/contactId/' } },
      { kind: 'status', status: 401, match: { method: 'GET', path: '^/contacts/v3/contactId/' } },
    ]);
    await orderEvent(alone, second.order);
    await untilTrue(
      'the drain has failed',
      async () => (await alone.state(sale.buyer.customerId)).lastProblem !== null,
    );
    expect(totalsOf(second)).toEqual([12]);
    await cancel(second);
    await controlDotdigital(alone, 'DELETE', 'faults');
    await untilTotals(second, [12, null]);
    await alone.settled(sale.buyer.customerId, ({ due }) => due.length === 0);
  });
});

/** A write of three pieces hangs, perhaps with an earlier try of it that lands late, and by now it should be four. */
async function inTheMiddle(sale: Sold, isLate: boolean): Promise<() => void> {
  const match = recordOfSale(sale);
  const letLand = isLate ? holdBack(sale, match) : () => undefined;
  world.dotdigital.account.faults.add({ kind: 'timeout-before', match, times: 1 });
  await setPieces(sale, 3);
  await orderEvent(world, sale.order);
  await untilTrue('it hangs', () =>
    world.dotdigital.account.requests.all.some(
      ({ fault, path }) => fault === 'timeout-before' && path.endsWith(`/${sale.order.number}`),
    ),
  );
  await setPieces(sale, 4);
  return letLand;
}

/** As Temporal's UI does it, to the task that began the drain, or to the very first; signals that came later are kept. */
async function reset({ buyer }: Sold, to: 'the drain' | 'the start'): Promise<void> {
  const workflowId = customerWorkflowId(buyer.customerId);
  const handle = world.client.workflow.getHandle(workflowId);
  const { runId } = await handle.describe();
  const events = ((await handle.fetchHistory()) as temporal.api.history.v1.IHistory).events ?? [];
  const fetches = events.flatMap(({ activityTaskScheduledEventAttributes: scheduled }, at) =>
    scheduled?.activityType?.name === 'fetchOrders' ? [at] : [],
  );
  const before = to === 'the drain' ? fetches.at(-1) : fetches[0];
  const task = events
    .slice(0, before)
    .findLast((event) => (event.workflowTaskCompletedEventAttributes ?? null) !== null);
  const workflowTaskFinishEventId = task?.eventId;
  if (workflowTaskFinishEventId === undefined || workflowTaskFinishEventId === null)
    throw new Error('no task to reset to');
  await world.client.workflowService.resetWorkflowExecution({
    namespace: world.namespace,
    workflowExecution: { workflowId, runId },
    reason: 'a test of late effects',
    workflowTaskFinishEventId,
    requestId: randomUUID(),
  });
}

describe.concurrent.each([{ isLate: false }, { isLate: true }])(
  'a run that ends in the middle of a write (it lands late: $isLate)',
  ({ isLate }) => {
    async function ends(sale: Sold, end: () => Promise<void>): Promise<void> {
      const letLand = await inTheMiddle(sale, isLate);
      await end();
      await untilTotals(sale, [12, 24]);
      if (isLate) {
        letLand();
        await untilTotals(sale, [12, 24, 18, 24]);
      }
      await isReadBack(sale);
      expect(await recordOf(world, sale.order)).toMatchObject({ order_total: 24 });
    }

    it.each(['the drain', 'the start'] as const)(
      'because a person reset it to %s: what came later is kept',
      async (to) => {
        const sale = await sold();
        await ends(sale, async () => {
          await orderEvent(world, sale.order);
          await reset(sale, to);
        });
      },
    );

    it('because a person terminated it: the next event loads the ledger again', async () => {
      const sale = await sold();
      const earlier = await placeOrder(world, sale.buyer.customerId, {
        createdAt: instant(900),
        timeUpdated: instant(900),
      });
      await ends(sale, async () => {
        await world.client.workflow
          .getHandle(customerWorkflowId(sale.buyer.customerId))
          .terminate('a test of late effects');
        await orderEvent(world, sale.order);
        await untilTrue('it was loaded', async () => (await recordOf(world, earlier)) !== undefined);
      });
    });
  },
);

describe('in the end', () => {
  it('all is as the oracle says', async () => {
    expect(await judge(world)).toEqual([]);
    expect(await judge(alone)).toEqual([]);
  });
});
