import { onTestFinished } from 'vitest';
import {
  createStoklyEmulator,
  DEMO_CREDENTIALS,
  type FaultInput,
  type Settings,
  type StoklyEmulator,
} from '../../emulators/stokly/index.js';
import { faultSchema } from '../../emulators/stokly/faults.js';
import type { WireObject } from '../../emulators/stokly/wire.js';
import type { OrderSnapshot } from '../../src/domain/order.js';
import type { CallOptions, ReadOrder } from '../../src/stokly/api.js';
import { createStoklyClient, type StoklyClient, type StoklySettings } from '../../src/stokly/client.js';
import { answerJson, startLocalServer } from '../http/local-server.js';
import { StoklyCallError } from '../../src/stokly/errors.js';

export const LIVE: CallOptions = { priority: 'live' };
/** Must never be seen in an error. */
export const CANARIES = {
  secretKey: 'canary-secret-52',
  email: 'canary.buyer+52@example.com',
  surname: 'Canarysurname52',
};

export const ORDER_ID = '0b9a7c1e-0000-4000-8000-000000000001';
export const CUSTOMER_ID = '0b9a7c1e-0000-4000-8000-00000000c001';

export interface TestShop {
  readonly emulator: StoklyEmulator;
  readonly client: StoklyClient;
  readonly url: string;
  fault(fault: FaultInput): void;
  putOrder(header?: WireObject, lines?: readonly WireObject[]): void;
  /** Paths with query, decoded, without the grant's. */
  calls(): string[];
}

/** Our client on a real emulator, both gone when the test is. */
export async function openShop(
  given: {
    emulator?: Partial<Settings>;
    client?: Partial<StoklySettings>;
    now?: () => number;
    /** Changes what Stokly answers, on its way to our client. */
    twist?: (url: string, text: string) => string;
  } = {},
): Promise<TestShop> {
  const credentials = { ...DEMO_CREDENTIALS, secretKey: CANARIES.secretKey };
  const emulator = createStoklyEmulator({
    credentials,
    ...(given.emulator === undefined ? {} : { settings: given.emulator }),
  });
  const { url } = await emulator.start();
  const apiUrl = given.twist === undefined ? url : await startTwister(url, given.twist);
  const client = createStoklyClient(
    clientSettings(apiUrl, given.client),
    given.now === undefined ? {} : { now: given.now },
  );
  onTestFinished(async () => {
    client.close();
    await emulator.stop();
  });
  return {
    emulator,
    client,
    url,
    fault: (fault) => emulator.account.faults.arm([faultSchema.parse(fault)]),
    putOrder: (header = {}, lines = [wireLine()]) =>
      emulator.account.store.putOrder({ header: wireOrder(header), lines }),
    calls: () => pathsOf(emulator).filter((path) => !path.startsWith('/v1/grant')),
  };
}

async function startTwister(target: string, twist: (url: string, text: string) => string): Promise<string> {
  const server = await startLocalServer(async ({ method, url, headers, body }, response) => {
    const { authorization = '' } = headers;
    const sent = { authorization, ...(body === '' ? {} : { 'content-type': 'application/json' }) };
    const answer = await fetch(target + url, { method, headers: sent, ...(body === '' ? {} : { body }) });
    answerJson(response, { status: answer.status, body: twist(decodeURIComponent(url), await answer.text()) });
  });
  return server.url;
}

export function clientSettings(apiUrl: string, given: Partial<StoklySettings> = {}): StoklySettings {
  return {
    apiUrl,
    ...DEMO_CREDENTIALS,
    secretKey: CANARIES.secretKey,
    requestsPerMinute: 600,
    pageSize: 100,
    windowMs: 60_000,
    refundsKnown: true,
    timeUpdatedKnown: true,
    timeoutMs: 15_000,
    // A refused budget is told at once; what waits for it says so.
    refusedWaitMsMax: 0,
    ...given,
  };
}

export function pathsOf(emulator: StoklyEmulator): string[] {
  return emulator.account.requests
    .report()
    .requests.map(({ path, query }) =>
      decodeURIComponent(query === '' ? path : `${path}?${query.replaceAll('+', ' ')}`),
    );
}

/** One line of 2 × (5.00 + 1.00) and delivery of 3.00 + 0.60: 15.60. */
export function wireOrder(given: WireObject = {}): WireObject {
  return {
    saleOrderId: ORDER_ID,
    niceId: 1001,
    stage: 'order',
    createdAt: '2026-11-20T10:00:00.000Z',
    timeUpdated: '2026-11-21T10:00:00.000Z',
    sourceReferenceId: 'WEB-1001',
    channelName: 'Web',
    customerId: CUSTOMER_ID,
    email: CANARIES.email,
    itemStatuses: ['unprocessed'],
    despatchedAt: null,
    currency: 'GBP',
    displaySubtotal: 10,
    displayDiscount: 0,
    displayDiscountTax: 0,
    displayShipping: 3,
    displayShippingTax: 0.6,
    displayTax: 2.6,
    displayTotal: 15.6,
    displayRefunded: 0,
    shippingAddressPostcode: 'AB1 2CD',
    ...given,
  };
}

export function wireLine(given: WireObject = {}): WireObject {
  return {
    lineId: '0b9a7c1e-0000-4000-8000-0000000000a1',
    parentId: null,
    referenceId: '0b9a7c1e-0000-4000-8000-0000000000b1',
    itemSku: 'SKU-1',
    itemName: 'Mug',
    quantity: 2,
    status: 'unprocessed',
    displayPrice: 5,
    displayTax: 1,
    displayLineDiscount: 0,
    displayLineTax: 2,
    displayLineTotal: 12,
    ...given,
  };
}

export function wireRefund(given: WireObject = {}): WireObject {
  return {
    refundId: '0b9a7c1e-0000-4000-8000-0000000000d1',
    niceId: 77,
    saleOrderId: ORDER_ID,
    createdAt: '2026-11-22T10:00:00.000Z',
    timeUpdated: '2026-11-22T12:00:00.000Z',
    status: 'completed',
    reason: 'broken',
    currency: 'GBP',
    displayShipping: 0,
    displayShippingTax: 0,
    displayAdjustment: -0.5,
    displayTax: 1,
    displayTotal: 5.5,
    items: [{ lineId: '0b9a7c1e-0000-4000-8000-0000000000a1', quantity: 1, displayLineTotal: 6, displayLineTax: 1 }],
    ...given,
  };
}

export function wireCustomer(given: WireObject = {}): WireObject {
  return {
    customerId: CUSTOMER_ID,
    niceId: 9,
    barcode: '9',
    type: 1,
    status: 1,
    forename: 'Ann',
    surname: CANARIES.surname,
    fullName: 'Ann',
    email: CANARIES.email,
    phone: null,
    billingAddressCity: 'Hereford',
    billingAddressCountry: 'gb',
    billingAddressPostcode: 'HR1 1AA',
    createdAt: '2026-11-01T10:00:00.000Z',
    timeUpdated: '2026-11-02T10:00:00.000Z',
    marketingConsent: true,
    ...given,
  };
}

/** A UUID for the nth order of a test. */
export function orderIdOf(index: number): string {
  return `0b9a7c1e-0000-4000-8000-${String(index).padStart(12, '0')}`;
}

export async function readOne(client: StoklyClient, orderId = ORDER_ID): Promise<ReadOrder> {
  const [order] = await client.readOrders([orderId], LIVE);
  if (order === undefined) throw new Error('no outcome');
  return order;
}

export async function snapshotIn(client: StoklyClient, orderId = ORDER_ID): Promise<OrderSnapshot> {
  const order = await readOne(client, orderId);
  if (order.kind !== 'read') throw new Error(`${order.kind}: ${JSON.stringify(order)}`);
  return order.snapshot;
}

export async function callErrorOf(call: Promise<unknown>): Promise<StoklyCallError> {
  try {
    await call;
  } catch (error) {
    if (error instanceof StoklyCallError) return error;
    throw error;
  }
  throw new Error('expected the call to fail');
}
