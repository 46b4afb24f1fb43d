import { isLosslessNumber, type LosslessNumber, parse } from 'lossless-json';

/** JSON whose numbers keep their text: `10.00` stays `10.00`, so that an integer can be told from a decimal. */
export type JsonValue = string | boolean | null | LosslessNumber | readonly JsonValue[] | JsonObject;
export interface JsonObject {
  readonly [key: string]: JsonValue;
}

/** Throws a SyntaxError on anything that is not JSON. */
export function parseJson(text: string): JsonValue {
  return parse(text) as JsonValue;
}

/** JSON text that is written as it stands. */
export class RawJson {
  constructor(readonly text: string) {}
}

/** Writes numbers digit by digit as they came in, and RawJson as it is; leaves undefined out. */
export function jsonText(value: unknown): string {
  if (value instanceof RawJson) return value.text;
  if (isLosslessNumber(value)) return value.value;
  if (Array.isArray(value)) return `[${value.map(jsonText).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? 'null';
  const members = Object.entries(value)
    .filter(([, member]) => member !== undefined)
    .map(([key, member]) => `${JSON.stringify(key)}:${jsonText(member)}`);
  return `{${members.join(',')}}`;
}

export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !isLosslessNumber(value);
}

export function isJsonArray(value: unknown): value is readonly JsonValue[] {
  return Array.isArray(value);
}

export function isJsonNumber(value: unknown): value is LosslessNumber {
  return isLosslessNumber(value);
}
