import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createStoklyEmulator, DEMO_CREDENTIALS } from '../../emulators/stokly/index.js';
import { plainText } from '../../emulators/stokly/wire.js';
import { CONTACT_FIELDS } from '../../src/domain/contact-fields.js';
import { RULES } from '../../src/domain/judgement.js';
import { mapOrderRecord, type OrderRecord, type RecordProduct } from '../../src/domain/order-record.js';
import { judgeOrder } from '../../src/domain/reconcile.js';
import { ORDER_RECORD_FIELDS } from '../../src/domain/record-fields.js';
import { ORDER_STATUSES } from '../../src/domain/order.js';
import { SKIP_REASONS } from '../../src/domain/reasons.js';
import { createStoklyClient } from '../../src/stokly/client.js';

const DOCS = new URL('../../docs/', import.meta.url);
const read = (name: string): string => readFileSync(new URL(name, DOCS), 'utf8');
const marketing = read('for-marketing.md');
const finance = read('for-finance.md');

/** What stands between backticks. */
function named(page: string, pattern: RegExp): Set<string> {
  return new Set([...page.matchAll(/`([^`\n]+)`/g)].flatMap(([, name = '']) => (pattern.test(name) ? [name] : [])));
}

const FIELD = /^[A-Z]+(?:_[A-Z]+)*$/;
const RECORD_FIELD = /^[a-z]+(?:_[a-z]+)+$/;

describe('the pages for marketing and finance', () => {
  it('tell marketing about every field of the contact', () => {
    const told = named(marketing, FIELD);
    expect(CONTACT_FIELDS.map(({ name }) => name).filter((name) => !told.has(name))).toEqual([]);
  });

  it('name no field that is not written', () => {
    const fields = new Set<string>(CONTACT_FIELDS.map(({ name }) => name));
    const recordFields = new Set<string>([...ORDER_RECORD_FIELDS.map(({ name }) => name), ...ORDER_STATUSES]);
    for (const page of [marketing, finance]) {
      expect([...named(page, FIELD)].filter((name) => !fields.has(name))).toEqual([]);
      expect([...named(page, RECORD_FIELD)].filter((name) => !recordFields.has(name))).toEqual([]);
    }
  });

  it('build each segment on fields that exist, with a way out', () => {
    const table = marketing.split('\n\n').find((block) => block.startsWith('| segment |')) ?? '';
    const rows = table.trim().split('\n').slice(2);
    expect(rows.length).toBeGreaterThanOrEqual(4);
    for (const row of rows) {
      const [, , conditions = '', wayOut = ''] = row.split('|');
      expect(named(conditions, FIELD).size).toBeGreaterThan(0);
      expect(wayOut.trim()).not.toBe('');
    }
  });

  it('tell finance about every rule, and which of them hold an order', () => {
    const table = finance.split('\n\n').find((block) => block.startsWith('| rule |')) ?? '';
    const rows = table
      .trim()
      .split('\n')
      .slice(2)
      .map((row) => row.split('|').map((cell) => cell.trim()));
    expect(rows.map(([, rule = '']) => rule.replaceAll('`', '')).sort()).toEqual([...RULES].sort());
    const noted = rows.filter(([, , , what]) => what === 'only noted').map(([, rule = '']) => rule.replaceAll('`', ''));
    expect(noted).toEqual(['tax-adds-up', 'refund-matches-header']);
  });

  it('use reasons and rules by their right names', () => {
    const names = new Set<string>([...SKIP_REASONS, ...RULES, 'consent-conflict', 'consent-newer']);
    for (const page of [marketing, finance]) {
      expect([...named(page, /^[a-z]+(?:-[a-z]+)+$/)].filter((name) => !names.has(name))).toEqual([]);
    }
  });
});

describe('the worked order of the pages', () => {
  const stokly = createStoklyEmulator({ settings: { rateLimit: 100_000 } });
  let url = '';

  beforeAll(async () => {
    ({ url } = await stokly.start(0));
    await control('seed', { sample: { to: '2010-12-08T00:00:00Z' } });
  });
  afterAll(() => stokly.stop());

  it('is what is really written before its refund and after it', async () => {
    const before = await recordAt('2010-12-07T15:00:00Z');
    const after = await recordAt('2010-12-12T00:00:00Z');
    const rows = finance.split('\n\n').find((block) => block.startsWith('| | before the refund')) ?? '';
    const cell = (name: string): string[] =>
      rows
        .split('\n')
        .filter((row) => row.includes(`\`${name}\``))
        .flatMap((row) =>
          row
            .split('|')
            .slice(2, 4)
            .map((text) => text.trim()),
        );
    for (const name of ['order_gross_total', 'order_subtotal', 'tax_total', 'refunded_total', 'order_total']) {
      expect({ [name]: cell(name) }).toEqual({ [name]: [amount(before[name]), amount(after[name])] });
    }
    expect(cell('refund_status')).toEqual([before['refund_status'], after['refund_status']]);
    expect(cell('products')).toEqual([pieces(before['products']), pieces(after['products'])]);
    expect(cell('returned_products')).toEqual(['–', pieces(after['returned_products'])]);
    for (const text of ['350.40', '131.40', '219.00']) expect(marketing).toContain(text);
  });

  async function control(path: string, body: object): Promise<void> {
    const headers = { 'content-type': 'application/json' };
    const response = await fetch(`${url}/__emulator/${path}`, { method: 'POST', headers, body: JSON.stringify(body) });
    if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`);
  }

  async function recordAt(to: string): Promise<OrderRecord> {
    await control('clock', { to, emit: false });
    const order = [...stokly.account.store.orders.all()].find((header) => plainText(header['niceId']) === '536374');
    const client = createStoklyClient(
      {
        apiUrl: url,
        ...DEMO_CREDENTIALS,
        requestsPerMinute: 100_000,
        pageSize: 100,
        windowMs: 60_000,
        refundsKnown: true,
        timeUpdatedKnown: true,
      },
      {},
    );
    const [found] = await client.readOrders([plainText(order?.['saleOrderId']) ?? ''], { priority: 'live' });
    if (found?.kind !== 'read') throw new Error(`order 536374 is ${found?.kind ?? 'not there'}`);
    const judgement = judgeOrder(found.snapshot, { roundingToleranceMinor: 1, goodwillMaxMinor: 1000 });
    expect(judgement.differences).toEqual([]);
    return mapOrderRecord(found.snapshot, judgement, { orderKey: 'niceId' }).record;
  }
});

function amount(value: unknown): string {
  return typeof value === 'object' && value !== null && 'decimal' in value ? String(value.decimal) : '?';
}

function pieces(value: unknown): string {
  const products = (Array.isArray(value) ? value : []) as RecordProduct[];
  return products.map((product) => `${JSON.stringify(product['qty'])}, ${amount(product['line_total'])}`).join('; ');
}

describe('every page', () => {
  it('links only to what is there', () => {
    const pages = readdirSync(DOCS, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.md'));
    const broken = pages.flatMap((name) =>
      [...read(name).matchAll(/\]\((?!https?:|#)([^)#\s]+)[^)]*\)/g)].flatMap(([, target = '']) =>
        existsSync(new URL(target, new URL(name, DOCS))) ? [] : [`${name}: ${target}`],
      ),
    );
    expect(broken).toEqual([]);
  });
});
