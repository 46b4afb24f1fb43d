import type { Actor, Change } from '../change-log.js';
import type { Emulator } from '../emulator.js';
import { isJsonObject, parseJson } from '../json.js';
import { type Html, html, nothing } from './html.js';
import { readableTime, statusBadge } from './layout.js';
import { numberText, plainText, readableMoney } from './money.js';

/** Newest first. */
export function changesTable(emulator: Emulator, changes: readonly Change[]): Html {
  if (changes.length === 0) return html`<p class="quiet">Nothing has changed yet.</p>`;
  const rows = changes.map(
    (change) => html`<tr><td class="nowrap quiet">${readableTime(change.at)}</td>
<td>${contactLink(emulator, change.contactId)}</td><td>${what(change)}</td><td class="quiet">${who(change.actor)}</td></tr>`,
  );
  return html`<table><thead><tr><th>When (UTC)</th><th>Contact</th><th>What changed</th><th>Who did it</th></tr></thead>
<tbody>${rows}</tbody></table>`;
}

function contactLink(emulator: Emulator, contactId: number): Html {
  const email = emulator.contacts.byId(contactId)?.email;
  if (email === undefined) return html`${contactId} <span class="quiet">(gone)</span>`;
  return html`<a href="/view/contacts/${contactId}">${email}</a>`;
}

function what(change: Change): Html {
  switch (change.kind) {
    case 'status': {
      if (change.to === null) return html`erased for good`;
      const isAlarm = change.isRaise && change.actor.by === 'api';
      const alarm = isAlarm ? html` <span class="alarm">raised by an API call</span>` : nothing;
      if (change.from === null) return html`created as ${statusBadge(change.to)}`;
      return html`${statusBadge(change.from)} → ${statusBadge(change.to)}${alarm}`;
    }
    case 'email':
      return html`e-mail ${change.from ?? 'none'} → ${change.to}`;
    case 'fields':
      return html`fields: ${change.names.join(', ')}`;
    case 'record':
      return recordChange(change);
  }
}

function recordChange(change: Change & { kind: 'record' }): Html {
  const label = change.version === 1 ? html`` : html` <span class="quiet">(version ${change.version})</span>`;
  if (change.json === null) return html`order ${change.key} deleted${label}`;
  const json = parseJson(change.json);
  if (!isJsonObject(json)) return html`record ${change.key} written${label}`;
  const total = readableMoney(numberText(json, 'order_total') ?? '');
  const facts = [`${total} ${plainText(json, 'currency')}`.trim(), plainText(json, 'order_status')];
  return html`order ${change.key} written: ${facts.filter((fact) => fact !== '').join(', ')}${label}`;
}

function who(actor: Actor): Html {
  switch (actor.by) {
    case 'api':
      return html`<span title="${actor.call}">API call ${actor.request}: ${callWords(actor.call)}</span>`;
    case 'person':
      return html`a person: ${actor.action}`;
    case 'seed':
      return html`was there before`;
  }
}

/** `PUT /insightData/v3/contacts/:identifier/:value/:collection/:key` → `PUT insight record`. */
function callWords(call: string): string {
  const [method = '', path = ''] = call.split(' ', 2);
  if (path.endsWith('/import')) return `${path.startsWith('/contacts') ? 'contact' : 'insight'} import`;
  if (path.endsWith('/:key')) return `${method} insight record`;
  if (path.startsWith('/contacts/v3')) return `${method} contact`;
  return `${method} ${path}`;
}
