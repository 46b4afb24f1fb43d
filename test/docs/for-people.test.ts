import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createStoklyEmulator, DEMO_CREDENTIALS } from '../../emulators/stokly/index.js';
import { plainText } from '../../emulators/stokly/wire.js';
import { SETTINGS } from '../../src/config.js';
import { CONTACT_FIELDS } from '../../src/domain/contact-fields.js';
import { RULES } from '../../src/domain/judgement.js';
import { formatMinor } from '../../src/domain/money.js';
import { mapOrderRecord, type OrderRecord, type RecordProduct } from '../../src/domain/order-record.js';
import { judgeOrder } from '../../src/domain/reconcile.js';
import { ORDER_RECORD_FIELDS } from '../../src/domain/record-fields.js';
import { ORDER_STATUSES } from '../../src/domain/order.js';
import { HOLDING_RULES, RECONCILED_BY, REVIEW_ACTIONS } from '../../src/domain/review/actions.js';
import { DECISION_TABLE } from '../../src/domain/review/decision-table.js';
import { type Outlook, outlookOf } from '../../src/domain/review/outlook.js';
import { SKIP_REASONS } from '../../src/domain/reasons.js';
import { createStoklyClient } from '../../src/stokly/client.js';
import { tableRows } from './runbook.js';

const DOCS = new URL('../../docs/', import.meta.url);
const page = (name: string): string => readFileSync(new URL(name, DOCS), 'utf8');
const marketing = page('for-marketing.md');
const finance = page('for-finance.md');

/** The rules' settings unless set otherwise. */
const RULES_POLICY = { roundingToleranceMinor: 1, goodwillMaxMinor: 1000 };

/** What stands between backticks. */
function named(text: string, pattern: RegExp): Set<string> {
  return new Set([...text.matchAll(/`([^`\n]+)`/g)].flatMap(([, name = '']) => (pattern.test(name) ? [name] : [])));
}

const FIELD = /^[A-Z]+(?:_[A-Z]+)*$/;
const RECORD_FIELD = /^[a-z]+(?:_[a-z]+)+$/;

describe('the pages for marketing and finance', () => {
  it('tell marketing about every field of the contact', () => {
    const told = named(marketing, FIELD);
    expect(CONTACT_FIELDS.map(({ name }) => name).filter((name) => !told.has(name))).toEqual([]);
  });

  it('name no field that is not written', () => {
    const fields = new Set<string>([...CONTACT_FIELDS, ...SETTINGS].map(({ name }) => name));
    const recordFields = new Set<string>([...ORDER_RECORD_FIELDS.map(({ name }) => name), ...ORDER_STATUSES]);
    for (const text of [marketing, finance]) {
      expect([...named(text, FIELD)].filter((name) => !fields.has(name))).toEqual([]);
      expect([...named(text, RECORD_FIELD)].filter((name) => !recordFields.has(name))).toEqual([]);
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

  it('tell finance of every rule that holds what may be decided, and of every decision', () => {
    const table = tableRows('| rule | usual cause |', finance);
    expect(new Set(table.map(([rule]) => rule))).toEqual(new Set(HOLDING_RULES));
    expect(table).toHaveLength(HOLDING_RULES.length);
    for (const [rule = '', cause, stated = '', computed = ''] of table) {
      expect(cause).not.toBe('');
      const cells = DECISION_TABLE[HOLDING_RULES.find((known) => known === rule) ?? 'readable'];
      expect([rule, stated.startsWith('not possible')]).toEqual([rule, !cells.acceptStated.isAllowed]);
      expect([rule, computed.startsWith('not possible')]).toEqual([rule, !cells.acceptComputed.isAllowed]);
    }
    expect(tableRows('| decision | is for |', finance).map(([action]) => action)).toEqual([...REVIEW_ACTIONS]);
  });

  it('use reasons and rules by their right names', () => {
    const names = new Set<string>([...SKIP_REASONS, ...RULES, ...RECONCILED_BY, 'consent-conflict', 'consent-newer']);
    for (const text of [marketing, finance]) {
      expect([...named(text, /^[a-z]+(?:-[a-z]+)+$/)].filter((name) => !names.has(name))).toEqual([]);
    }
  });
});

describe('the worked orders of the pages', () => {
  const stokly = createStoklyEmulator({ settings: { rateLimit: 100_000 } });
  let url = '';

  beforeAll(async () => {
    ({ url } = await stokly.start(0));
    await control('seed', { sample: { to: '2010-12-16T00:00:00Z' } });
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

  it('are what a decision about them writes', async () => {
    await control('clock', { to: '2010-12-24T00:00:00Z', emit: false });
    const [stated, computed] = [await outlook('537367', 'acceptStated'), await outlook('537367', 'acceptComputed')];
    expect({ ...stated, reconciledBy: '' }).toEqual({ ...computed, reconciledBy: '' });
    expect(decidedRows(0)).toEqual([...amountsOf(stated), ['pieces kept', '12', String(piecesOf(stated))]]);
    expect(decidedRows(1)).toEqual(amountsOf(await outlook('538892', 'acceptStated')));
    expect((await outlook('538892', 'acceptComputed')).kind).toBe('refused');
  });

  function decidedRows(nth: number): string[][] {
    return tableRows('| | before | `acceptStated` |', finance, nth);
  }

  async function outlook(number: string, action: 'acceptStated' | 'acceptComputed'): Promise<Outlook> {
    const { snapshot } = await read(number);
    return outlookOf(action, snapshot, RULES_POLICY);
  }

  async function recordAt(to: string): Promise<OrderRecord> {
    await control('clock', { to, emit: false });
    const { snapshot } = await read('536374');
    const judgement = judgeOrder(snapshot, RULES_POLICY);
    expect(judgement.differences).toEqual([]);
    return mapOrderRecord(snapshot, judgement, { orderKey: 'niceId' }).record;
  }

  async function read(number: string) {
    const order = [...stokly.account.store.orders.all()].find((header) => plainText(header['niceId']) === number);
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
    if (found?.kind !== 'read') throw new Error(`order ${number} is ${found?.kind ?? 'not there'}`);
    return found;
  }
});

/** A table's rows: the order stood with its gross and without a refund before. */
function amountsOf(outlook: Outlook): string[][] {
  if (outlook.kind !== 'writes') throw new Error(`it ${outlook.kind}`);
  const text = (minor: number): string => formatMinor(minor, 'GBP');
  const gross = text(outlook.grossMinor);
  return [
    ['order_gross_total', gross, gross],
    ['refunded_total', '0.00', text(outlook.refundedMinor)],
    ['order_total', gross, text(outlook.orderTotalMinor)],
  ];
}

function piecesOf(outlook: Outlook): number {
  return outlook.kind === 'writes' ? outlook.keptPieces : -1;
}

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
      [...page(name).matchAll(/\]\((?!https?:|#)([^)#\s]+)[^)]*\)/g)].flatMap(([, target = '']) =>
        existsSync(new URL(target, new URL(name, DOCS))) ? [] : [`${name}: ${target}`],
      ),
    );
    expect(broken).toEqual([]);
  });
});
