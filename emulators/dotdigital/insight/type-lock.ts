import { isDateText } from '../account/data-fields.js';
import { isJsonArray, isJsonNumber, isJsonObject, type JsonObject, type JsonValue } from '../json.js';
import type { Settings } from '../settings.js';

export type LockedType = 'text' | 'date-time' | 'integer' | 'decimal' | 'number' | 'boolean' | 'object' | 'array';
/** Type by JSON path: `order_total`, `products[].sku`. */
export type TypeLocks = Map<string, LockedType>;

/** Reasons of the vendor's `failureReason`; the second line is in its v2 file only. */
export type RecordRefusalReason =
  | 'Unknown'
  | 'InvalidClientKey'
  | 'InvalidContactIdentifier'
  | 'InvalidJson'
  | 'DuplicateKey'
  | 'ContactIdDoesNotExist'
  | 'ContactEmailDoesNotExist'
  | 'JsonContainsNestedArray'
  | 'JsonKeyTooLong'
  | 'JsonKeyInvalidCharacters'
  | 'JsonValueTooLong'
  | 'JsonValueIncompatibleWithSchema'
  | 'JsonNumberValueTooLarge'
  | 'JsonContainsDashUnderscoreClash'
  | 'KeyExistingForDifferentContact';

export interface RecordRefusal {
  readonly reason: RecordRefusalReason;
  /** Where: a JSON path, or the record's key. */
  readonly item: string;
  readonly description: string;
}

/** Nowhere documented; generous, so that only what is surely wrong is refused. */
const KEY_LENGTH_MAX = 255;
const TEXT_LENGTH_MAX = 8_000;
const NUMBER_MAX = 1e15;

interface Walk {
  readonly locks: TypeLocks;
  /** What this record would add to the locks, if nothing in it is refused. */
  readonly fresh: TypeLocks;
  readonly refusals: RecordRefusal[];
  readonly settings: Settings;
}

/**
 * Checks a record against what the collection has seen, and locks the types that are new.
 * A refused record locks nothing. A path's type is locked by the first value ever stored there and stays locked
 * until the collection is emptied or deleted (the only cure that the vendor's support knows).
 */
export function checkAndLock(record: JsonObject, locks: TypeLocks, settings: Settings): RecordRefusal[] {
  const walk: Walk = { locks, fresh: new Map(), refusals: [], settings };
  visitObject(record, '', walk);
  if (walk.refusals.length === 0) for (const [path, type] of walk.fresh) locks.set(path, type);
  return walk.refusals;
}

function visitObject(value: JsonObject, path: string, walk: Walk): void {
  for (const [key, child] of Object.entries(value)) {
    const at = path === '' ? key : `${path}.${key}`;
    const problem = keyProblem(key, value);
    if (problem !== null) walk.refusals.push({ ...problem, item: at });
    else visit(child, at, walk);
  }
}

function keyProblem(key: string, holder: JsonObject): Omit<RecordRefusal, 'item'> | null {
  if (!/^[A-Za-z0-9_-]+$/.test(key)) {
    return { reason: 'JsonKeyInvalidCharacters', description: 'a key holds letters, digits, dash and underscore' };
  }
  if (key.length > KEY_LENGTH_MAX) {
    return { reason: 'JsonKeyTooLong', description: `a key holds at most ${KEY_LENGTH_MAX} characters` };
  }
  if (key.includes('-') && isClashing(key, holder)) {
    return {
      reason: 'JsonContainsDashUnderscoreClash',
      description: 'clashes with a key that has an underscore there',
    };
  }
  return null;
}

/** Whether another key of the object differs from this one only by dash and underscore. */
function isClashing(key: string, holder: JsonObject): boolean {
  const spelled = key.replaceAll('-', '_');
  return Object.keys(holder).some((other) => other !== key && other.replaceAll('-', '_') === spelled);
}

function visit(value: JsonValue, path: string, walk: Walk): void {
  if (value === null) {
    if (walk.settings.areNullsRefused) refuse(walk, path, { description: 'null has no type' });
    return;
  }
  if (isJsonArray(value)) visitArray(value, path, walk);
  else if (isJsonObject(value)) {
    if (lock(path, 'object', walk)) visitObject(value, path, walk);
  } else visitLeaf(value, path, walk);
}

function visitArray(value: readonly JsonValue[], path: string, walk: Walk): void {
  if (value.length === 0) {
    if (walk.settings.areEmptyArraysRefused) refuse(walk, path, { description: 'an empty array has no type' });
    return;
  }
  if (!lock(path, 'array', walk)) return;
  for (const element of value) {
    if (isJsonArray(element)) {
      refuse(walk, path, { reason: 'JsonContainsNestedArray', description: 'an array inside an array' });
    } else visit(element, `${path}[]`, walk);
  }
}

function visitLeaf(
  value: Exclude<JsonValue, null | readonly JsonValue[] | JsonObject>,
  path: string,
  walk: Walk,
): void {
  if (typeof value === 'string') {
    if (value.length > TEXT_LENGTH_MAX) {
      refuse(walk, path, { reason: 'JsonValueTooLong', description: `longer than ${TEXT_LENGTH_MAX} characters` });
    } else lock(path, isDateText(value) ? 'date-time' : 'text', walk);
  } else if (isJsonNumber(value)) {
    if (Math.abs(Number(value.value)) > NUMBER_MAX) {
      refuse(walk, path, { reason: 'JsonNumberValueTooLarge', description: `above ${NUMBER_MAX}` });
    } else lock(path, numberType(value.value, walk.settings), walk);
  } else lock(path, 'boolean', walk);
}

function numberType(text: string, settings: Settings): LockedType {
  if (!settings.isIntegerLockedAgainstDecimal) return 'number';
  return /^-?\d+$/.test(text) ? 'integer' : 'decimal';
}

/** False when the path is locked to another type. */
function lock(path: string, type: LockedType, walk: Walk): boolean {
  const locked = walk.locks.get(path) ?? walk.fresh.get(path);
  if (locked === undefined) {
    walk.fresh.set(path, type);
    return true;
  }
  if (fits(type, locked)) return true;
  refuse(walk, path, {
    description: `'${path}' already exists in this collection and new values must be of this type: ${locked}`,
  });
  return false;
}

/** A date is also a text; a lock made before a switch was turned still holds numbers of both kinds. */
function fits(type: LockedType, locked: LockedType): boolean {
  if (type === locked) return true;
  if (locked === 'text') return type === 'date-time';
  if (locked === 'number') return type === 'integer' || type === 'decimal';
  return type === 'number' && (locked === 'integer' || locked === 'decimal');
}

function refuse(walk: Walk, item: string, why: { reason?: RecordRefusalReason; description: string }): void {
  walk.refusals.push({
    reason: why.reason ?? 'JsonValueIncompatibleWithSchema',
    item,
    description: why.description,
  });
}
