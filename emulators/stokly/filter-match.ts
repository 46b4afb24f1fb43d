import { badRequest } from './api-error.js';
import type { Condition, Filter, FilterValue } from './filter-grammar.js';
import type { FieldKind, Resource } from './resources.js';
import { isList, plainText, type WireObject, type WireValue } from './wire.js';

export type Predicate = (object: WireObject) => boolean;

/** What one condition asks of a value; made once a request, so that a wrong filter answers 400 even over no rows. */
type Test = (value: WireValue | undefined) => boolean;

/** Throws 400 for a field that the resource cannot be filtered by, and for a value that the field cannot have. */
export function compileFilter(filter: Filter, resource: Resource): Predicate {
  if (filter.kind === 'condition') {
    const kind = resource.fields[filter.field];
    if (kind === undefined) {
      throw badRequest(`Unknown filter field [${filter.field}] on ${resource.name}`);
    }
    const test = compileCondition(filter, kind);
    const field = resource.aliases?.[filter.field] ?? filter.field;
    return (object) => test(object[field]);
  }
  const parts = filter.parts.map((part) => compileFilter(part, resource));
  return filter.kind === 'and'
    ? (object) => parts.every((matches) => matches(object))
    : (object) => parts.some((matches) => matches(object));
}

function compileCondition(condition: Condition, kind: FieldKind): Test {
  const { operator, value } = condition;
  if (value.kind === 'null') {
    return nullTest(condition);
  }
  switch (operator) {
    case '==':
      return equals(value, kind);
    case '!=':
      return not(equals(value, kind));
    case '::':
      return contains(value);
    case '!:':
      return not(contains(value));
    case '=*': {
      const tests = value.text.split(',').map((text) => equals({ kind: value.kind, text }, kind));
      return (actual) => tests.some((test) => test(actual));
    }
    case '>>':
      return ordered(condition, kind, (comparison) => comparison > 0);
    case '<<':
      return ordered(condition, kind, (comparison) => comparison < 0);
    case '>=':
      return ordered(condition, kind, (comparison) => comparison >= 0);
    case '<=':
      return ordered(condition, kind, (comparison) => comparison <= 0);
  }
}

function nullTest({ operator, field }: Condition): Test {
  const isNull: Test = (actual) => actual === null || actual === undefined;
  switch (operator) {
    case '==':
      return isNull;
    case '!=':
      return not(isNull);
    default:
      throw badRequest(`Invalid filter: [${field}]${operator} cannot be used with null`);
  }
}

type TextValue = Extract<FilterValue, { text: string }>;

/** A list equals a value when it has that entry and no other. */
function equals(value: TextValue, kind: FieldKind): Test {
  const wanted = comparable(value.text, value.kind === 'string' && kind === 'number' ? 'text' : kind);
  return (actual) => {
    const single = isList(actual) ? (actual.length === 1 ? actual[0] : null) : actual;
    const text = plainText(single);
    return text !== null && compare(text, wanted) === 0;
  };
}

/** Text contains a part of it; a list contains an entry. */
function contains(value: TextValue): Test {
  return (actual) =>
    isList(actual)
      ? actual.some((entry) => plainText(entry) === value.text)
      : (plainText(actual)?.includes(value.text) ?? false);
}

function ordered({ value, field, operator }: Condition, kind: FieldKind, holds: (comparison: number) => boolean): Test {
  if (kind === 'list' || kind === 'boolean' || value.kind === 'null') {
    throw badRequest(`Invalid filter: [${field}]${operator} needs a field that has an order`);
  }
  const wanted = comparable(value.text, kind);
  return (actual) => {
    const text = plainText(actual);
    return text !== null && holds(compare(text, wanted));
  };
}

function not(test: Test): Test {
  return (actual) => !test(actual);
}

interface Comparable {
  readonly kind: FieldKind;
  readonly text: string;
  readonly number: number;
}

/** Throws 400 where the text is no number, no date or no boolean though the field is one. */
function comparable(text: string, kind: FieldKind): Comparable {
  const number = kind === 'date' ? Date.parse(text) : Number(text);
  const isNumber = !Number.isNaN(number) && text.trim() !== '';
  if ((kind === 'date' || kind === 'number') && !isNumber) {
    throw badRequest(`Invalid filter: "${text}" is not a ${kind}`);
  }
  if (kind === 'boolean' && text !== 'true' && text !== 'false') {
    throw badRequest(`Invalid filter: "${text}" is neither true nor false`);
  }
  return { kind, text, number };
}

/** NaN, which is neither equal nor ordered, for a stored value that is not of its field's kind. */
function compare(actual: string, wanted: Comparable): number {
  switch (wanted.kind) {
    case 'date':
      return Date.parse(actual) - wanted.number;
    case 'number':
      return Number(actual) - wanted.number;
    case 'text':
    case 'list':
    case 'boolean':
      return actual === wanted.text ? 0 : actual < wanted.text ? -1 : 1;
  }
}
