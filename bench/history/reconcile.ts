import type { Client } from '@temporalio/client';
import { readCustomerStates } from '../../demo/customer-states.js';
import { dotdigitalControls, stoklyControls } from '../../demo/emulator-calls.js';
import { buildReport, type Report } from '../../demo/report.js';
import { urlOf } from '../../demo/surroundings.js';
import type { Stack } from '../stack.js';

export interface Reconciled {
  readonly orders: Report['orders'];
  /** Minor units without a name, in all currencies; 0 when both sides agree. */
  readonly unexplained: number;
  /** Contacts whose spend fields are not the sum of their records. */
  readonly spendDiffers: number;
  readonly problems: readonly string[];
}

/** Both sides to the penny, read from the stand-ins; only outcomes and reasons come from the ledgers. */
export async function reconcile({ ports }: Stack, client: Client): Promise<Reconciled> {
  const shop = await stoklyControls(urlOf(ports.stokly)).shop();
  const account = await dotdigitalControls(urlOf(ports.dotdigital)).account('Orders');
  const { report, problems } = buildReport({
    currency: 'GBP',
    stoklyOrders: shop.orders,
    contacts: account.contacts,
    records: account.records,
    seededContactIds: new Set(),
    customerStates: await readCustomerStates(client, shop.customerIds, 'full'),
    links: { temporalUi: '', dotdigital: '', customer: null },
  });
  const others = Object.values(report.money.explained.otherCurrency).map(({ unexplained }) => unexplained);
  return {
    orders: report.orders,
    unexplained: others.reduce((sum, minor) => sum + minor, report.money.unexplained),
    spendDiffers: report.contacts.spendDiffers,
    problems,
  };
}
