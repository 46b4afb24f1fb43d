import { randomUUID } from 'node:crypto';
import { Client, Connection } from '@temporalio/client';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { customerWorkflowId, routeWorkflowId } from '../../src/contract/ids.js';
import { ORDER_ID } from '../../src/contract/search-attributes.js';
import { createRelayTemporal } from '../../src/relay/temporal-port.js';
import { openTemporal, type TemporalAccess } from '../../src/temporal.js';
import { orderUpdated, type RelayUnderTest, send, startRelay, webhook } from '../relay/relay-under-test.js';

/** The relay against a real Temporal; no worker runs, so everything stays as the relay left it. */
let client: Client;
let connection: Connection;
let access: TemporalAccess;
let relay: RelayUnderTest;

function openAt(address: string): TemporalAccess {
  return openTemporal({ address, namespace: 'default', connectionOptions: { address } });
}

beforeAll(async () => {
  connection = await Connection.connect({ address: inject('temporalAddress') });
  client = new Client({ connection });
  access = openAt(inject('temporalAddress'));
  relay = await startRelay({ temporal: createRelayTemporal(access.client, access.namespace) });
});

afterAll(async () => {
  await relay.stop();
  await access.close();
  await connection.close();
});

describe('an acknowledged webhook stands in Temporal', () => {
  it('as one signal to its customer, whether that has a workflow or not', async () => {
    const customerId = randomUUID();
    for (const id of ['evt-1', 'evt-2', 'evt-2']) {
      expect((await send(relay.port, webhook(orderUpdated({ customerId }), { id }))).status).toBe(202);
    }
    const handle = client.workflow.getHandle(customerWorkflowId(customerId));
    const { events } = await handle.fetchHistory();
    const signals = events?.filter((event) => (event.workflowExecutionSignaledEventAttributes ?? null) !== null);
    // The repeat stands there too: the workflow drops it by its event id.
    expect(signals).toHaveLength(3);
    const description = await handle.describe();
    expect(description.type).toBe('syncCustomerWorkflow');
    expect(description.taskQueue).toBe('lockstep');
    expect(description.priority?.priorityKey).toBe(1);
    await handle.terminate();
  });

  it('as one route for an order without customer, found by its order id, also when it comes again', async () => {
    const orderId = randomUUID();
    const id = `evt-${randomUUID()}`;
    const sent = webhook(orderUpdated({ orderId, customerId: null }), { id });
    expect((await send(relay.port, sent)).status).toBe(202);
    expect((await send(relay.port, sent)).status).toBe(202);
    const handle = client.workflow.getHandle(routeWorkflowId(id));
    const first = await handle.describe();
    expect(first.typedSearchAttributes.get(ORDER_ID)).toBe(orderId);
    await handle.terminate();
    // It has ended: a repeat is acknowledged and starts nothing.
    expect((await send(relay.port, sent)).status).toBe(202);
    expect((await client.workflow.getHandle(routeWorkflowId(id)).describe()).runId).toBe(first.runId);
  });
});

describe('a Temporal that is not there', () => {
  it('is 503 within the deadline, for webhooks and for the health page', async () => {
    const nowhere = openAt('127.0.0.1:1');
    const lost = await startRelay({ temporal: createRelayTemporal(nowhere.client, nowhere.namespace) });
    const startedAt = Date.now();
    expect((await send(lost.port, webhook(orderUpdated()))).status).toBe(503);
    expect(Date.now() - startedAt).toBeLessThan(4_000);
    expect(
      (await send(lost.port, { body: Buffer.alloc(0), headers: {} }, { path: '/healthz', method: 'GET' })).status,
    ).toBe(503);
    await lost.stop();
    await nowhere.close();
  });
});
