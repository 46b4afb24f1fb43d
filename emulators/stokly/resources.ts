/** How a field compares in filters and sorts. A `list` is matched by its entries. */
export type FieldKind = 'text' | 'number' | 'date' | 'boolean' | 'list';

export type Fields = Readonly<Record<string, FieldKind>>;

/** What can be asked of one list resource. */
export interface Resource {
  readonly name: string;
  /** Its own id: the last tie-breaker of every sort, so that pages are stable. */
  readonly idField: string;
  readonly fields: Fields;
  /** The order without `sortField`. */
  readonly defaultSort: string | null;
  /** Names that filters and sorts use for a field that reads otherwise. */
  readonly aliases?: Readonly<Record<string, string>>;
}

export const SALE_ORDERS: Resource = {
  name: 'saleorders',
  idField: 'saleOrderId',
  defaultSort: 'createdAt',
  fields: {
    saleOrderId: 'text',
    customerId: 'text',
    stage: 'text',
    createdAt: 'date',
    timeUpdated: 'date',
    niceId: 'number',
    itemStatuses: 'list',
    sourceReferenceId: 'text',
  },
};

/** Lines keep the order of the sale order. */
export const SALE_ORDER_ITEMS: Resource = {
  name: 'saleorders items',
  idField: 'lineId',
  defaultSort: null,
  fields: { lineId: 'text', parentId: 'text', referenceId: 'text', itemSku: 'text', status: 'text' },
};

export const REFUNDS: Resource = {
  name: 'refunds',
  idField: 'refundId',
  defaultSort: 'createdAt',
  fields: {
    refundId: 'text',
    niceId: 'number',
    saleOrderId: 'text',
    createdAt: 'date',
    timeUpdated: 'date',
    status: 'text',
  },
};

export const CUSTOMERS: Resource = {
  name: 'customers',
  idField: 'customerId',
  defaultSort: 'createdAt',
  aliases: { name: 'fullName' },
  fields: {
    customerId: 'text',
    niceId: 'number',
    email: 'text',
    createdAt: 'date',
    timeUpdated: 'date',
    status: 'number',
    barcode: 'text',
    name: 'text',
  },
};

export const ITEMS: Resource = {
  name: 'items',
  idField: 'itemId',
  defaultSort: 'sku',
  fields: {
    itemId: 'text',
    sku: 'text',
    name: 'text',
    status: 'number',
    format: 'number',
    timeUpdated: 'date',
    timeCreated: 'date',
  },
};

export const INVENTORY_RECORDS: Resource = {
  name: 'inventory-records',
  idField: 'locationId',
  defaultSort: 'itemId',
  fields: { itemId: 'text', locationId: 'text', quarantined: 'number', onHand: 'number' },
};

/** Resources whose `timeUpdated` is an assumption, and can be switched off. On items it is known. */
export function withoutTimeUpdated(resource: Resource): Resource {
  const { timeUpdated: _switchedOff, ...fields } = resource.fields;
  return { ...resource, fields };
}
