import { randomUUID } from 'node:crypto';
import { badRequest } from './api-error.js';
import { customerHappening, type Happening, orderHappening, type OrderEventType } from './events.js';
import { applyRefund } from './refunding.js';
import {
  customerDefaults,
  decimalsOf,
  headerMoney,
  lineTotalFor,
  lineWithDefaults,
  linesUnder,
  orderDefaults,
  refundMoney,
} from './seed-defaults.js';
import type { Settings } from './settings.js';
import type { ShopClock } from './shop-clock.js';
import { isoOf } from './shop-clock.js';
import { itemStatusesOf, type Store, type StoredOrder } from './store.js';
import { fieldsOf, listOf, plainText, textOf, type WireObject, type WireValue } from './wire.js';

/** What seeding needs of the account. */
export interface SeededShop {
  readonly store: Store;
  readonly clock: ShopClock;
  readonly settings: Settings;
}

/** One seeded object: its id and the event that it is worth. */
export interface Seeded {
  readonly id: string;
  readonly happening: Happening | null;
}

/** Numbers of seeded objects start here, below those of the sample. */
const FIRST_NICE_IDS = { order: 1001, customer: 101, refund: 1 };

/**
 * Puts raw wire objects into the shop: new ones filled up with defaults, known ones (by id) changed by the fields given. What
 * is given goes in as it is, wrong types too. `without: [fields]` takes fields out, `deleted: true` the whole object.
 */
export class Seeder {
  #next = { ...FIRST_NICE_IDS };

  constructor(readonly shop: SeededShop) {}

  reset(): void {
    this.#next = { ...FIRST_NICE_IDS };
  }

  customer(given: WireObject): Seeded {
    const { store } = this.shop;
    const { fields, without, isDeleted } = instructions(given);
    const id = textOf(fields, 'customerId') ?? randomUUID();
    const before = store.customers.get(id);
    if (isDeleted) {
      store.customers.remove(id);
      return { id, happening: before === undefined ? null : customerHappening('customer.deleted', before) };
    }
    const now = this.#stamp(before);
    const defaults = before ?? customerDefaults(this.#next.customer++, now);
    const version = { timeUpdated: before === undefined ? (fields['createdAt'] ?? now) : now };
    const names = before === undefined && fields['fullName'] === undefined ? fullNameOf(defaults, fields) : {};
    const customer = withoutFields({ ...defaults, ...version, ...names, ...fields, customerId: id }, without);
    store.customers.put(customer);
    return {
      id,
      happening: customerHappening(before === undefined ? 'customer.created' : 'customer.updated', customer),
    };
  }

  order(given: WireObject): Seeded {
    const { store } = this.shop;
    const { fields, without, isDeleted } = instructions(given);
    const { lines: _lines, ...own } = fields;
    const id = textOf(own, 'saleOrderId') ?? randomUUID();
    const before = store.order(id);
    if (isDeleted) {
      store.removeOrder(id);
      return { id, happening: before === null ? null : orderHappening('order.updated', before.header) };
    }
    const now = this.#stamp(before?.header);
    const defaults = before?.header ?? orderDefaults(this.#next.order++, now);
    const version = { timeUpdated: before === null ? (own['createdAt'] ?? now) : now };
    const { lines, isChanged } = this.#lines(fields, before);
    const header: WireObject = {
      ...defaults,
      ...version,
      ...this.#emailOf(own, before),
      ...(isChanged ? headerMoney(lines, before === null ? own : { ...before.header, ...own }) : {}),
      ...(isChanged && before !== null ? keptAmounts(before.header) : {}),
      ...this.#progress(lines, defaults, now),
      ...own,
      saleOrderId: id,
    };
    const after = { header: withoutFields(header, without), lines };
    store.putOrder(after);
    return { id, happening: orderHappening(eventBetween(before, after), after.header) };
  }

  refund(given: WireObject): Seeded {
    const { store, settings } = this.shop;
    const { fields, without, isDeleted } = instructions(given);
    const id = textOf(fields, 'refundId') ?? randomUUID();
    const before = store.refunds.get(id);
    if (isDeleted) {
      store.refunds.remove(id);
      return { id, happening: null };
    }
    const told = { ...before, ...fields };
    const saleOrderId = textOf(told, 'saleOrderId');
    const order = saleOrderId === null ? null : store.order(saleOrderId);
    if (saleOrderId === null) {
      throw badRequest('a refund needs a saleOrderId');
    }
    const now = this.#stamp(before);
    const currency = told['currency'] ?? order?.header['currency'] ?? 'GBP';
    const document: WireObject = {
      niceId: before === undefined ? this.#next.refund++ : (before['niceId'] ?? 0),
      status: 'completed',
      reason: null,
      createdAt: now,
      ...refundMoney({ ...told, currency }, order?.lines ?? [], decimalsOf(currency)),
      timeUpdated: fields['timeUpdated'] ?? (before === undefined ? (fields['createdAt'] ?? now) : now),
      refundId: id,
    };
    const stored = withoutFields(document, without);
    const header = applyRefund(store, stored, settings) ?? { saleOrderId, customerId: null };
    return { id, happening: orderHappening('order.refunded', header, textOf(stored, 'timeUpdated')) };
  }

  /** Given lines replace those that are there, one with a known `lineId` is filled up from its old self. */
  #lines(fields: WireObject, before: StoredOrder | null): { lines: readonly WireObject[]; isChanged: boolean } {
    const known = before?.lines ?? [];
    if (fields['lines'] === undefined && before !== null) {
      return { lines: linesUnder(fields, known), isChanged: false };
    }
    const decimals = decimalsOf(fields['currency'] ?? before?.header['currency']);
    const given = fields['lines'] === undefined ? [lineTotalFor(fields)] : listOf(fields['lines']).map(fieldsOf);
    const lines = given.map((line, position) => {
      const { fields: own, without } = instructions(line);
      const old = known.find((candidate) => candidate['lineId'] === own['lineId']);
      return withoutFields(lineWithDefaults({ ...old, ...own }, position, decimals), without);
    });
    return { lines: linesUnder(fields, lines), isChanged: true };
  }

  /** A new order has its customer's address unless told otherwise. */
  #emailOf(own: WireObject, before: StoredOrder | null): WireObject {
    const customer = before === null ? this.shop.store.customers.get(textOf(own, 'customerId') ?? '') : undefined;
    return customer === undefined ? {} : { email: customer['email'] ?? null };
  }

  #progress(lines: readonly WireObject[], defaults: WireObject, now: string): WireObject {
    const itemStatuses = itemStatusesOf(lines);
    const isDespatched = itemStatuses.includes('despatched') && (defaults['despatchedAt'] ?? null) === null;
    return { itemStatuses, ...(isDespatched ? { despatchedAt: now } : {}) };
  }

  /** Now on the shop's clock, and always later than the version that is there. */
  #stamp(before: WireObject | undefined): string {
    const last = Date.parse(textOf(before ?? {}, 'timeUpdated') ?? '');
    const now = this.shop.clock.nowMs();
    return isoOf(Number.isNaN(last) ? now : Math.max(now, last + 1));
  }
}

/** Delivery and discount that an order has already stay when its lines change. */
function keptAmounts(header: WireObject): WireObject {
  const fields = ['displayDiscount', 'displayDiscountTax', 'displayShipping', 'displayShippingTax'];
  return Object.fromEntries(fields.flatMap((field) => (header[field] === undefined ? [] : [[field, header[field]]])));
}

function fullNameOf(defaults: WireObject, fields: WireObject): WireObject {
  const { forename, surname } = { ...defaults, ...fields };
  return { fullName: `${plainText(forename) ?? ''} ${plainText(surname) ?? ''}`.trim() };
}

function instructions(given: WireObject): { fields: WireObject; without: readonly WireValue[]; isDeleted: boolean } {
  const { without, deleted, ...fields } = given;
  return { fields, without: listOf(without), isDeleted: deleted === true };
}

function withoutFields(object: WireObject, without: readonly WireValue[]): WireObject {
  return Object.fromEntries(Object.entries(object).filter(([field]) => !without.includes(field)));
}

/** The event that says best what changed. */
function eventBetween(before: StoredOrder | null, after: StoredOrder): OrderEventType {
  if (before === null) {
    return 'order.created';
  }
  const became = (status: string): boolean => isAll(after.lines, status) && !isAll(before.lines, status);
  if (became('cancelled')) {
    return 'order.cancelled';
  }
  return became('despatched') ? 'order.despatched' : 'order.updated';
}

/** All that are not cancelled, and there is one. */
function isAll(lines: readonly WireObject[], status: string): boolean {
  const counted = lines.filter((line) => status === 'cancelled' || line['status'] !== 'cancelled');
  return counted.length > 0 && counted.every((line) => line['status'] === status);
}
