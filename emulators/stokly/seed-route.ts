import type { FastifyInstance } from 'fastify';
import { isSafeNumber, parse } from 'lossless-json';
import { z } from 'zod';
import type { Account } from './account.js';
import { badRequest } from './api-error.js';
import { importSample } from './sample/import-sample.js';
import type { Seeded } from './seeder.js';
import { isList, isObject, NumberText, type WireObject, type WireValue } from './wire.js';

const sampleSchema = z.strictObject({
  dataPath: z.string().min(1).optional(),
  invoices: z.int().min(1).optional(),
  from: z.iso.datetime({ offset: true }).optional(),
  to: z.iso.datetime({ offset: true }).optional(),
});

/** Objects of each kind, in the order in which they go in. */
export interface SeedRequest {
  readonly customers: readonly WireObject[];
  readonly orders: readonly WireObject[];
  readonly refunds: readonly WireObject[];
  readonly emit: boolean;
  readonly sample: z.infer<typeof sampleSchema> | null;
}

/** What a seed answers: the ids in the order given, and the events that went out. */
export interface SeedAnswer {
  readonly customers: readonly string[];
  readonly orders: readonly string[];
  readonly refunds: readonly string[];
  readonly events: number;
}

/** `POST seed`: bodies are parsed without loss, so that `10.50` or a number beyond 2^53 is served as it was seeded. */
export function seedRoute(app: FastifyInstance, account: Account): void {
  app.post('/seed', async (request) => seed(account, seedRequest(wireBody(request.body))));
}

function seed(account: Account, request: SeedRequest): SeedAnswer & { sample?: unknown } {
  if (request.sample !== null) {
    account.plan(importedSample(request.sample));
  }
  const { seeder } = account;
  const customers = request.customers.map((customer) => seeder.customer(customer));
  const orders = request.orders.map((order) => seeder.order(order));
  const refunds = request.refunds.map((refund) => seeder.refund(refund));
  const happenings = [...customers, ...orders, ...refunds].flatMap(({ happening }) => happening ?? []);
  if (request.emit) {
    for (const happening of happenings) {
      account.emit(happening);
    }
  }
  return {
    customers: idsOf(customers),
    orders: idsOf(orders),
    refunds: idsOf(refunds),
    events: request.emit ? happenings.length : 0,
    ...(request.sample === null ? {} : { sample: account.timeline?.sample.report }),
  };
}

function importedSample(options: z.infer<typeof sampleSchema>): ReturnType<typeof importSample> {
  try {
    return importSample(options);
  } catch (error) {
    throw badRequest(`The sample cannot be read: ${error instanceof Error ? error.message : String(error)}`);
  }
}

function idsOf(seeded: readonly Seeded[]): string[] {
  return seeded.map(({ id }) => id);
}

const KEYS = ['customers', 'orders', 'refunds', 'emit', 'sample'];

function seedRequest(body: WireObject): SeedRequest {
  const unknown = Object.keys(body).find((key) => !KEYS.includes(key));
  if (unknown !== undefined) {
    throw badRequest(`Unknown field ${unknown}`);
  }
  const sample = body['sample'] === undefined ? null : sampleSchema.safeParse(body['sample']);
  if (sample !== null && !sample.success) {
    throw badRequest(z.prettifyError(sample.error));
  }
  return {
    customers: objects(body, 'customers'),
    orders: objects(body, 'orders'),
    refunds: objects(body, 'refunds'),
    emit: body['emit'] === true,
    sample: sample === null ? null : sample.data,
  };
}

function objects(body: WireObject, key: string): WireObject[] {
  const value = body[key] ?? [];
  if (!isList(value)) {
    throw badRequest(`${key} must be a list of objects`);
  }
  return value.map((entry) => {
    if (!isObject(entry)) {
      throw badRequest(`${key} must be a list of objects`);
    }
    return entry;
  });
}

function wireBody(body: unknown): WireObject {
  try {
    const value = wireValue(parse(typeof body === 'string' && body.trim() !== '' ? body : '{}', undefined, numberOf));
    if (isObject(value)) {
      return value;
    }
  } catch {
    // Falls through to the one answer for everything that is no JSON object.
  }
  throw badRequest('The body is no JSON object');
}

/** Whole numbers stay numbers; all others keep their text. */
function numberOf(text: string): number | NumberText {
  return /^-?\d+$/.test(text) && isSafeNumber(text) ? Number(text) : new NumberText(text);
}

function wireValue(value: unknown): WireValue {
  if (Array.isArray(value)) {
    return value.map(wireValue);
  }
  if (value instanceof NumberText || value === null) {
    return value;
  }
  switch (typeof value) {
    case 'string':
    case 'number':
    case 'boolean':
      return value;
    case 'object':
      return Object.fromEntries(Object.entries(value).map(([key, entry]) => [key, wireValue(entry)]));
    default:
      throw new TypeError('no JSON value');
  }
}
