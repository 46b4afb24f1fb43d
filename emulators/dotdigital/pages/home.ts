import { overallStatus, type StoredContact } from '../contacts/contact.js';
import type { Emulator } from '../emulator.js';
import type { StoredRecord } from '../insight/collections.js';
import { changesTable } from './changes.js';
import { type Html, html } from './html.js';
import { layout, readableTime, statusBadge } from './layout.js';
import { plainText, readableMoney, totalsByCurrency } from './money.js';

export interface HomeQuery {
  /** E-mail, name or contactId, any part of it. */
  readonly search: string;
  readonly page: number;
  readonly refreshSeconds: number | null;
}

const ROWS_A_PAGE = 50;
const CHANGES_SHOWN = 15;

export function homePage(emulator: Emulator, query: HomeQuery): string {
  const records = emulator.collections.all().flatMap((collection) => [...collection.records.values()]);
  const body = html`${summary(emulator, records)}
<h2>What changed last</h2>
${changesTable(emulator, emulator.log.all.slice(-CHANGES_SHOWN).reverse())}
${contactsSection(emulator, records, query)}`;
  return layout({ title: 'Dotdigital emulator', body, refreshSeconds: query.refreshSeconds });
}

function summary(emulator: Emulator, records: readonly StoredRecord[]): Html {
  const contacts = emulator.contacts.all();
  const byStatus = new Map<string, number>();
  for (const contact of contacts) {
    const status = overallStatus(contact);
    byStatus.set(status, (byStatus.get(status) ?? 0) + 1);
  }
  const statuses = [...byStatus]
    .sort((a, b) => b[1] - a[1])
    .map(([status, count]) => html`<tr><td>${statusBadge(status)}</td><td class="number">${count}</td></tr>`);
  const collections = emulator.collections
    .all()
    .map(({ name, records: held }) => html`<tr><td>${name}</td><td class="number">${held.size}</td></tr>`);
  return html`<div class="cards">
<section class="card"><h2>Contacts</h2><div class="big">${contacts.length}</div><table>${statuses}</table></section>
<section class="card"><h2>Order records</h2><div class="big">${records.length}</div><table>${collections}</table></section>
<section class="card wide"><h2>Money in the records</h2>${moneyTable(records)}</section>
<section class="card"><h2>API calls so far</h2><div class="big">${emulator.requests.count}</div>
<p class="quiet">Time here: ${readableTime(emulator.clock.nowText())} UTC<br />
<a href="/?refresh=5">Refresh every 5 seconds</a> · <a href="/">stand still</a></p></section>
</div>`;
}

function moneyTable(records: readonly StoredRecord[]): Html {
  if (records.length === 0) return html`<p class="quiet">No orders yet.</p>`;
  const rows = totalsByCurrency(records).map(
    (line) => html`<tr><td>${line.currency}</td><td class="number">${readableMoney(line.gross)}</td>
<td class="number">${readableMoney(line.refunded)}</td><td class="number">${readableMoney(line.kept)}</td></tr>`,
  );
  return html`<table><thead><tr><th></th><th class="number">Charged</th><th class="number">Refunded</th>
<th class="number">Kept</th></tr></thead><tbody>${rows}</tbody></table>`;
}

function contactsSection(emulator: Emulator, records: readonly StoredRecord[], query: HomeQuery): Html {
  const found = emulator.contacts.all().filter((contact) => matches(contact, query.search.trim().toLowerCase()));
  const pages = Math.max(1, Math.ceil(found.length / ROWS_A_PAGE));
  const page = Math.min(Math.max(1, query.page), pages);
  const shown = found.slice((page - 1) * ROWS_A_PAGE, page * ROWS_A_PAGE);
  const byContact = new Map<number, StoredRecord[]>(shown.map((contact) => [contact.contactId, []]));
  for (const record of records) byContact.get(record.contactId)?.push(record);
  return html`<h2>Contacts</h2>
<form action="/" method="get"><input name="q" value="${query.search}" placeholder="e-mail, name or contact id" aria-label="Search contacts" />
<button type="submit">Search</button></form>
<p class="quiet">${countWords(found.length, query.search)} ${pageLinks(page, pages, query.search)}</p>
<table><thead><tr><th>Contact id</th><th>E-mail</th><th>Name</th><th>Status</th><th class="number">Orders</th>
<th class="number">Spent, refunds taken off</th><th>Updated (UTC)</th></tr></thead>
<tbody>${shown.map((contact) => contactRow(contact, byContact.get(contact.contactId) ?? []))}</tbody></table>`;
}

function contactRow(contact: StoredContact, records: readonly StoredRecord[]): Html {
  const spent = totalsByCurrency(records).map(({ kept, currency }) => `${readableMoney(kept)} ${currency}`);
  return html`<tr><td><a href="/view/contacts/${contact.contactId}">${contact.contactId}</a></td>
<td><a href="/view/contacts/${contact.contactId}">${contact.email}</a></td><td>${contactName(contact)}</td>
<td>${statusBadge(overallStatus(contact))}</td><td class="number">${records.length}</td>
<td class="number">${spent.join(' + ')}</td><td class="nowrap quiet">${readableTime(contact.updated)}</td></tr>`;
}

/** First and last name, whatever prefix the account gives them. */
export function contactName(contact: StoredContact): string {
  const fields = Object.fromEntries(contact.dataFields);
  return `${plainText(fields, 'FIRSTNAME')} ${plainText(fields, 'LASTNAME')}`.trim();
}

function matches(contact: StoredContact, needle: string): boolean {
  if (needle === '') return true;
  const hay = [contact.email, String(contact.contactId), contactName(contact)];
  return hay.some((text) => text.toLowerCase().includes(needle));
}

function countWords(count: number, search: string): string {
  const noun = count === 1 ? 'contact' : 'contacts';
  return search === '' ? `${count} ${noun}.` : `${count} ${noun} for “${search}”.`;
}

function pageLinks(page: number, pages: number, search: string): Html {
  if (pages === 1) return html``;
  const to = (number: number, label: string): Html =>
    html` <a href="/?q=${encodeURIComponent(search)}&page=${number}">${label}</a>`;
  const back = page > 1 ? to(page - 1, '← earlier') : html``;
  const on = page < pages ? to(page + 1, 'later →') : html``;
  return html`Page ${page} of ${pages}.${back}${on}`;
}
