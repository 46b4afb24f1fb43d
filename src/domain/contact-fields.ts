/** A data field of Dotdigital's contacts that Lockstep keeps. */
export interface ContactField {
  /** Without the prefix; with one of three characters at most `LIMITS.dataFieldNameMax`. */
  readonly name: string;
  /** Dotdigital's type; `Date` values go out as ISO UTC, `Numeric` as JSON numbers. */
  readonly type: 'String' | 'Numeric' | 'Date' | 'Boolean';
  /** `last` is written from the first order on, `spend` only once all orders of the customer were read. */
  readonly group: 'identity' | 'consent' | 'profile' | 'last' | 'spend';
  /** For a marketer; amounts say with or without tax. */
  readonly meaning: string;
}

/** THE table of contact fields: set-up creates them from it, docs/data-mapping.md is checked against it. */
export const CONTACT_FIELDS = [
  {
    name: 'STOKLY_ID',
    type: 'String',
    group: 'identity',
    meaning: "Stokly's id of the customer whose contact this is.",
  },
  {
    name: 'STOKLY_CONSENT',
    type: 'String',
    group: 'consent',
    meaning: 'Consent to marketing as Stokly states it: granted, refused or unknown. Not the subscription.',
  },
  { name: 'FIRSTNAME', type: 'String', group: 'profile', meaning: 'Forename; empty for companies.' },
  { name: 'LASTNAME', type: 'String', group: 'profile', meaning: 'Surname; empty for companies.' },
  { name: 'POSTCODE', type: 'String', group: 'profile', meaning: 'Postcode of the billing address.' },
  { name: 'CITY', type: 'String', group: 'profile', meaning: 'City of the billing address.' },
  {
    name: 'COUNTRY',
    type: 'String',
    group: 'profile',
    meaning: 'Country of the billing address, two letters (ISO 3166).',
  },
  {
    name: 'LAST_ORDER_DATE',
    type: 'Date',
    group: 'last',
    meaning: 'When the newest order was placed, orders in review included.',
  },
  { name: 'LAST_ORDER_ID', type: 'String', group: 'last', meaning: 'Number of the newest order with a record.' },
  {
    name: 'LAST_ORDER_STATUS',
    type: 'String',
    group: 'last',
    meaning: 'Its order_status. Left as it was when the news is older than TRIGGER_MAX_AGE.',
  },
  {
    name: 'LAST_DESPATCH_ID',
    type: 'String',
    group: 'last',
    meaning: 'Number of the order that was despatched last (Stokly has no number of a despatch).',
  },
  { name: 'LAST_DESPATCHED', type: 'Date', group: 'last', meaning: 'When that order was despatched.' },
  { name: 'LAST_REFUND_DATE', type: 'Date', group: 'last', meaning: 'When money was last given back.' },
  {
    name: 'TOTAL_SPEND',
    type: 'Numeric',
    group: 'spend',
    meaning: 'With tax. Sum of order_gross_total over all records in the account currency, refunds not taken off.',
  },
  {
    name: 'TOTAL_REFUND',
    type: 'Numeric',
    group: 'spend',
    meaning: 'With tax, a positive number. Sum of refunded_total over the same records.',
  },
  {
    name: 'NET_SPEND',
    type: 'Numeric',
    group: 'spend',
    meaning: 'With tax. TOTAL_SPEND less TOTAL_REFUND: the lifetime value.',
  },
  {
    name: 'NUMBER_OF_ORDERS',
    type: 'Numeric',
    group: 'spend',
    meaning: 'Orders in the account currency that are not cancelled, not free and not fully refunded.',
  },
  {
    name: 'AVG_ORDER_VALUE',
    type: 'Numeric',
    group: 'spend',
    meaning: 'With tax. NET_SPEND divided by NUMBER_OF_ORDERS; empty without orders.',
  },
  {
    name: 'FIRST_ORDER_DATE',
    type: 'Date',
    group: 'spend',
    meaning: 'When the first order that is not cancelled, not free and not fully refunded was placed, in any currency.',
  },
  {
    name: 'OTHER_CURRENCY',
    type: 'Boolean',
    group: 'spend',
    meaning: 'True when there are records in another currency, which the amounts leave out: nothing is converted.',
  },
  {
    name: 'ORDERS_IN_REVIEW',
    type: 'Numeric',
    group: 'spend',
    meaning: 'Orders that a person has still to decide on.',
  },
  {
    name: 'SPEND_IN_REVIEW',
    type: 'Numeric',
    group: 'spend',
    meaning: 'With tax. By how much NET_SPEND may still move through those, up or down.',
  },
] as const satisfies readonly ContactField[];

export type ContactFieldName = (typeof CONTACT_FIELDS)[number]['name'];
