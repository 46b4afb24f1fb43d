import type { RouteOrderInput, WakeCustomer } from '../contract/messages.js';
import type { RelayEvent } from './event.js';

/** What an event asks of Temporal. */
export type Dispatch =
  | { readonly kind: 'wake-customer'; readonly customerId: string; readonly wake: WakeCustomer }
  | { readonly kind: 'route-order'; readonly wake: RouteOrderInput['wake'] }
  | { readonly kind: 'nothing' };

/**
 * Pure: an event that names a customer wakes it; an order without one is routed; the rest moves nothing.
 * @param receivedAt ISO instant at which the whole webhook had arrived.
 */
export function wakeForEvent(event: RelayEvent, receivedAt: string): Dispatch {
  switch (event.kind) {
    case 'ignored':
      return { kind: 'nothing' };
    case 'customer': {
      const kind = event.type === 'customer.deleted' ? 'customer-deleted' : 'customer';
      return {
        kind: 'wake-customer',
        customerId: event.customerId,
        wake: { eventId: event.eventId, kind, ...versionOf(event), receivedAt },
      };
    }
    case 'order': {
      const wake = {
        eventId: event.eventId,
        kind: 'order',
        orderId: event.orderId,
        ...versionOf(event),
        receivedAt,
      } as const;
      if (event.customerId === null) return { kind: 'route-order', wake };
      return { kind: 'wake-customer', customerId: event.customerId, wake };
    }
    default:
      return event satisfies never;
  }
}

function versionOf(event: { readonly updatedAt: string | null }): { version?: string } {
  return event.updatedAt === null ? {} : { version: event.updatedAt };
}
