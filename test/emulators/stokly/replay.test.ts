import { describe, expect, it, vi } from 'vitest';
import type { Happening } from '../../../emulators/stokly/events.js';
import { createStoklyEmulator, importSample } from '../../../emulators/stokly/index.js';
import { textOf } from '../../../emulators/stokly/wire.js';
import { Shop } from './shop-client.js';
import { WEBHOOK_SECRET, WebhookReceiver } from './webhook-receiver.js';

describe('the month, played to its end', () => {
  it('emits each event once, with the version that the shop then had', () => {
    const { account } = createStoklyEmulator();
    const told: Happening[] = [];
    vi.spyOn(account, 'emit').mockImplementation((happening) => void told.push(happening));
    account.plan(importSample());
    account.advanceTo(Date.parse('2010-12-15T12:00:00Z'), true);
    account.advanceTo(Date.parse('2010-12-15T12:00:00Z'), true);
    account.advanceTo(Date.parse('2011-01-31T00:00:00Z'), true);
    expect(account.timeline?.eventsLeft).toBe(0);
    expect(new Set(told.map((event) => JSON.stringify(event))).size).toBe(told.length);
    const count = (type: string) => told.filter((event) => event.type === type).length;
    expect(count('order.created')).toBe(1557);
    // 947 accounts, 49 guests, 48 marketplace buyers; two changes of consent for 31, one of address for 14.
    expect(count('customer.created')).toBe(947 + 49 + 48);
    expect(count('customer.updated')).toBe(2 * 31 + 14);
    // 205 refunds, and 57 of them again when they are no longer pending.
    expect(count('order.refunded')).toBe(205 + 57);
    const orderEvents = told.filter(({ type, orderId }) => orderId !== null && type !== 'order.refunded');
    const last = new Map(orderEvents.map(({ orderId, updatedAt }) => [orderId, updatedAt]));
    for (const order of account.store.orders.all()) {
      expect(last.get(textOf(order, 'saleOrderId'))).toBe(order['timeUpdated']);
    }
  }, 60_000);

  it('reaches a listener signed, each event once', async () => {
    const [shop, receiver] = await Promise.all([Shop.open(), WebhookReceiver.open()]);
    await shop.control('seed', { sample: { invoices: 60 } });
    await shop.control('webhooks', { url: receiver.url, secret: WEBHOOK_SECRET });
    const { happened } = await shop.control('clock', { to: '2011-01-31T00:00:00.000Z' });
    await vi.waitFor(async () => expect(await shop.look('webhooks')).toMatchObject({ pending: 0 }), {
      timeout: 30_000,
    });
    const told = receiver.taken.map(({ type, data }) => `${type} ${data.orderId ?? data.customerId} ${data.updatedAt}`);
    expect(receiver.forged).toBe(0);
    expect(told.length).toBe(happened);
    expect(new Set(told).size).toBe(told.length);
    await Promise.all([shop.close(), receiver.close()]);
  }, 60_000);
});
