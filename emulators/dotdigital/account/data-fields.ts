import { isJsonNumber, type JsonValue } from '../json.js';

export type DataFieldType = 'String' | 'Numeric' | 'Date' | 'Boolean';

export interface DataField {
  readonly name: string;
  readonly type: DataFieldType;
  readonly visibility: 'Private' | 'Public';
  readonly defaultValue: JsonValue;
}

/** Letters, digits, dash and underscore, at most 20 (vendor's OpenAPI "contact-data-fields"). */
export const DATA_FIELD_NAME = /^[a-zA-Z0-9_-]{1,20}$/;
/** "Text fields hold up to 255 characters" (vendor's help pages). */
const FIELD_TEXT_LENGTH_MAX = 255;

/** In every account from the start. */
export const STANDARD_DATA_FIELDS: readonly DataField[] = [
  standard('FIRSTNAME', 'String'),
  standard('LASTNAME', 'String'),
  standard('FULLNAME', 'String'),
  standard('GENDER', 'String'),
  standard('POSTCODE', 'String'),
  standard('LASTSUBSCRIBED', 'Date'),
];

function standard(name: string, type: DataFieldType): DataField {
  return { name, type, visibility: 'Private', defaultValue: null };
}

/** What the vendor's connectors send (`string`, `numeric`) works, so the case of a type does not matter. */
export function dataFieldType(text: string): DataFieldType | null {
  const types: readonly DataFieldType[] = ['String', 'Numeric', 'Date', 'Boolean'];
  return types.find((type) => type.toLowerCase() === text.toLowerCase()) ?? null;
}

const ISO_DATE = /^\d{4}-\d{2}-\d{2}([T ]\d{2}:\d{2}(:\d{2}(\.\d{1,7})?)?(Z|[+-]\d{2}:?\d{2})?)?$/;

export function isDateText(text: string): boolean {
  return ISO_DATE.test(text) && !Number.isNaN(Date.parse(text));
}

/** Why this value does not fit the field, or null when it does. null (clears the field) always fits. */
export function fieldValueProblem(field: DataField, value: JsonValue): string | null {
  if (value === null) return null;
  switch (field.type) {
    case 'String':
      if (typeof value !== 'string') return 'is not text';
      return value.length > FIELD_TEXT_LENGTH_MAX ? `is longer than ${FIELD_TEXT_LENGTH_MAX} characters` : null;
    case 'Numeric':
      if (isJsonNumber(value)) return null;
      return typeof value === 'string' && /^-?\d+(\.\d+)?$/.test(value) ? null : 'is not a number';
    case 'Date':
      return typeof value === 'string' && isDateText(value) ? null : 'is not an ISO 8601 date';
    case 'Boolean':
      return typeof value === 'boolean' ? null : 'is not true or false';
  }
}
