import { loadStarterConfig, type StarterConfig } from '../config.js';
import type { LedgerEntry } from '../domain/ledger.js';
import type { DotdigitalApi } from '../dotdigital/api.js';
import { DotdigitalCallError } from '../dotdigital/errors.js';
import type { StoklyApi } from '../stokly/api.js';
import type { TemporalAccess } from '../temporal.js';
import { LIVE, SCHEMA_VERSION, type StarterContext, using } from './context.js';
import { viewContact } from './contact-view.js';
import { customerLink, viewCustomer } from './customer-workflow.js';
import { customerLines } from './show-customer.js';
import type { OrderView } from './order-view.js';
import { orderLines } from './show-order.js';
import { findOrder, type Target } from './target.js';
import { readTrail } from './trail.js';

type ShowConfig = Pick<StarterConfig, 'temporal' | 'temporalUiUrl' | 'stokly' | 'dotdigital' | 'policy'>;

interface Sides {
  readonly config: ShowConfig;
  readonly temporal: TemporalAccess;
  readonly stokly: StoklyApi;
  readonly dotdigital: DotdigitalApi;
}

/** What Stokly states, what the ledger knows, what the record says, and why. Resolves with the exit status. */
export async function runShow(
  target: Target,
  options: { readonly json: boolean },
  context: StarterContext,
): Promise<number> {
  if (target.kind === 'customer') return showCustomer(target.customerId, options, context);
  const config = loadStarterConfig(['temporal', 'temporalUiUrl', 'stokly', 'dotdigital', 'policy'], context.env);
  return using(context.createStokly(config.stokly), async (stokly) => {
    const found = await findOrder(stokly, target.order);
    return using(context.createDotdigital(config.dotdigital), async (dotdigital) =>
      using(await context.connectTemporal(config.temporal), async (temporal) => {
        const view = await viewOrder(found, { config, temporal, stokly, dotdigital });
        if (options.json) context.print(JSON.stringify({ schemaVersion: SCHEMA_VERSION, order: view }));
        else for (const line of orderLines(view, config.policy)) context.print(line);
        return 0;
      }),
    );
  });
}

async function viewOrder(
  { orderId, customerId }: { readonly orderId: string; readonly customerId: string | null },
  { config, temporal, stokly, dotdigital }: Sides,
): Promise<OrderView> {
  const [read = { kind: 'not-found', orderId } as const] = await stokly.readOrders([orderId], LIVE);
  const customer = customerId === null ? null : await viewCustomer(temporal, customerId);
  const state = customer?.kind === 'answers' ? customer.state : null;
  const entry = state?.entries.find((candidate) => candidate.orderId === orderId) ?? null;
  return {
    orderId,
    customerId,
    stokly: read,
    customer,
    entry,
    ...(await readRecord(dotdigital, entry, { config, contactId: state?.contactId ?? null })),
    contact: await viewContact(dotdigital, state, config.policy),
    trail: customerId === null ? [] : await readTrail(temporal, customerId, orderId),
    link: customerId === null ? null : customerLink(config.temporalUiUrl, temporal.namespace, customerId),
  };
}

async function readRecord(
  dotdigital: DotdigitalApi,
  entry: LedgerEntry | null,
  { config, contactId }: { readonly config: ShowConfig; readonly contactId: number | null },
): Promise<Pick<OrderView, 'record' | 'recordProblem'>> {
  const written = entry?.written ?? null;
  if (written === null) return { record: null, recordProblem: null };
  if (contactId === null) return { record: null, recordProblem: 'the contact is not known' };
  const where = { contactId, collection: config.policy.ordersCollection, key: written.recordKey };
  try {
    const found = await dotdigital.getRecord(where, LIVE);
    return { record: found.kind === 'found' ? found.record : null, recordProblem: null };
  } catch (error) {
    if (error instanceof DotdigitalCallError) return { record: null, recordProblem: error.message };
    throw error;
  }
}

async function showCustomer(
  customerId: string,
  options: { readonly json: boolean },
  context: StarterContext,
): Promise<number> {
  const config = loadStarterConfig(['temporal', 'temporalUiUrl', 'dotdigital', 'policy'], context.env);
  return using(await context.connectTemporal(config.temporal), (temporal) =>
    using(context.createDotdigital(config.dotdigital), async (dotdigital) => {
      const customer = await viewCustomer(temporal, customerId);
      const state = customer.kind === 'answers' ? customer.state : null;
      const contact = await viewContact(dotdigital, state, config.policy);
      const link = customerLink(config.temporalUiUrl, temporal.namespace, customerId);
      if (options.json) {
        context.print(JSON.stringify({ schemaVersion: SCHEMA_VERSION, customerId, customer, contact, link }));
      } else {
        for (const line of customerLines({ customerId, customer, contact, link })) context.print(line);
      }
      return customer.kind === 'none' ? 1 : 0;
    }),
  );
}
