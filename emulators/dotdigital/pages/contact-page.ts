import { overallStatus, type StoredContact } from '../contacts/contact.js';
import type { Emulator } from '../emulator.js';
import type { StoredRecord } from '../insight/collections.js';
import { changesTable } from './changes.js';
import { contactName } from './home.js';
import { type Html, html } from './html.js';
import { layout, readableTime, statusBadge } from './layout.js';
import { moneyFacts, plainText, readableMoney, totalsByCurrency } from './money.js';
import { orderSection } from './order-section.js';

const CHANGES_SHOWN = 40;
/** The page stays readable and quick; the newest are shown. */
const ORDERS_SHOWN = 200;

const STATUS_WORDS: Readonly<Record<string, string>> = {
  subscribed: 'Marketing may be sent.',
  unsubscribed: 'No marketing: the person opted out or was never opted in.',
  suppressed: 'No marketing, and no API call can change that.',
  pendingOptIn: 'Waits for the person to confirm the subscription.',
  binned: 'In the recycle bin: no marketing; an API call with this e-mail address would bring the contact back.',
  noSubscription: 'No e-mail subscription.',
};

export function contactPage(emulator: Emulator, contact: StoredContact): string {
  const orders = ordersOf(emulator, contact.contactId);
  const status = overallStatus(contact);
  const changes = emulator.log.all.filter((change) => change.contactId === contact.contactId);
  const body = html`<p><a href="/">← all contacts</a></p>
<h2>${contact.email} ${statusBadge(status)}</h2>
<p class="quiet">${STATUS_WORDS[status] ?? ''} ${statusDetail(contact)}</p>
<div class="cards">
<section class="card"><h2>Contact</h2><table>
<tr><td>Contact id</td><td>${contact.contactId}</td></tr>
<tr><td>Name</td><td>${contactName(contact)}</td></tr>
<tr><td>Created</td><td>${readableTime(contact.created)}</td></tr>
<tr><td>Updated</td><td>${readableTime(contact.updated)}</td></tr></table></section>
<section class="card"><h2>Sum of the order records</h2>${totalsTable(orders)}</section>
</div>
<h2>Fields</h2>${fieldsTable(emulator, contact)}
<h2>Orders (${orders.length})</h2>${orderList(orders)}
<h2>History of this contact</h2>${changesTable(emulator, changes.slice(-CHANGES_SHOWN).reverse())}`;
  return layout({ title: `${contact.email} · Dotdigital emulator`, body });
}

function statusDetail(contact: StoredContact): string {
  const status = overallStatus(contact);
  return contact.emailStatus === status ? '' : `E-mail channel: ${contact.emailStatus}.`;
}

function ordersOf(emulator: Emulator, contactId: number): StoredRecord[] {
  return emulator.collections
    .all()
    .flatMap((collection) => [...collection.records.values()].filter((record) => record.contactId === contactId))
    .sort((a, b) => moneyFacts(b).purchaseDate.localeCompare(moneyFacts(a).purchaseDate));
}

function totalsTable(orders: readonly StoredRecord[]): Html {
  if (orders.length === 0) return html`<p class="quiet">No orders.</p>`;
  const rows = totalsByCurrency(orders).map(
    (line) => html`<tr><td>${line.currency}</td><td class="number">${line.orders}</td>
<td class="number">${readableMoney(line.gross)}</td><td class="number">${readableMoney(line.refunded)}</td>
<td class="number">${readableMoney(line.kept)}</td></tr>`,
  );
  return html`<table><thead><tr><th></th><th class="number">Orders</th><th class="number">Charged</th>
<th class="number">Refunded</th><th class="number">Kept</th></tr></thead><tbody>${rows}</tbody></table>`;
}

function fieldsTable(emulator: Emulator, contact: StoredContact): Html {
  if (contact.dataFields.size === 0) return html`<p class="quiet">No field has a value.</p>`;
  const values = Object.fromEntries(contact.dataFields);
  const rows = [...contact.dataFields.keys()].sort().map(
    (name) => html`<tr><td><code>${name}</code></td><td>${readableTime(plainText(values, name))}</td>
<td class="quiet">${emulator.dataFields.get(name)?.type ?? ''}</td></tr>`,
  );
  return html`<table><thead><tr><th>Field</th><th>Value</th><th>Type</th></tr></thead><tbody>${rows}</tbody></table>`;
}

function orderList(orders: readonly StoredRecord[]): Html {
  if (orders.length === 0) return html`<p class="quiet">No order records.</p>`;
  const more = orders.length > ORDERS_SHOWN ? html`<p class="quiet">Only the newest ${ORDERS_SHOWN}.</p>` : html``;
  return html`${orders.slice(0, ORDERS_SHOWN).map((order, index) => orderSection(order, index === 0))}${more}`;
}
