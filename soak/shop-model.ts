import type { Random } from './random.js';

/** What the plan keeps of the shop while it is made: enough to say only things that can happen to an order. */
export interface ModelCustomer {
  readonly customerId: string;
  emails: number;
  consent: boolean | null;
}

export interface ModelLine {
  readonly lineId: string;
  readonly sku: string;
  readonly unitPence: number;
  quantity: number;
}

export interface ModelOrder {
  readonly orderId: string;
  readonly number: number;
  readonly customerId: string;
  readonly deliveryPence: number;
  lines: ModelLine[];
  /** An order is edited and cancelled only while it is open, and refunded only when it was despatched. */
  stage: 'open' | 'processing' | 'despatched' | 'cancelled';
  /** Its total says more than its parts. */
  isBroken: boolean;
  /** By line. */
  refunded: Map<string, number>;
  /** A refund of more than there was, that may be taken back. */
  wrongRefundId: string | null;
}

/** A wire object of Stokly's, amounts as text, for the emulator's `seed`. */
export type Wire = Readonly<Record<string, unknown>>;

export function newLine(random: Random): ModelLine {
  return {
    lineId: random.uuid(),
    sku: `SKU-${random.whole(1, 40)}`,
    // A multiple of 6: its tax of a sixth is whole pence.
    unitPence: 6 * random.whole(20, 700),
    quantity: random.whole(1, 5),
  };
}

export function wireCustomer({ customerId, emails, consent }: ModelCustomer): Wire {
  return { customerId, email: `${customerId.slice(0, 8)}-${emails}@example.com`, marketingConsent: consent };
}

/** The whole order as it is: header and lines say the same, unless it is broken. */
export function wireOrder(order: ModelOrder): Wire {
  const lines = order.lines.map((line) => wireLine(line, order.stage));
  const goodsPence = order.lines.reduce((sum, line) => sum + line.unitPence * line.quantity, 0);
  const deliveryTaxPence = order.deliveryPence / 6;
  const totalPence = goodsPence + order.deliveryPence + (order.isBroken ? 500 : 0);
  return {
    saleOrderId: order.orderId,
    niceId: order.number,
    customerId: order.customerId,
    lines,
    displayShipping: amount(order.deliveryPence - deliveryTaxPence),
    displayShippingTax: amount(deliveryTaxPence),
    displaySubtotal: amount(goodsPence - goodsPence / 6),
    displayTax: amount(goodsPence / 6 + deliveryTaxPence),
    displayTotal: amount(totalPence),
  };
}

function wireLine({ lineId, sku, unitPence, quantity }: ModelLine, stage: ModelOrder['stage']): Wire {
  return {
    lineId,
    itemSku: sku,
    itemName: `Item ${sku}`,
    quantity,
    status: stage === 'open' ? 'unprocessed' : stage,
    displayPrice: amount((unitPence * 5) / 6),
    displayTax: amount(unitPence / 6),
    displayLineTotal: amount(unitPence * quantity),
    displayLineTax: amount((unitPence * quantity) / 6),
  };
}

export function amount(pence: number): string {
  return `${Math.floor(pence / 100)}.${String(pence % 100).padStart(2, '0')}`;
}
