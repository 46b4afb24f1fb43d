/** A key of the order record, or of one of its products. */
export interface RecordField {
  readonly name: string;
  /**
   * As Dotdigital's type lock sees it, for ever: `amount` and `decimal` are JSON numbers with a decimal point (an amount has at least
   * two decimals), `integer` one without, `date` is text in ISO UTC.
   */
  readonly type: 'text' | 'date' | 'amount' | 'decimal' | 'integer' | 'boolean' | 'list';
  /** Whether every record has it. What a record does not have is left out: never null, never an empty list. */
  readonly isAlways: boolean;
  /** For a marketer; amounts say with or without tax. */
  readonly meaning: string;
}

/** THE table of the order record; docs/data-mapping.md is checked against it, and so is every record in the tests. */
export const ORDER_RECORD_FIELDS: readonly RecordField[] = [
  always('id', 'text', "The record's key: the order number, or what ORDER_KEY names."),
  always('stokly_order_id', 'text', "Stokly's own id of the order."),
  sometimes('source_order_id', 'text', "The order's reference in the channel that it came from."),
  sometimes('store_name', 'text', 'The channel.'),
  always('currency', 'text', 'ISO code of all amounts in the record.'),
  always('purchase_date', 'date', 'When the order was placed.'),
  always('order_status', 'text', 'How far fulfilment is, or `cancelled`, or `refunded`.'),
  always('refund_status', 'text', '`none`, `partial` or `full`, by money.'),
  always('order_total', 'amount', 'With tax, after refunds: what the customer paid in the end. Never below 0.'),
  always('order_subtotal', 'amount', 'Without tax: the goods before the order discount and delivery.'),
  always('order_gross_total', 'amount', 'With tax, before refunds.'),
  always('refunded_total', 'amount', 'With tax, a positive number: completed refunds.'),
  always('tax_total', 'amount', 'All tax, of delivery too, before refunds.'),
  always('delivery_total', 'amount', 'With tax.'),
  always('discount_amount', 'amount', 'With tax, a positive number: the discount on the order as a whole.'),
  sometimes('refund_count', 'integer', 'Completed refunds; left out where refunds are not known.'),
  sometimes('last_refund_date', 'date', 'When the last of them was.'),
  always(
    'reconciled_by',
    'text',
    '`rules`: the amounts add up by the rules. `review-stated`, `review-computed`: they do not, and a person accepted them.',
  ),
  always('refunds_known', 'boolean', "False where Stokly's account shows no refunds, only a total."),
  sometimes('products', 'list', 'What the customer keeps.'),
  sometimes('returned_products', 'list', 'What came back or was given back.'),
];

/** The keys of `products` and `returned_products`. */
export const PRODUCT_FIELDS: readonly RecordField[] = [
  sometimes('sku', 'text', "The item's SKU."),
  sometimes('name', 'text', "The item's name."),
  sometimes('qty', 'integer', 'Pieces, where they are whole.'),
  sometimes('qty_decimal', 'decimal', 'Pieces, where they are not (2.5 kg); stands instead of `qty`.'),
  always('price', 'amount', 'Without tax, of one piece.'),
  always('price_inc_tax', 'amount', 'With tax, of one piece.'),
  always('line_total', 'amount', 'With tax, after line discount, of these pieces.'),
];

function always(name: string, type: RecordField['type'], meaning: string): RecordField {
  return { name, type, isAlways: true, meaning };
}

function sometimes(name: string, type: RecordField['type'], meaning: string): RecordField {
  return { name, type, isAlways: false, meaning };
}
