import { loadStarterConfig } from '../config.js';
import { SCHEMA_VERSION, type StarterContext, using } from './context.js';
import { forEachBounded, listCustomerIds } from './all-customers.js';
import { askCustomer, customerLink, wake } from './customer-workflow.js';
import { findCustomer, type Target } from './target.js';

/**
 * Has an order, or a customer's own data, looked at again, as an event of Stokly's would. Safe to repeat: what is as it
 * should be is not written again. Resolves with the exit status.
 */
export async function runWake(
  target: Target,
  options: { readonly json: boolean },
  context: StarterContext,
): Promise<number> {
  const config = loadStarterConfig(['temporal', 'temporalUiUrl', 'stokly'], context.env);
  const { customerId, orderId } = await using(context.createStokly(config.stokly), (stokly) =>
    findCustomer(stokly, target),
  );
  return using(await context.connectTemporal(config.temporal), async (temporal) => {
    const asked = orderId === null ? ({ kind: 'customer' } as const) : ({ kind: 'order', orderId } as const);
    const { eventId } = await wake(temporal, customerId, asked);
    const link = customerLink(config.temporalUiUrl, temporal.namespace, customerId);
    if (options.json) {
      context.print(JSON.stringify({ schemaVersion: SCHEMA_VERSION, customerId, orderId, eventId, link }));
    } else {
      context.print(`Woke customer ${customerId}${orderId === null ? '' : ` for order ${orderId}`}.`);
      context.print(link);
    }
    return 0;
  });
}

/**
 * Has every customer looked at whole that was last looked at with `WRITES=off`: for when writes are on again. Safe to repeat: one that is
 * as it should be is not written again. Resolves with the exit status.
 */
export async function runWakeRehearsed(options: { readonly json: boolean }, context: StarterContext): Promise<number> {
  const config = loadStarterConfig(['temporal'], context.env);
  return using(await context.connectTemporal(config.temporal), async (temporal) => {
    const customersWoken: string[] = [];
    const customersUnanswered: string[] = [];
    await forEachBounded(await listCustomerIds(temporal), async (customerId) => {
      const asked = await askCustomer(temporal, customerId, 'summary');
      if (asked.kind === 'unanswered') customersUnanswered.push(customerId);
      if (asked.kind !== 'answers' || !asked.state.isRehearsal) return;
      await wake(temporal, customerId, { kind: 'load-history' });
      customersWoken.push(customerId);
    });
    if (options.json) {
      context.print(JSON.stringify({ schemaVersion: SCHEMA_VERSION, customersWoken, customersUnanswered }));
    } else {
      const woken = customersWoken.length;
      const which = 'last looked at with WRITES=off';
      context.print(woken === 0 ? `No customer was ${which}.` : `Woke ${woken} customers that were ${which}.`);
      if (customersUnanswered.length > 0) {
        context.print(`${customersUnanswered.length} did not answer (does a worker run?): repeat it later.`);
      }
    }
    return 0;
  });
}
