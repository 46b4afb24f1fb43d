import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Account } from './account.js';
import { ApiError, notFound } from './api-error.js';
import { inventoryRecordsOf } from './inventory.js';
import { listPage, parseListQuery } from './listing.js';
import {
  CUSTOMERS,
  INVENTORY_RECORDS,
  ITEMS,
  REFUNDS,
  SALE_ORDERS,
  SALE_ORDER_ITEMS,
  withoutTimeUpdated,
  type Resource,
} from './resources.js';
import type { Settings } from './settings.js';
import type { Filter } from './filter-grammar.js';
import { toJson, type WireObject } from './wire.js';

/** Paths that Stokly is known to have and that this emulator does not have: they answer 501 with their name. */
const NOT_EMULATED =
  /^\/v\d\/(signin|admin|saleorders|customers|refunds|items|inventory-records|invoices|credit-notes|channels|variable-items|item-types|item-attributes|item-attribute-values|item-barcodes|tags|inventory-movements|adjustments|locations|bins|suppliers|purchase-orders|goods-receipts|stock-transfers|manufacturing-runs|variances|listings)(\/|$)/;

/** Stokly's API. Everything but the grant needs a token and counts against the rate window. */
export function apiRoutes(app: FastifyInstance, account: Account): void {
  const { tokens, rateWindow } = account;
  const answers = new Answers(account);
  app.post('/v1/grant', async (request, reply) => answers.send(reply, tokens.grant(request.body, account.settings)));
  const preHandler = async (request: FastifyRequest, reply: FastifyReply): Promise<void> => {
    tokens.check(request.headers.authorization);
    reply.header('x-ratelimit-remaining', rateWindow.take(account.settings));
  };
  app.register(async (guarded) => {
    guarded.addHook('preHandler', preHandler);
    saleOrderRoutes(guarded, account, answers);
    otherRoutes(guarded, account, answers);
  });
  app.setNotFoundHandler(async (request) => {
    const path = request.url.split('?', 1)[0] ?? '';
    throw NOT_EMULATED.test(path) ? new ApiError(501, `Not emulated: ${request.method} ${path}`) : notFound();
  });
}

function saleOrderRoutes(app: FastifyInstance, account: Account, answers: Answers): void {
  const { store } = account;
  app.get('/v2/saleorders', async (request, reply) =>
    answers.list(request, reply, {
      resource: dated(SALE_ORDERS, account.settings),
      rows: (filter) => store.orders.candidates(filter),
      shown: shownOrder,
    }),
  );
  app.get<IdPath>('/v2/saleorders/:id', async (request, reply) =>
    answers.one(reply, store.orders.get(request.params.id), shownOrder),
  );
  app.get<IdPath>('/v2/saleorders/:id/items', async (request, reply) => {
    const order = store.order(request.params.id);
    if (order === null) {
      throw notFound();
    }
    return answers.list(request, reply, { resource: SALE_ORDER_ITEMS, rows: () => order.lines, shown: asIs });
  });
}

function otherRoutes(app: FastifyInstance, account: Account, answers: Answers): void {
  const { store } = account;
  app.get('/v0/refunds', async (request, reply) => {
    if (!account.settings.refunds) {
      throw notFound();
    }
    return answers.list(request, reply, {
      resource: dated(REFUNDS, account.settings),
      rows: (filter) => store.refunds.candidates(filter),
      shown: shownDated,
    });
  });
  app.get('/v0/customers', async (request, reply) =>
    answers.list(request, reply, {
      resource: dated(CUSTOMERS, account.settings),
      rows: (filter) => store.customers.candidates(filter),
      shown: shownDated,
    }),
  );
  app.get<IdPath>('/v0/customers/:id', async (request, reply) =>
    answers.one(reply, store.customers.get(request.params.id), shownDated),
  );
  app.get('/v0/items', async (request, reply) =>
    answers.list(request, reply, { resource: ITEMS, rows: (filter) => store.items.candidates(filter), shown: asIs }),
  );
  app.get<IdPath>('/v0/items/:id', async (request, reply) =>
    answers.one(reply, store.items.get(request.params.id), asIs),
  );
  app.get('/v1/inventory-records', async (request, reply) =>
    answers.list(request, reply, {
      resource: INVENTORY_RECORDS,
      rows: (filter) => [...store.items.candidates(filter)].flatMap(inventoryRecordsOf),
      shown: asIs,
    }),
  );
}

interface IdPath {
  Params: { id: string };
}

/** What a row shows under the switches that are on. */
type Shown = (row: WireObject, settings: Settings) => WireObject;

const asIs: Shown = (row) => row;
const shownDated: Shown = (row, settings) => (settings.timeUpdated ? row : without(row, ['timeUpdated']));
const shownOrder: Shown = (row, settings) => {
  const hidden = [
    ...(settings.timeUpdated ? [] : ['timeUpdated']),
    ...(settings.headerRefunded ? [] : ['displayRefunded']),
    ...(settings.headerDiscountTax ? [] : ['displayDiscountTax']),
  ];
  return hidden.length === 0 ? row : without(row, hidden);
};

function without(row: WireObject, fields: readonly string[]): WireObject {
  return Object.fromEntries(Object.entries(row).filter(([field]) => !fields.includes(field)));
}

function dated(resource: Resource, settings: Settings): Resource {
  return settings.timeUpdated ? resource : withoutTimeUpdated(resource);
}

interface Listed {
  readonly resource: Resource;
  readonly rows: (filter: Filter | null) => Iterable<WireObject>;
  readonly shown: Shown;
}

/** Stokly's two envelopes, with exact amounts. */
class Answers {
  constructor(readonly account: Account) {}

  list(request: FastifyRequest, reply: FastifyReply, { resource, rows, shown }: Listed): FastifyReply {
    const query = parseListQuery(request.query, resource);
    const page = listPage(rows(query.filter), query, resource);
    return this.send(reply, { ...page, data: page.data.map((row) => shown(row, this.account.settings)) });
  }

  one(reply: FastifyReply, row: WireObject | undefined, shown: Shown): FastifyReply {
    if (row === undefined) {
      throw notFound();
    }
    return this.send(reply, { data: shown(row, this.account.settings) });
  }

  send(reply: FastifyReply, body: WireObject): FastifyReply {
    return reply.type('application/json; charset=utf-8').send(toJson(body, this.account.settings.amounts));
  }
}
