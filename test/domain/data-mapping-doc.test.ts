import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CONTACT_FIELDS } from '../../src/domain/contact-mapping.js';
import { mapOrderRecord } from '../../src/domain/order-record.js';
import { REASONS, SKIP_REASONS } from '../../src/domain/reasons.js';
import { judgeOrder } from '../../src/domain/reconcile.js';
import { ORDER_RECORD_FIELDS, PRODUCT_FIELDS, type RecordField } from '../../src/domain/record-fields.js';
import { reconcilingOrder } from './arbitraries.js';
import { policy } from './factories.js';

const page = readFileSync(new URL('../../docs/data-mapping.md', import.meta.url), 'utf8');

/** The rows of the table whose head begins with these columns, cell by cell; the nth such table. */
function rows(head: string, nth = 0): string[][] {
  const table = page.split('\n\n').filter((block) => block.startsWith(head))[nth] ?? '';
  return table
    .trim()
    .split('\n')
    .slice(2)
    .map((row) =>
      row
        .split('|')
        .slice(1, -1)
        .map((cell) => cell.trim()),
    );
}

const asRow = ({ name, type, isAlways, meaning }: RecordField) => [
  `\`${name}\``,
  type,
  isAlways ? 'yes' : 'no',
  meaning,
];

describe('the page about the data mapping', () => {
  it('has the fields of the order record and of its products, as the code has them', () => {
    expect(rows('| field | type | in every record |')).toEqual(ORDER_RECORD_FIELDS.map(asRow));
    expect(rows('| field | type | in every record |', 1)).toEqual(PRODUCT_FIELDS.map(asRow));
  });

  it("has the contact's fields, as the code has them", () => {
    const expected = CONTACT_FIELDS.map(({ name, type, group, meaning }) => [`\`${name}\``, type, group, meaning]);
    expect(rows('| field | type | group |')).toEqual(expected);
  });

  it('has every reason to leave an order out, in order of precedence', () => {
    const expected = SKIP_REASONS.map((reason) => {
      const { owner, text, nextStep } = REASONS[reason];
      return [`\`${reason}\``, owner, text, nextStep];
    });
    expect(rows('| reason | owner |')).toEqual(expected);
  });
});

function typeOf(value: unknown, field: RecordField | undefined): string {
  if (Array.isArray(value)) return 'list';
  if (typeof value === 'object') return field?.type === 'decimal' ? 'decimal' : 'amount';
  if (typeof value === 'number') return Number.isInteger(value) ? 'integer' : 'float';
  if (typeof value === 'boolean') return 'boolean';
  return field?.type === 'date' && typeof value === 'string' && /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/.test(value)
    ? 'date'
    : 'text';
}

function expectFields(given: object, fields: readonly RecordField[]): void {
  for (const [name, value] of Object.entries(given)) {
    const field = fields.find((one) => one.name === name);
    expect(`${name} ${typeOf(value, field)}`).toBe(`${name} ${field?.type}`);
  }
  expect(Object.keys(given)).toEqual(
    expect.arrayContaining(fields.filter((one) => one.isAlways).map((one) => one.name)),
  );
}

describe('the tables of record fields', () => {
  it('are what every record is made of', () => {
    fc.assert(
      fc.property(reconcilingOrder, (snapshot) => {
        const { record } = mapOrderRecord(snapshot, judgeOrder(snapshot, policy), { orderKey: 'niceId' });
        expectFields(record, ORDER_RECORD_FIELDS);
        for (const product of [record.products ?? [], record.returned_products ?? []].flat() as object[]) {
          expectFields(product, PRODUCT_FIELDS);
        }
      }),
    );
  });
});
