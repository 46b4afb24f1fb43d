import { randomUUID } from 'node:crypto';
import { jsonText } from '../../emulators/dotdigital/json.js';
import { CANARY_CUSTOMER, CANARY_ORDER, canaryEmail } from './canary.js';
import type { World } from './world.js';

/** Amounts as text (`'12.00'`): they go out digit by digit. */
export type Wire = Readonly<Record<string, unknown>>;

let lastNumber = 700_000;
export function nextNumber(): number {
  lastNumber += 1;
  return lastNumber;
}

/** Puts objects into Stokly's stand-in, as they are from now on. */
export async function seedStokly(
  world: World,
  objects: { customers?: readonly Wire[]; orders?: readonly Wire[]; refunds?: readonly Wire[] },
): Promise<void> {
  await controlStokly(world, 'POST', 'seed', objects);
}

export async function controlStokly(world: World, method: string, path: string, body?: unknown): Promise<unknown> {
  return await control(`${world.stoklyUrl}/__emulator/${path}`, method, body);
}

export async function controlDotdigital(world: World, method: string, path: string, body?: unknown): Promise<unknown> {
  return await control(`${world.dotdigitalUrl}/__emulator/${path}`, method, body);
}

async function control(url: string, method: string, body: unknown): Promise<unknown> {
  const init =
    body === undefined
      ? { method }
      : { method, headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) };
  const response = await fetch(url, init);
  const text = await response.text();
  if (!response.ok) throw new Error(`${method} ${url}: ${response.status} ${text}`);
  return text === '' ? null : JSON.parse(text);
}

export interface Buyer {
  readonly customerId: string;
  readonly email: string;
}

/** A customer with consent granted; a test says what else matters. */
export async function newBuyer(world: World, rest: Wire = {}): Promise<Buyer> {
  const customerId = randomUUID();
  const email = canaryEmail(customerId);
  const customer = { ...CANARY_CUSTOMER, customerId, email, marketingConsent: true, ...rest };
  await seedStokly(world, { customers: [customer] });
  return { customerId, email };
}

export interface PlacedOrder {
  readonly orderId: string;
  readonly lineId: string;
  readonly number: number;
  readonly customerId: string | null;
  readonly placedAt: string;
}

export const MINUTE_MS = 60_000;
export function instant(minutesAgo: number): string {
  return new Date(Date.UTC(2026, 10, 24, 12) - minutesAgo * MINUTE_MS).toISOString();
}

/** One line of two pieces at 6.00 with tax, unless told otherwise. */
export async function placeOrder(world: World, customerId: string | null, rest: Wire = {}): Promise<PlacedOrder> {
  const order: PlacedOrder = {
    orderId: randomUUID(),
    lineId: randomUUID(),
    number: nextNumber(),
    customerId,
    placedAt: instant(60),
  };
  await changeOrder(world, order, rest);
  return order;
}

/** The order as it is from now on: what is not said is as it was when it was placed. */
export async function changeOrder(world: World, order: PlacedOrder, rest: Wire = {}): Promise<void> {
  await seedStokly(world, {
    orders: [
      {
        saleOrderId: order.orderId,
        niceId: order.number,
        customerId: order.customerId,
        createdAt: order.placedAt,
        timeUpdated: order.placedAt,
        ...CANARY_ORDER,
        lines: [
          {
            lineId: order.lineId,
            quantity: 2,
            displayPrice: '5.000000',
            displayTax: '1.000000',
            itemSku: '85123A',
            itemName: 'White hanging heart',
          },
        ],
        ...rest,
      },
    ],
  });
}

export async function orderEvent(
  world: World,
  order: PlacedOrder,
  event: { type?: string; updatedAt?: string; eventId?: string } = {},
): Promise<number> {
  const data: Record<string, string> = { orderId: order.orderId };
  if (order.customerId !== null) data['customerId'] = order.customerId;
  if (event.updatedAt !== undefined) data['updatedAt'] = event.updatedAt;
  return await world.send(event.type ?? 'order.updated', data, event.eventId);
}

export interface StoredContact {
  readonly contactId: number;
  readonly email: string;
  readonly emailStatus: string;
  readonly isBinned: boolean;
  readonly dataFields: Readonly<Record<string, unknown>>;
}

interface DotdigitalState {
  readonly contacts: readonly (StoredContact & { readonly identifiers?: Readonly<Record<string, string>> })[];
  readonly records: Readonly<
    Record<
      string,
      readonly { readonly key: string; readonly contactId: number; readonly json: Readonly<Record<string, unknown>> }[]
    >
  >;
}

export async function dotdigitalState(world: World): Promise<DotdigitalState> {
  return (await controlDotdigital(world, 'GET', 'state')) as DotdigitalState;
}

/** Of this one alone, looked up in the stand-in itself: the whole account again and again would cost more than what is tested. */
export async function contactOf({ dotdigital }: World, email: string): Promise<StoredContact | undefined> {
  const contact = dotdigital.account.contacts.byEmail(email);
  if (contact?.email !== email) return undefined;
  const { contactId, emailStatus, binnedAt } = contact;
  const dataFields = JSON.parse(jsonText(Object.fromEntries(contact.dataFields))) as Wire;
  return { contactId, email, emailStatus, isBinned: binnedAt !== null, dataFields };
}

export async function recordOf({ dotdigital }: World, order: PlacedOrder): Promise<Wire | undefined> {
  const records = dotdigital.account.collections.find('Orders')?.records.values() ?? [];
  for (const { key, jsonText: text } of records) {
    if (key === String(order.number)) return JSON.parse(text) as Wire;
  }
  return undefined;
}

/** How many API calls each stand-in has logged since its log was cleared. */
export async function clearRequests(world: World): Promise<void> {
  await controlStokly(world, 'DELETE', 'requests');
  await controlDotdigital(world, 'DELETE', 'requests');
}

export async function requestPaths(world: World): Promise<{ stokly: string[]; dotdigital: string[] }> {
  const list = (report: unknown): string[] =>
    ((report as { requests: { method: string; path: string }[] }).requests ?? []).map(
      ({ method, path }) => `${method} ${path}`,
    );
  return {
    stokly: list(await controlStokly(world, 'GET', 'requests')),
    dotdigital: list(await controlDotdigital(world, 'GET', 'requests')),
  };
}
