import { badRequest } from './api-error.js';

const OPERATORS = ['==', '!=', '::', '!:', '=*', '>>', '<<', '>=', '<='] as const;
export type Operator = (typeof OPERATORS)[number];

/** What stands in the braces: `{X}`, `{@string;X}` or `{@null;}`. */
export type FilterValue = { readonly kind: 'plain' | 'string'; readonly text: string } | { readonly kind: 'null' };

export interface Condition {
  readonly kind: 'condition';
  readonly field: string;
  readonly operator: Operator;
  readonly value: FilterValue;
}

export type Filter = Condition | { readonly kind: 'and' | 'or'; readonly parts: readonly Filter[] };

const NESTING_MAX = 32;

/**
 * Parses Stokly's filter grammar: conditions `[field]op{value}` joined by `&&` (binds tighter) and `||`, grouped with
 * parentheses. A value ends at the first `}`: how to escape one is not known. Anything else: 400 that says where.
 */
export function parseFilter(text: string): Filter {
  const reader = new FilterReader(text);
  const filter = reader.readOr(0);
  reader.expectEnd();
  return filter;
}

class FilterReader {
  #at = 0;

  constructor(readonly text: string) {}

  readOr(depth: number): Filter {
    return this.#readJoined('||', 'or', () => this.#readAnd(depth));
  }

  #readAnd(depth: number): Filter {
    return this.#readJoined('&&', 'and', () => this.#readOne(depth));
  }

  #readJoined(joint: string, kind: 'and' | 'or', readPart: () => Filter): Filter {
    const first = readPart();
    const parts = [first];
    while (this.#take(joint)) {
      parts.push(readPart());
    }
    return parts.length === 1 ? first : { kind, parts };
  }

  #readOne(depth: number): Filter {
    if (depth > NESTING_MAX) {
      throw badRequest(`Invalid filter: more than ${NESTING_MAX} nested parentheses`);
    }
    if (this.#take('(')) {
      const inner = this.readOr(depth + 1);
      if (!this.#take(')')) {
        throw this.#expected('")"');
      }
      return inner;
    }
    return this.#readCondition();
  }

  #readCondition(): Condition {
    const field = this.#readBetween('[', ']', 'a condition like [field]=={value}');
    const operator = OPERATORS.find((candidate) => this.#take(candidate));
    if (operator === undefined) {
      throw this.#expected(`an operator out of ${OPERATORS.join(' ')}`);
    }
    return { kind: 'condition', field, operator, value: valueOf(this.#readBetween('{', '}', 'a value in {}')) };
  }

  #readBetween(open: string, close: string, wanted: string): string {
    if (!this.#take(open)) {
      throw this.#expected(wanted);
    }
    const end = this.text.indexOf(close, this.#at);
    if (end === -1) {
      throw this.#expected(`a closing "${close}"`);
    }
    const inner = this.text.slice(this.#at, end);
    this.#at = end + close.length;
    return inner;
  }

  expectEnd(): void {
    if (this.#at < this.text.length) {
      throw this.#expected('"&&", "||" or the end');
    }
  }

  #take(token: string): boolean {
    const isNext = this.text.startsWith(token, this.#at);
    if (isNext) {
      this.#at += token.length;
    }
    return isNext;
  }

  #expected(wanted: string): Error {
    return badRequest(`Invalid filter: expected ${wanted} at position ${this.#at}`);
  }
}

function valueOf(inner: string): FilterValue {
  const typed = /^@([a-z]*);([\s\S]*)$/i.exec(inner);
  if (typed === null) {
    return { kind: 'plain', text: inner };
  }
  const text = typed[2] ?? '';
  switch (typed[1]) {
    case 'string':
      return { kind: 'string', text };
    case 'null':
      if (text !== '') {
        throw badRequest('Invalid filter: {@null;} takes no value');
      }
      return { kind: 'null' };
    default:
      throw badRequest(`Invalid filter: unknown value type @${typed[1]}`);
  }
}
