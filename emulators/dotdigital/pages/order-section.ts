import type { StoredRecord } from '../insight/collections.js';
import { isJsonArray, isJsonObject, type JsonObject } from '../json.js';
import { type Html, html } from './html.js';
import { readableTime } from './layout.js';
import { numberText, plainText, readableMoney, recordJson } from './money.js';

/** Keys of a record that have a place of their own; the rest is listed as it stands. */
const PLACED = new Set([
  'id',
  'currency',
  'purchase_date',
  'order_status',
  'refund_status',
  'order_total',
  'order_subtotal',
  'order_gross_total',
  'refunded_total',
  'tax_total',
  'delivery_total',
  'discount_amount',
  'products',
  'returned_products',
]);

/** One order, folded away but for its first line. */
export function orderSection(record: StoredRecord, isOpen: boolean): Html {
  const { key } = record;
  const json = recordJson(record);
  const currency = plainText(json, 'currency');
  const summary = html`<summary><b>${key}</b><span>${readableTime(plainText(json, 'purchase_date'))}</span>
<span>${plainText(json, 'order_status')}</span>${refundNote(json)}
<span>${readableMoney(numberText(json, 'order_total') ?? '')} ${currency}</span></summary>`;
  const body = html`<h3>Kept</h3>${linesTable(json['products'])}
${json['returned_products'] === undefined ? html`` : html`<h3>Returned or refunded</h3>${linesTable(json['returned_products'])}`}
${totals(json)}
<p class="quiet">${others(json)}</p>
<p class="quiet">Version ${record.version}, written ${readableTime(record.updated)} UTC.</p>`;
  return isOpen ? html`<details open>${summary}${body}</details>` : html`<details>${summary}${body}</details>`;
}

function refundNote(json: JsonObject): Html {
  const status = plainText(json, 'refund_status');
  return status === '' || status === 'none' ? html`` : html`<span>refund: ${status}</span>`;
}

function linesTable(lines: JsonObject[string] | undefined): Html {
  if (!isJsonArray(lines)) return html`<p class="quiet">None.</p>`;
  const rows = lines.filter(isJsonObject).map(
    (line) => html`<tr><td>${plainText(line, 'sku')}</td><td>${plainText(line, 'name')}</td>
<td class="number">${plainText(line, 'qty')}</td><td class="number">${money(line, 'price')}</td>
<td class="number">${money(line, 'price_inc_tax')}</td><td class="number">${money(line, 'line_total')}</td></tr>`,
  );
  return html`<table><thead><tr><th>SKU</th><th>Name</th><th class="number">Quantity</th>
<th class="number">Unit, without tax</th><th class="number">Unit, with tax</th><th class="number">Line, with tax</th></tr></thead>
<tbody>${rows}</tbody></table>`;
}

function totals(json: JsonObject): Html {
  const lines: [string, string][] = [
    ['Without tax', 'order_subtotal'],
    ['Tax', 'tax_total'],
    ['Delivery, with tax', 'delivery_total'],
    ['Discount, with tax', 'discount_amount'],
    ['Charged, with tax', 'order_gross_total'],
    ['Refunded', 'refunded_total'],
  ];
  const rows = lines
    .filter(([, key]) => json[key] !== undefined)
    .map(([label, key]) => html`<tr><td>${label}</td><td class="number">${money(json, key)}</td></tr>`);
  return html`<table class="totals">${rows}<tr class="sum"><td>Kept, with tax</td>
<td class="number">${money(json, 'order_total')} ${plainText(json, 'currency')}</td></tr></table>`;
}

function money(json: JsonObject, key: string): string {
  return readableMoney(numberText(json, key) ?? '');
}

function others(json: JsonObject): string {
  return Object.keys(json)
    .filter((key) => !PLACED.has(key) && plainText(json, key) !== '')
    .map((key) => `${key}: ${readableTime(plainText(json, key))}`)
    .join(' · ');
}
