/** A JSON number kept as the text it is written with, so that `10.50` goes out as `10.50` and never as a float's rest. */
export class NumberText {
  constructor(readonly text: string) {}
}

export type WireValue = null | boolean | number | string | NumberText | readonly WireValue[] | WireObject;

/** An object as it goes over the wire, in Stokly's own field names. Also holds what a test seeded wrongly on purpose. */
export interface WireObject {
  [field: string]: WireValue;
}

/** How amounts are written: `10.50` or `"10.50"`. Stokly is known to do both. */
export type AmountForm = 'numbers' | 'text';

/** Fields that hold an amount and follow `AmountForm`; every other number stays a number. */
const AMOUNT_FIELD = /^(display|exchangeRate$)/;

/** JSON text of a value with every amount exact. Keys in the order they were set. */
export function toJson(value: WireValue, amounts: AmountForm, field = ''): string {
  const number = typeof value === 'number' ? String(value) : value instanceof NumberText ? value.text : null;
  if (number !== null) {
    return amounts === 'text' && AMOUNT_FIELD.test(field) ? `"${number}"` : number;
  }
  if (isList(value)) {
    return `[${value.map((entry) => toJson(entry, amounts, field)).join(',')}]`;
  }
  if (typeof value === 'object' && value !== null) {
    const fields = Object.entries(value).map(([key, entry]) => `${JSON.stringify(key)}:${toJson(entry, amounts, key)}`);
    return `{${fields.join(',')}}`;
  }
  return JSON.stringify(value);
}

export function isList(value: WireValue | undefined): value is readonly WireValue[] {
  return Array.isArray(value);
}

export function isObject(value: WireValue | undefined): value is WireObject {
  return typeof value === 'object' && value !== null && !isList(value) && !(value instanceof NumberText);
}

/** The text of a field, or null where it is missing, null or no text. */
export function textOf(object: WireObject, field: string): string | null {
  const value = object[field];
  return typeof value === 'string' ? value : null;
}

/** A value as plain text for comparisons; null for null, lists and objects. */
export function plainText(value: WireValue | undefined): string | null {
  if (value instanceof NumberText) {
    return value.text;
  }
  switch (typeof value) {
    case 'string':
      return value;
    case 'number':
    case 'boolean':
      return String(value);
    default:
      return null;
  }
}

/** Any object's own fields as wire values; undefined fields are left out. */
export function fieldsOf(value: WireValue | undefined): WireObject {
  return isObject(value) ? value : {};
}

export function listOf(value: WireValue | undefined): readonly WireValue[] {
  return isList(value) ? value : [];
}
