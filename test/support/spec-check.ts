import { type Exchange, SPEC_DEVIATIONS, type Violation } from './spec-deviations.js';
import { type Check, type Operation, type Parameter, readOperations } from './spec-documents.js';

export type { Exchange, Violation } from './spec-deviations.js';

/** Folder with the vendor's OpenAPI files; they are not ours to ship. */
export const SPECS_DIR = process.env['DOTDIGITAL_SPECS_DIR'];
export const HAS_SPECS = SPECS_DIR !== undefined && SPECS_DIR !== '';
export const NO_SPECS_LINE = 'skipped: set DOTDIGITAL_SPECS_DIR to the folder with the vendor’s OpenAPI files';

let operations: readonly Operation[] | undefined;

/** What in this exchange the vendor's files do not allow, known deviations left out. Throws when there are no files. */
export function checkExchange(exchange: Exchange): Violation[] {
  return explainExchange(exchange).violations;
}

/** The same, with the names of the known deviations that were met. */
export function explainExchange(exchange: Exchange): { violations: Violation[]; deviations: string[] } {
  const operation = operationOf(documented(), exchange);
  if (operation === undefined) {
    const message = `no file knows ${exchange.method} ${exchange.path}`;
    return { violations: [{ where: 'path', message }], deviations: [] };
  }
  const context = { ...exchange, template: operation.template };
  const deviations: string[] = [];
  const violations = violationsOf(operation, exchange).filter((violation) => {
    const known = SPEC_DEVIATIONS.find((deviation) => deviation.covers(context, violation));
    if (known !== undefined) deviations.push(known.name);
    return known === undefined;
  });
  return { violations, deviations };
}

/** The template that an exchange belongs to; undefined when no file knows it. */
export function templateOf(exchange: Pick<Exchange, 'method' | 'path'>): string | undefined {
  return operationOf(documented(), exchange)?.template;
}

function documented(): readonly Operation[] {
  if (!HAS_SPECS || SPECS_DIR === undefined) throw new Error(NO_SPECS_LINE);
  operations ??= readOperations(SPECS_DIR);
  return operations;
}

/** `/contacts/v3/import` is also a value under `/contacts/v3/{identifier}`: the template with fewer holes wins. */
function operationOf(all: readonly Operation[], { method, path }: Pick<Exchange, 'method' | 'path'>) {
  return all
    .filter((operation) => operation.method === method && operation.pattern.test(path))
    .sort((a, b) => holes(a) - holes(b))[0];
}

function holes(operation: Operation): number {
  return operation.template.split('{').length;
}

function violationsOf(operation: Operation, exchange: Exchange): Violation[] {
  const violations = [...pathViolations(operation, exchange), ...queryViolations(operation, exchange)];
  // A body that is sent to be refused is no violation; the refusal is checked like any answer.
  if (exchange.status !== 400) violations.push(...requestViolations(operation, exchange));
  const response = operation.responses.get(String(exchange.status));
  if (response === undefined) {
    const message = `${exchange.status} is not documented for ${exchange.method} ${operation.template}`;
    return [...violations, { where: 'status', message }];
  }
  return [...violations, ...responseViolations(response, exchange)];
}

function pathViolations(operation: Operation, exchange: Exchange): Violation[] {
  if (exchange.status === 400) return [];
  const names = [...operation.template.matchAll(/\{([^}]+)\}/g)].map((match) => match[1]);
  const values = operation.pattern.exec(exchange.path)?.slice(1) ?? [];
  return operation.parameters
    .filter((parameter) => parameter.in === 'path')
    .flatMap((parameter) => {
      const value = decodeURIComponent(values[names.indexOf(parameter.name)] ?? '');
      return errorsOf(parameter.check, typed(value, parameter), 'path').map(({ where, message }) => ({
        where,
        message: `${parameter.name}: ${message}`,
      }));
    });
}

function queryViolations(operation: Operation, exchange: Exchange): Violation[] {
  if (exchange.status === 400) return [];
  const known = operation.parameters.filter((parameter) => parameter.in === 'query');
  const unknown = Object.keys(exchange.query ?? {}).filter(
    (name) => !known.some((parameter) => parameter.name === name),
  );
  const wrong = known.flatMap((parameter) => {
    const value = exchange.query?.[parameter.name];
    if (value === undefined) {
      return parameter.isRequired ? [{ where: 'query' as const, message: `${parameter.name} is missing` }] : [];
    }
    return errorsOf(parameter.check, typed(value, parameter), 'query');
  });
  return [...unknown.map((name) => ({ where: 'query' as const, message: `${name} is not documented` })), ...wrong];
}

function typed(value: string, parameter: Parameter): unknown {
  if (parameter.isList) return value.split('|');
  return /^\d+$/.test(value) && parameter.check(Number(value)).length === 0 ? Number(value) : value;
}

function requestViolations(operation: Operation, exchange: Exchange): Violation[] {
  const { requestBody } = exchange;
  if (operation.requestBody === null) {
    return requestBody === undefined ? [] : [{ where: 'request', message: 'a body that is not documented' }];
  }
  return requestBody === undefined
    ? [{ where: 'request', message: 'the documented body is missing' }]
    : errorsOf(operation.requestBody, requestBody, 'request');
}

function responseViolations(check: Check | null, exchange: Exchange): Violation[] {
  const { responseBody } = exchange;
  if (check !== null) return errorsOf(check, responseBody, 'response');
  return responseBody === undefined ? [] : [{ where: 'response', message: 'a body that is not documented' }];
}

function errorsOf(check: Check, value: unknown, where: Violation['where']): Violation[] {
  return check(value).map((error) => ({
    where,
    message: `${error.instancePath} ${error.message ?? ''} ${JSON.stringify(error.params)}`.trim(),
  }));
}
