import { isLosslessNumber, type LosslessNumber, parse, stringify } from 'lossless-json';

/** JSON whose numbers keep their text: `10.00` stays `10.00`, so that an integer can be told from a decimal. */
export type JsonValue = string | boolean | null | LosslessNumber | readonly JsonValue[] | JsonObject;
export interface JsonObject {
  readonly [key: string]: JsonValue;
}

/** Throws a SyntaxError on anything that is not JSON. */
export function parseJson(text: string): JsonValue {
  return parse(text) as JsonValue;
}

/** Writes numbers digit by digit as they came in. */
export function jsonText(value: unknown): string {
  return stringify(value) ?? 'null';
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
