import type { Random } from './random.js';
import {
  type ModelCustomer,
  type ModelLine,
  type ModelOrder,
  newLine,
  type Wire,
  wireCustomer,
  wireOrder,
} from './shop-model.js';

/** What happens in the shop at one moment. */
export interface ShopAction {
  readonly atMs: number;
  readonly kind: ActionKind;
  /** Put into Stokly one after the other. */
  readonly seeds: readonly Seed[];
  /** `each`: every change sends its event. `shuffled`: their events come when all is done, in this order, some twice. */
  readonly events: 'each' | readonly ShuffledEvent[];
}

export interface Seed {
  readonly customers?: readonly Wire[];
  readonly orders?: readonly Wire[];
  readonly refunds?: readonly Wire[];
}

/** `named`: whether the event names its version. */
export interface ShuffledEvent {
  readonly orderId: string;
  readonly customerId: string;
  readonly times: number;
  readonly isVersionNamed: boolean;
}

const ACTIONS = {
  'order placed': 30,
  'order changed': 14,
  'order processed': 8,
  'order despatched': 16,
  'order refunded': 9,
  'order cancelled': 5,
  'order broken': 3,
  'order mended': 5,
  'refund too high': 2,
  'refund taken back': 2,
  'customer changed': 4,
  'consent changed': 4,
  'e-mail changed': 3,
  'life in one moment': 6,
} as const;
export type ActionKind = keyof typeof ACTIONS;

/** Bounds what the worker keeps: its memory must come to a steady state. */
const CUSTOMERS_MAX = 60;
const FIRST_NUMBER = 500_000;

/** Plans what happens in the shop, by chance and yet so that all of it can happen. Depends on the random stream alone. */
export function planShop(random: Random, { loadMs, everyMs }: { loadMs: number; everyMs: number }): ShopAction[] {
  const planner = new ShopPlanner(random);
  const actions: ShopAction[] = [];
  for (let atMs = 0; atMs < loadMs; atMs += random.whole(1, 2 * everyMs)) actions.push(planner.next(atMs));
  return actions;
}

type Planned = Omit<ShopAction, 'atMs' | 'kind'>;

class ShopPlanner {
  readonly #random: Random;
  readonly #customers: ModelCustomer[] = [];
  readonly #orders: ModelOrder[] = [];

  constructor(random: Random) {
    this.#random = random;
  }

  next(atMs: number): ShopAction {
    for (;;) {
      const kind = this.#draw();
      const planned = this.#plan(kind);
      if (planned !== null) return { atMs, kind, ...planned };
    }
  }

  #draw(): ActionKind {
    const kinds = Object.entries(ACTIONS) as [ActionKind, number][];
    let left = this.#random.fraction() * kinds.reduce((sum, [, weight]) => sum + weight, 0);
    for (const [kind, weight] of kinds) {
      left -= weight;
      if (left < 0) return kind;
    }
    return 'order placed';
  }

  /** Null: there is nothing that this could happen to. */
  #plan(kind: ActionKind): Planned | null {
    switch (kind) {
      case 'order placed':
        return this.#place();
      case 'life in one moment':
        return this.#liveAtOnce();
      case 'customer changed':
      case 'consent changed':
      case 'e-mail changed':
        return this.#changeCustomer(kind);
      case 'order refunded':
      case 'refund too high':
      case 'refund taken back':
        return this.#refund(kind);
      case 'order changed':
      case 'order processed':
      case 'order despatched':
      case 'order cancelled':
      case 'order broken':
      case 'order mended':
        return this.#changeOrder(kind);
    }
  }

  #place(): Planned {
    const { order, seed } = this.#newOrder();
    return { seeds: [seed, { orders: [wireOrder(order)] }], events: 'each' };
  }

  #newOrder(): { order: ModelOrder; seed: Seed } {
    const random = this.#random;
    const isNew = this.#customers.length < CUSTOMERS_MAX && (this.#customers.length === 0 || random.chance(0.4));
    const customer = isNew
      ? { customerId: random.uuid(), emails: 1, consent: random.pick([true, true, false, null]) }
      : this.#any(this.#customers);
    if (isNew) this.#customers.push(customer);
    const order: ModelOrder = {
      orderId: random.uuid(),
      number: FIRST_NUMBER + this.#orders.length,
      customerId: customer.customerId,
      deliveryPence: random.pick([0, 300, 480]),
      lines: Array.from({ length: random.whole(1, 3) }, () => newLine(random)),
      stage: 'open',
      isBroken: false,
      refunded: new Map(),
      wrongRefundId: null,
    };
    this.#orders.push(order);
    return { order, seed: isNew ? { customers: [wireCustomer(customer)] } : {} };
  }

  /** Placed, edited, despatched and refunded before the first webhook comes; then they come in any order, some twice. */
  #liveAtOnce(): Planned {
    const random = this.#random;
    const { order, seed } = this.#newOrder();
    const seeds: Seed[] = [seed, { orders: [wireOrder(order)] }];
    this.#edit(order);
    seeds.push({ orders: [wireOrder(order)] });
    order.stage = 'despatched';
    seeds.push({ orders: [wireOrder(order)] });
    const refund = this.#giveBack(order);
    if (refund !== null) seeds.push({ refunds: [refund] });
    const { orderId, customerId } = order;
    const events = seeds.map(() => ({
      orderId,
      customerId,
      times: random.pick([1, 1, 2, 3]),
      isVersionNamed: random.chance(0.5),
    }));
    return { seeds, events };
  }

  #edit(order: ModelOrder): void {
    const [first, ...rest] = order.lines;
    if (first === undefined) return;
    if (this.#random.chance(0.3)) order.lines = [...order.lines, newLine(this.#random)];
    else order.lines = [{ ...first, quantity: (first.quantity % 5) + 1 }, ...rest];
  }

  #changeOrder(kind: ActionKind): Planned | null {
    const order = this.#orderThat((one) => canHappen(kind, one));
    if (order === null) return null;
    if (kind === 'order changed') this.#edit(order);
    if (kind === 'order processed') order.stage = 'processing';
    if (kind === 'order despatched') order.stage = 'despatched';
    if (kind === 'order cancelled') order.stage = 'cancelled';
    if (kind === 'order broken') order.isBroken = true;
    if (kind === 'order mended') order.isBroken = false;
    return { seeds: [{ orders: [wireOrder(order)] }], events: 'each' };
  }

  #refund(kind: 'order refunded' | 'refund too high' | 'refund taken back'): Planned | null {
    const random = this.#random;
    const order = this.#orderThat((one) => canHappen(kind, one));
    const line = order?.lines[0];
    if (order === null || line === undefined) return null;
    if (kind === 'order refunded') {
      const refund = this.#giveBack(order);
      return refund === null ? null : { seeds: [{ refunds: [refund] }], events: 'each' };
    }
    const refundId = order.wrongRefundId ?? random.uuid();
    order.wrongRefundId = kind === 'refund too high' ? refundId : null;
    const wrong = { refundId, saleOrderId: order.orderId };
    const refund =
      kind === 'refund too high'
        ? { ...wrong, status: 'completed', items: [{ lineId: line.lineId, quantity: line.quantity + 1 }] }
        : { ...wrong, status: 'cancelled' };
    return { seeds: [{ refunds: [refund] }], events: 'each' };
  }

  /** One piece of a line that still has one; null when all is given back. */
  #giveBack(order: ModelOrder): Wire | null {
    const left = (line: ModelLine): number => line.quantity - (order.refunded.get(line.lineId) ?? 0);
    const [line] = this.#random.shuffle(order.lines.filter((one) => left(one) > 0));
    if (line === undefined) return null;
    const quantity = this.#random.whole(1, left(line));
    order.refunded.set(line.lineId, (order.refunded.get(line.lineId) ?? 0) + quantity);
    return {
      refundId: this.#random.uuid(),
      saleOrderId: order.orderId,
      status: 'completed',
      items: [{ lineId: line.lineId, quantity }],
    };
  }

  #changeCustomer(kind: 'customer changed' | 'consent changed' | 'e-mail changed'): Planned | null {
    if (this.#customers.length === 0) return null;
    const customer = this.#any(this.#customers);
    if (kind === 'e-mail changed') customer.emails += 1;
    if (kind === 'consent changed') customer.consent = this.#random.pick([true, false, false, null]);
    const moved = kind === 'customer changed' ? { billingAddressCity: `City ${this.#random.whole(1, 1000)}` } : {};
    return { seeds: [{ customers: [{ ...wireCustomer(customer), ...moved }] }], events: 'each' };
  }

  #any<T>(values: readonly T[]): T {
    const [first, ...rest] = values;
    if (first === undefined) throw new Error('nothing to choose from');
    return this.#random.pick([first, ...rest]);
  }

  #orderThat(isRight: (order: ModelOrder) => boolean): ModelOrder | null {
    const all = this.#orders.filter(isRight);
    return all.length === 0 ? null : this.#any(all);
  }
}

function canHappen(kind: ActionKind, { stage, isBroken, refunded, wrongRefundId }: ModelOrder): boolean {
  const isOpen = stage === 'open' || stage === 'processing';
  if (kind === 'order changed' || kind === 'order cancelled') return isOpen;
  if (kind === 'order broken') return isOpen && !isBroken;
  if (kind === 'order mended') return isOpen && isBroken;
  if (kind === 'order processed') return stage === 'open';
  if (kind === 'order despatched') return isOpen && !isBroken;
  // What was wrongly given back was given back: its line is no longer as the plan has it.
  if (kind === 'refund taken back') return wrongRefundId !== null;
  return stage === 'despatched' && wrongRefundId === null && (kind === 'order refunded' || refunded.size === 0);
}
