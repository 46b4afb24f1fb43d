import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv, type ErrorObject, type ValidateFunction } from 'ajv';
import addFormats from 'ajv-formats';

export type JsonMap = Readonly<Record<string, unknown>>;

/** Compiled when it is first needed: the files describe hundreds of calls. */
export type Check = (value: unknown) => readonly ErrorObject[];

export interface Operation {
  readonly method: string;
  readonly template: string;
  readonly pattern: RegExp;
  readonly parameters: readonly Parameter[];
  readonly requestBody: Check | null;
  readonly responses: ReadonlyMap<string, Check | null>;
}

export interface Parameter {
  readonly name: string;
  readonly in: string;
  readonly isRequired: boolean;
  readonly isList: boolean;
  readonly check: Check;
}

const FILES = [
  'dotdigital-contacts-service.json',
  'dotdigital-insight-data-service.json',
  'dotdigital-v2-api-swagger.json',
] as const;

/** Reads the vendor's OpenAPI 3 files and compiles what they say about each call. */
export function readOperations(folder: string): Operation[] {
  const ajv = new Ajv({
    strict: false,
    allErrors: true,
    coerceTypes: false,
    validateSchema: false,
    unicodeRegExp: false,
  });
  addFormats.default(ajv);
  for (const format of ['int32', 'int64', 'float', 'double', 'guid', 'json', 'binary']) ajv.addFormat(format, true);
  return FILES.flatMap((file) => {
    const document = loosened(JSON.parse(readFileSync(join(folder, file), 'utf8')) as unknown) as JsonMap;
    ajv.addSchema(document, file);
    return operationsOf(document, { ajv, file });
  });
}

interface Compiler {
  readonly ajv: Ajv;
  readonly file: string;
}

function operationsOf(document: JsonMap, compiler: Compiler): Operation[] {
  const operations: Operation[] = [];
  for (const [template, item] of Object.entries(map(document['paths']))) {
    for (const [method, operation] of Object.entries(map(item))) {
      if (!['get', 'put', 'post', 'patch', 'delete'].includes(method)) continue;
      operations.push(operationOf(compiler, { method: method.toUpperCase(), template, operation: map(operation) }));
    }
  }
  return operations;
}

function operationOf(compiler: Compiler, call: { method: string; template: string; operation: JsonMap }): Operation {
  const responses = Object.entries(map(call.operation['responses'])).map(
    ([status, response]): [string, Check | null] => [status, contentOf(compiler, response)],
  );
  const parameters = (call.operation['parameters'] as JsonMap[] | undefined) ?? [];
  return {
    method: call.method,
    template: call.template,
    pattern: new RegExp(`^${call.template.replace(/\{[^}]+\}/g, '([^/]+)')}$`),
    parameters: parameters.map((parameter) => ({
      name: String(parameter['name']),
      in: String(parameter['in']),
      isRequired: parameter['required'] === true,
      isList: map(parameter['schema'])['type'] === 'array',
      check: compile(compiler, parameter['schema']),
    })),
    requestBody: contentOf(compiler, call.operation['requestBody']),
    responses: new Map(responses),
  };
}

/** The JSON schema of a body, or null where none is documented. */
function contentOf(compiler: Compiler, holder: unknown): Check | null {
  const json = map(map(map(holder)['content'])['application/json']);
  return json['schema'] === undefined ? null : compile(compiler, json['schema']);
}

function compile({ ajv, file }: Compiler, schema: unknown): Check {
  let validate: ValidateFunction | undefined;
  return (value) => {
    validate ??= ajv.compile(absolute(schema ?? {}, file) as JsonMap);
    return validate(value) ? [] : (validate.errors ?? []);
  };
}

/** `#/components/…` of a part that is compiled on its own points into its file. */
function absolute(value: unknown, file: string): unknown {
  if (Array.isArray(value)) return value.map((one: unknown) => absolute(one, file));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, child]) =>
      key === '$ref' && typeof child === 'string' ? [key, `${file}${child}`] : [key, absolute(child, file)],
    ),
  );
}

/** OpenAPI says `nullable` also where no type stands; JSON Schema validators refuse to read that. */
function loosened(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(loosened);
  if (typeof value !== 'object' || value === null) return value;
  const isTypeless = 'nullable' in value && !('type' in value);
  return Object.fromEntries(
    Object.entries(value)
      .filter(([key]) => !(isTypeless && key === 'nullable'))
      .map(([key, child]): [string, unknown] => [key, loosened(child)]),
  );
}

function map(value: unknown): JsonMap {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as JsonMap) : {};
}
