import { stringify } from 'lossless-json';
import type { DecimalText, RecordJson } from './api.js';

const DECIMAL = /^-?(0|[1-9]\d{0,17})(\.\d{1,6})?$/;

/** A record as JSON text: `{ decimal: '10.00' }` goes out as the number `10.00`, digit by digit. */
export function writeRecordJson(record: RecordJson): string {
  const body = stringify(record, undefined, undefined, [{ test: isDecimalText, stringify: decimalOf }]);
  if (body === undefined) throw new RangeError('a record that has no JSON');
  return body;
}

function isDecimalText(value: unknown): value is DecimalText {
  if (typeof value !== 'object' || value === null || !('decimal' in value)) return false;
  return Object.keys(value).length === 1 && typeof value.decimal === 'string';
}

/** Refused here rather than sent as an object: the first value stored under a key locks its type for ever. */
function decimalOf(value: unknown): string {
  if (!isDecimalText(value) || !DECIMAL.test(value.decimal)) throw new RangeError('a decimal that is no JSON number');
  return value.decimal;
}
