import type { ShopClock } from './shop-clock.js';
import type { Settings } from './settings.js';
import type { ShopEvent } from './webhook-sender.js';
import { textOf, type WireObject } from './wire.js';

/** The events that the sample shop and seeding send. */
export type OrderEventType =
  | 'order.created'
  | 'order.updated'
  | 'order.despatched'
  | 'order.cancelled'
  | 'order.refunded';
export type CustomerEventType = 'customer.created' | 'customer.updated' | 'customer.deleted';

/** An event before its envelope: what happened, to whom, and the version that it left behind. */
export interface Happening {
  readonly type: OrderEventType | CustomerEventType;
  readonly orderId: string | null;
  readonly customerId: string | null;
  readonly updatedAt: string | null;
}

export function orderHappening(type: OrderEventType, header: WireObject, version?: string | null): Happening {
  return {
    type,
    orderId: textOf(header, 'saleOrderId'),
    customerId: textOf(header, 'customerId'),
    updatedAt: version === undefined ? textOf(header, 'timeUpdated') : version,
  };
}

export function customerHappening(type: CustomerEventType, customer: WireObject): Happening {
  return {
    type,
    orderId: null,
    customerId: textOf(customer, 'customerId'),
    updatedAt: textOf(customer, 'timeUpdated'),
  };
}

/** The envelope. An account without `timeUpdated` has no version to name. Ids that are null are left out. */
export function envelopeOf(happening: Happening, clock: ShopClock, settings: Settings): ShopEvent {
  const { type, orderId, customerId, updatedAt } = happening;
  return {
    type,
    timestamp: clock.nowIso(),
    data: {
      ...(orderId === null ? {} : { orderId }),
      ...(customerId === null ? {} : { customerId }),
      ...(updatedAt === null || !settings.timeUpdated ? {} : { updatedAt }),
    },
  };
}
