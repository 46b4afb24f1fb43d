import type { FastifyInstance } from 'fastify';
import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import type { Account } from './account.js';
import { ApiError, badRequest } from './api-error.js';
import { faultSchema } from './faults.js';
import { settingsSchema } from './settings.js';
import { isoOf } from './shop-clock.js';
import { seedRoute } from './seed-route.js';
import { sampleContacts } from './sample/sample-contacts.js';
import { shownSettings, stateJson } from './state.js';
import { webhookTargetSchema } from './webhook-sender.js';

/** What tests and the demo steer the emulator with. README.md of this folder describes each. */
export function controlRoutes(app: FastifyInstance, account: Account): void {
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('application/json', { parseAs: 'string' }, (_request, body, done) => {
    done(null, body);
  });
  stateRoutes(app, account);
  clockRoute(app, account);
  faultRoutes(app, account);
  webhookRoutes(app, account);
  app.post('/tokens/revoke', async () => {
    account.tokens.revokeAll();
    return { live: account.tokens.liveCount };
  });
  app.post('/settings', async (request) => {
    account.changeSettings(parsed(settingsSchema.partial(), request.body));
    return shownSettings(account.settings);
  });
  app.get('/sample-contacts', async () => {
    if (account.timeline === null) {
      throw new ApiError(409, 'No sample is loaded: seed one first');
    }
    return sampleContacts(account.timeline.sample.accounts);
  });
  seedRoute(app, account);
}

function stateRoutes(app: FastifyInstance, account: Account): void {
  app.get('/state', async (request, reply) => {
    const { part } = parsed(z.strictObject({ part: z.enum(['all', 'counts']).default('all') }), request.query);
    return reply.type('application/json; charset=utf-8').send(stateJson(account, part === 'all'));
  });
  app.post('/reset', async () => {
    account.reset();
    return { reset: true };
  });
  app.get('/requests', async () => account.requests.report());
  app.delete('/requests', async () => {
    account.requests.clear();
    return account.requests.report();
  });
}

const DAY_MS = 86_400_000;
const clockSchema = z.union([
  z.strictObject({ to: z.iso.datetime({ offset: true }), emit: z.boolean().default(true) }),
  z.strictObject({
    advanceMs: z
      .int()
      .min(0)
      .max(1000 * DAY_MS),
    emit: z.boolean().default(true),
  }),
]);

function clockRoute(app: FastifyInstance, account: Account): void {
  app.post('/clock', async (request) => {
    const move = parsed(clockSchema, request.body);
    const nowMs = account.clock.nowMs();
    const toMs = 'to' in move ? Date.parse(move.to) : nowMs + move.advanceMs;
    if (account.timeline !== null && toMs < nowMs) {
      throw badRequest(`The shop's clock stands at ${isoOf(nowMs)} and its sample cannot be undone`);
    }
    const happened = account.advanceTo(toMs, move.emit);
    return { clock: account.clock.nowIso(), happened, left: account.timeline?.eventsLeft ?? 0 };
  });
}

function faultRoutes(app: FastifyInstance, account: Account): void {
  const bodySchema = z.union([z.array(faultSchema), faultSchema.transform((fault) => [fault])]);
  app.get('/faults', async () => account.faults.report());
  app.post('/faults', async (request) => {
    account.faults.arm(parsed(bodySchema, request.body));
    return account.faults.report();
  });
  app.delete('/faults', async () => {
    account.faults.clear();
    return account.faults.report();
  });
}

const eventSchema = z.strictObject({
  type: z.string().min(1),
  orderId: z.string().optional(),
  customerId: z.string().optional(),
  updatedAt: z.string().optional(),
  /** `webhook-id`; one of its own where missing. */
  id: z.string().optional(),
  /** Sends so many events, all with that id. */
  times: z.int().min(1).max(10_000).default(1),
});

function webhookRoutes(app: FastifyInstance, account: Account): void {
  app.get('/webhooks', async () => account.webhooks.report());
  app.post('/webhooks', async (request) => {
    account.webhooks.configure(parsed(webhookTargetSchema, request.body), account.options.seed);
    return account.webhooks.report();
  });
  app.delete('/webhooks', async () => {
    account.webhooks.reset();
    return account.webhooks.report();
  });
  app.post('/events', async (request) => {
    const { type, id: givenId, times, ...data } = parsed(eventSchema, request.body);
    const id = givenId ?? `evt_${randomUUID()}`;
    for (let sent = 0; sent < times; sent += 1) {
      account.webhooks.emit({ type, timestamp: account.clock.nowIso(), data }, id);
    }
    return { id, ...account.webhooks.report() };
  });
}

/** A body or query of that form; 400 that names each field that is wrong. Nothing counts as an empty object. */
export function parsed<T>(schema: z.ZodType<T>, given: unknown): T {
  const outcome = schema.safeParse(typeof given === 'string' ? jsonOf(given) : (given ?? {}));
  if (!outcome.success) {
    throw badRequest(z.prettifyError(outcome.error));
  }
  return outcome.data;
}

function jsonOf(text: string): unknown {
  try {
    return text.trim() === '' ? {} : JSON.parse(text);
  } catch {
    throw badRequest('The body is no JSON');
  }
}
