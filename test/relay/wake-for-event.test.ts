import { describe, expect, it } from 'vitest';
import { HANDLED_TYPES } from '../../src/contract/event-types.js';
import { readEvent } from '../../src/relay/event.js';
import { wakeForEvent } from '../../src/relay/wake-for-event.js';
import { CUSTOMER_ID, ORDER_ID, orderUpdated } from './relay-under-test.js';

const RECEIVED_AT = '2026-11-23T10:00:01.250Z';

function dispatchOf(payload: unknown) {
  const read = readEvent('evt_1', JSON.stringify(payload));
  if (!read.ok) throw new Error(read.why);
  return wakeForEvent(read.event, RECEIVED_AT);
}

function whyNot(payload: unknown, eventId = 'evt_1'): string {
  const read = readEvent(eventId, typeof payload === 'string' ? payload : JSON.stringify(payload));
  if (read.ok) throw new Error('was readable');
  return read.why;
}

describe('an event', () => {
  it.each(HANDLED_TYPES.filter((type) => type.startsWith('order.')))(
    '%s with its customer wakes that customer',
    (type) => {
      expect(dispatchOf({ ...orderUpdated(), type })).toEqual({
        kind: 'wake-customer',
        customerId: CUSTOMER_ID,
        wake: {
          eventId: 'evt_1',
          kind: 'order',
          orderId: ORDER_ID,
          version: '2026-11-23T09:59:59.123Z',
          receivedAt: RECEIVED_AT,
        },
      });
    },
  );

  it.each([{}, { customerId: null }, { customerId: undefined }])(
    'about an order without customer %j is routed',
    (data) => {
      expect(dispatchOf({ ...orderUpdated(), data: { orderId: ORDER_ID, ...data } })).toEqual({
        kind: 'route-order',
        wake: { eventId: 'evt_1', kind: 'order', orderId: ORDER_ID, receivedAt: RECEIVED_AT },
      });
    },
  );

  it.each([
    ['customer.created', 'customer'],
    ['customer.updated', 'customer'],
    ['customer.deleted', 'customer-deleted'],
  ])('%s wakes its customer with kind %s', (type, kind) => {
    expect(dispatchOf({ ...orderUpdated(), type, data: { customerId: CUSTOMER_ID } })).toEqual({
      kind: 'wake-customer',
      customerId: CUSTOMER_ID,
      wake: { eventId: 'evt_1', kind, receivedAt: RECEIVED_AT },
    });
  });

  it('finds the same workflow whatever the case of an id', () => {
    expect(
      dispatchOf(orderUpdated({ customerId: CUSTOMER_ID.toUpperCase(), orderId: ORDER_ID.toUpperCase() })),
    ).toMatchObject({
      customerId: CUSTOMER_ID,
      wake: { orderId: ORDER_ID },
    });
  });

  it.each(['item.updated', 'item.discontinued', 'loyalty.joined'])('%s moves nothing', (type) => {
    expect(dispatchOf({ ...orderUpdated(), type })).toEqual({ kind: 'nothing' });
  });

  it('may carry fields that nobody knows yet', () => {
    expect(dispatchOf({ ...orderUpdated({ channel: 'web' }), attempt: 2 })).toMatchObject({ kind: 'wake-customer' });
  });

  it.each([
    ['no JSON', '{"type":', 'body: JSON expected'],
    ['a list', [], 'body: object expected'],
    ['no type', { ...orderUpdated(), type: undefined }, 'type: string expected'],
    ['no timestamp', { ...orderUpdated(), timestamp: 'canary' }, 'timestamp: an ISO 8601 instant expected'],
    ['no data', { ...orderUpdated(), data: 'canary' }, 'data: object expected'],
    ['an order id that is none', orderUpdated({ orderId: 'canary@example.com' }), 'data.orderId: a UUID expected'],
    ['an order id that is a number', orderUpdated({ orderId: 42 }), 'data.orderId: string expected'],
    [
      'a version that is no instant',
      orderUpdated({ updatedAt: 'canary' }),
      'data.updatedAt: an ISO 8601 instant expected',
    ],
    [
      'an order event without order',
      orderUpdated({ orderId: null }),
      'data.orderId: a UUID expected for an order event',
    ],
    [
      'a customer event without customer',
      { ...orderUpdated({ customerId: null }), type: 'customer.updated' },
      'data.customerId: a UUID expected for a customer event',
    ],
  ])('with %s is refused with the reason and none of its values', (_, payload, why) => {
    expect(whyNot(payload)).toContain(why);
    expect(whyNot(payload)).not.toContain('canary');
  });

  it.each(['', 'canary id', 'canary/id', 'c'.repeat(129), 'canaré'])('with the id %j is refused', (eventId) => {
    expect(whyNot(orderUpdated(), eventId)).toBe('webhook-id: up to 128 of A-Z a-z 0-9 _ . : - expected');
  });
});
