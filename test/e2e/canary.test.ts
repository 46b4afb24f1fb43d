import { randomUUID } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { TASK_QUEUE, WORKFLOW_TYPES } from '../../src/contract/ids.js';
import { wakeCustomerStart } from '../../src/contract/wake-start.js';
import { ORDER_ID } from '../../src/contract/search-attributes.js';
import { CANARY_CREDENTIALS } from '../support/canary.js';
import { controlStokly, newBuyer, orderEvent, placeOrder } from '../support/shop-events.js';
import { createWorld, untilTrue, type World } from '../support/world.js';

/** S5: secrets and personal data are in no log, history, id, search attribute, metric or answer. Every world of every test looks. */

describe('S5: a leak that is planted is found', () => {
  let world: World;
  const start = (rest: object) =>
    world.client.workflow.start(WORKFLOW_TYPES.routeOrder, {
      workflowId: `route/${randomUUID()}`,
      taskQueue: TASK_QUEUE,
      args: [{}],
      ...rest,
    });

  beforeAll(async () => {
    world = await createWorld({ hasWorker: false });
  });

  it('in each place, and the world says so when it closes', async () => {
    await start({ args: [{ wake: { buyer: 'Canarietta' } }] });
    await start({ memo: { buyer: 'Zwitscherling' } });
    await start({ workflowId: `route/${CANARY_CREDENTIALS.stokly.secretKey}` });
    await start({ typedSearchAttributes: [{ key: ORDER_ID, value: 'Nightingalebury' }] });
    await start({ staticSummary: 'for someone@example.com' });
    const hidden = Buffer.from(JSON.stringify({ phone: '+44 1632 960987' })).toString('base64');
    const wake = { eventId: 'e1', kind: 'order', orderId: JSON.stringify({ hidden }) } as const;
    await world.client.workflow.signalWithStart(WORKFLOW_TYPES.syncCustomer, wakeCustomerStart(randomUUID(), wake));
    world.watch.log('worker').info({ note: 'read Canarietta' }, 'customer read');
    world.watch.log('relay').debug({ email: 'someone@example.com' }, 'a key that is redacted');
    const path = join(tmpdir(), `lockstep-canary-${randomUUID()}.log`);
    await writeFile(path, `authorization: Basic ${Buffer.from('zqcanary-password').toString('base64')}\n`);
    world.watch.file('output of a process', path);
    await untilTrue('all are listed', async () => (await world.client.workflow.count()).count === 6);
    await expect(world.close()).rejects.toThrow('a secret or personal data was seen');
    const found = (what: string) =>
      world.watch
        .finds()
        .filter((find) => find.includes(what))
        .map(placeOf);
    expect(found('Canarietta')).toEqual(expect.arrayContaining(['log of the worker', 'histories']));
    expect(found('Zwitscherling')).toEqual(expect.arrayContaining(['lists of workflows', 'histories']));
    expect(found('zqcanary-secret')).toEqual(expect.arrayContaining(['lists of workflows', 'pages of workflows']));
    expect(found('Nightingalebury')).toEqual(expect.arrayContaining(['lists of workflows', 'histories']));
    expect(found('someone@example.com')).toEqual(expect.arrayContaining(['histories']));
    expect(found('someone@example.com')).not.toContain('log of the relay');
    expect(found('hidden')).toEqual(['histories']);
    expect(world.watch.finds().map(placeOf)).toContain('output of a process');
  });

  const placeOf = (find: string): string => find.slice(0, find.indexOf(':'));
});

describe('S5: the places that are searched', () => {
  let world: World;
  beforeAll(async () => {
    world = await createWorld();
  });
  // What is found throws here, whatever the test below says.
  afterAll(async () => {
    await untilClosed();
  });
  let closed: Promise<void> | null = null;
  const untilClosed = (): Promise<void> => (closed ??= world.close());

  it('all have something in them, after orders were written, held and refused', async () => {
    const buyer = await newBuyer(world);
    const order = await placeOrder(world, buyer.customerId);
    await orderEvent(world, order);
    const held = await placeOrder(world, buyer.customerId, { displayTotal: '99.00' });
    await orderEvent(world, held);
    await world.settled(buyer.customerId, ({ outcomes }) => outcomes.synced === 1 && outcomes.held === 1);
    const { secretKey: _, ...rest } = world.stoklyCredentials;
    await controlStokly(world, 'POST', 'settings', { credentials: { ...rest, secretKey: 'zqcanary-another' } });
    await controlStokly(world, 'POST', 'tokens/revoke');
    await orderEvent(world, await placeOrder(world, buyer.customerId));
    await untilTrue('it says so', async () =>
      (await world.state(buyer.customerId)).needsAttention.includes('stokly-credentials-refused'),
    );
    await fetch(`${world.relayUrl}/zqcanary`, { method: 'POST', body: 'Canarietta' });
    await fetch(`${world.relayUrl}/webhooks/stokly`, { method: 'POST', body: 'Canarietta' });
    await untilClosed();
    expect([...world.watch.seen().keys()].toSorted()).toEqual([
      'answers of the relay',
      'answers of workflows',
      'histories',
      'lists of workflows',
      "log of Temporal's SDK",
      'log of the relay',
      'metrics of the relay',
      'metrics of the worker',
      'pages of workflows',
    ]);
    for (const [place, characters] of world.watch.seen()) expect(characters, place).toBeGreaterThan(100);
    expect(world.watch.finds()).toEqual([]);
  });
});
