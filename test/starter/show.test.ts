import { describe, expect, it } from 'vitest';
import { compareFields } from '../../src/starter/contact-view.js';
import { customerLink, type CustomerView } from '../../src/starter/customer-workflow.js';
import type { OrderView } from '../../src/starter/order-view.js';
import { customerLines } from '../../src/starter/show-customer.js';
import { orderLines } from '../../src/starter/show-order.js';
import { CUSTOMER_ID, entryFor, HOLDING, snapshotOf, writtenOf } from '../support/ledger-factory.js';
import { TEST_POLICY } from '../support/policy.js';
import { stateOf } from './state-factory.js';

function viewOf(rest: Partial<OrderView> = {}): OrderView {
  const snapshot = snapshotOf();
  return {
    orderId: snapshot.orderId,
    customerId: CUSTOMER_ID,
    stokly: { kind: 'read', orderId: snapshot.orderId, snapshot },
    customer: { kind: 'answers', state: stateOf() },
    entry: entryFor({ written: writtenOf() }),
    record: {
      id: '536365',
      currency: 'GBP',
      order_gross_total: 12,
      refunded_total: 0,
      order_total: 12,
      order_status: 'unprocessed',
    },
    recordProblem: null,
    contact: { kind: 'not-known' },
    trail: [],
    link: 'http://ui/x',
    ...rest,
  };
}

function shownCustomer(customer: CustomerView): string[] {
  return customerLines({ customerId: CUSTOMER_ID, customer, contact: { kind: 'not-known' }, link: 'http://ui/x' });
}

function shown(rest: Partial<OrderView> = {}): string {
  return orderLines(viewOf(rest), TEST_POLICY).join('\n');
}

describe('a shown order', () => {
  it('says what each side states, amounts with their decimals', () => {
    const text = shown();
    expect(text).toContain('order        536365 (00000000-0000-4000-8000-000000000001)');
    expect(text).toContain('outcome      synced');
    expect(text).toContain('Stokly       12.00 GBP, refunded 0.00 GBP, 1 lines, 0 refunds');
    expect(text).toContain('ledger       read 12.00 GBP, refunded 0.00 GBP');
    expect(text).toContain('wrote 12.00 GBP, refunded 0.00 GBP');
    expect(text).toContain(
      'Dotdigital   record 536365: order_gross_total 12.00, refunded_total 0.00, order_total 12.00, order_status unprocessed',
    );
    expect(text).toContain(`customer     ${CUSTOMER_ID}: idle, contact 42`);
    expect(text).toContain('Temporal     http://ui/x');
  });

  it('that is held says since when and which rule, with expected and observed', () => {
    const held = entryFor({
      outcome: 'held',
      heldAt: '2010-12-01T09:00:00.000Z',
      differences: [HOLDING],
      written: null,
    });
    const text = shown({ entry: held, record: null });
    expect(text).toContain('outcome      held since 2010-12-01T09:00:00.000Z');
    expect(text).toContain('holds it     lines-add-up (order 536365)');
    expect(text).toContain('expected 12.00 GBP');
    expect(text).toContain('observed 13.00 GBP');
    expect(text).toContain('no record written');
    expect(text).toContain('Dotdigital   no record');
  });

  it('that is skipped says why, whose move it is and what to do', () => {
    const text = shown({ entry: entryFor({ outcome: 'skipped', reason: 'no-email', written: null }), record: null });
    expect(text).toMatch(/why {10}no-email: .+\nwhose move {3}Stokly data\nnext step {4}.+/);
  });

  it('without a customer is skipped for that, and needs no workflow', () => {
    const text = shown({ customerId: null, customer: null, entry: null, record: null, link: null });
    expect(text).toContain('why          no-customer: ');
    expect(text).not.toContain('Temporal');
  });

  it('that is in no ledger yet is judged as Stokly states it now', () => {
    const wrong = snapshotOf({ totals: { ...snapshotOf().totals, totalMinor: 1300 } });
    const stokly = { kind: 'read', orderId: wrong.orderId, snapshot: wrong } as const;
    const text = shown({ stokly, entry: null, record: null, customer: { kind: 'none' } });
    expect(text).toContain('not known (not in the ledger yet; if nothing waits for it: starter wake --order <number>)');
    expect(text).toContain('holds it     lines-add-up');
  });

  it('that waits for a second read says until when', () => {
    const due = [{ orderId: snapshotOf().orderId, why: 'second-read', dueAt: '2010-12-01T08:27:00.000Z' }] as const;
    const text = shown({ entry: null, customer: { kind: 'answers', state: stateOf({ due }) } });
    expect(text).toContain('again at     2010-12-01T08:27:00.000Z (second-read)');
  });

  it('that cannot be read says what is wrong with it', () => {
    const unreadable = {
      kind: 'unreadable',
      orderId: 'x',
      number: '7',
      customerId: null,
      stage: null,
      storeName: null,
      placedAt: null,
      version: null,
      currency: 'XAU',
      problems: ['displayTotal: text that is no amount'],
    } as const;
    const text = shown({ stokly: unreadable, entry: entryFor({ currency: 'XAU', written: null }), record: null });
    expect(text).toContain('Stokly       cannot be read: displayTotal: text that is no amount');
    expect(text).toContain('ledger       read not known');
  });

  it('says so when no worker answers', () => {
    const customer = { kind: 'no-worker', status: 'blocked', needsAttention: ['sync-failing'] } as const;
    const text = shown({ customer, entry: null, record: null });
    expect(text).toContain('outcome      not known (no worker answers)');
    expect(text).toContain('blocked (no worker answers)');
    expect(text).toContain('attention    sync-failing');
  });
});

describe('where the sides of a shown order differ', () => {
  const parts = 'parts        lines and delivery less discount add up to 12.00 GBP, refunds to 0.00 GBP';

  it('nothing differs while all say the same', () => {
    const text = shown();
    expect(text).toContain(parts);
    expect(text).not.toContain('differs');
  });

  it('says what the parts add up to beside what is stated', () => {
    const stated = snapshotOf({ totals: { ...snapshotOf().totals, totalMinor: 1300 } });
    const text = shown({ stokly: { kind: 'read', orderId: stated.orderId, snapshot: stated } });
    expect(text).toContain('Stokly       13.00 GBP');
    expect(text).toContain(parts);
    expect(text).toContain(
      'differs      Stokly says 13.00 GBP, refunded 0.00 GBP by now, and 12.00 GBP, refunded 0.00 GBP was read last → starter wake --order 536365',
    );
  });

  it('says that someone else changed the record, or deleted it', () => {
    const changed = shown({ record: { currency: 'GBP', order_gross_total: 11, refunded_total: 0 } });
    expect(changed).toContain(
      'differs      the record says 11.00 GBP, refunded 0.00 GBP, and 12.00 GBP, refunded 0.00 GBP was written: someone else changed it → starter resync --order 536365',
    );
    const deleted = 'differs      a record was written and is not there → starter resync --order 536365';
    expect(shown({ record: null })).toContain(deleted);
    const unread = shown({ record: null, recordProblem: 'answered 503' });
    expect(unread).not.toContain('is not there');
    expect(unread).toContain('Dotdigital   record not read: answered 503');
  });

  it('names the contact’s fields that say something else than its records come to', () => {
    const entries = [entryFor({ written: writtenOf() })];
    const found = { STOKLY_ID: CUSTOMER_ID, TOTAL_SPEND: 99, NET_SPEND: 12, FIRSTNAME: 'Canary' };
    const fields = compareFields(found, stateOf({ entries }), TEST_POLICY);
    const contact = { kind: 'found', contactId: 42, status: 'subscribed', fields } as const;
    const text = shown({ contact });
    expect(text).toContain('fields       subscribed; STOKLY_ID');
    expect(text).toContain(
      `differs      contact field TOTAL_SPEND says 99 and should say 12 → starter resync --customer ${CUSTOMER_ID}`,
    );
    expect(text).toContain('contact field NUMBER_OF_ORDERS says nothing and should say 1');
    expect(text).not.toContain('contact field NET_SPEND');
    expect(text).not.toContain('Canary');
  });

  it('tells the trail of reads and writes, with what was tried more than once', () => {
    const step = { endedAt: null, runId: 'r', isFailed: false } as const;
    const text = shown({
      trail: [
        { ...step, at: '2026-11-24T16:35:40.123Z', step: 'read', attempts: 1, what: '12.00 GBP, unprocessed' },
        { ...step, at: '2026-11-24T16:35:41.123Z', step: 'write', attempts: 3, what: 'written' },
      ],
    });
    expect(text).toContain('trail        2026-11-24 16:35:40 read  12.00 GBP, unprocessed\n');
    expect(text).toContain('trail        2026-11-24 16:35:41 write written (3 attempts)');
  });
});

describe('a shown customer', () => {
  it('lists its orders with both sides', () => {
    const entries = [entryFor({ written: writtenOf({ refundedMinor: 200 }) })];
    const text = shownCustomer({ kind: 'answers', state: stateOf({ entries }) }).join('\n');
    expect(text).toContain('orders       1 synced, 0 held, 0 skipped');
    expect(text).toMatch(/536365.*synced.*12\.00 GBP.*0\.00 GBP.*12\.00 GBP.*2\.00 GBP/);
  });

  it('shows what stops it, with the next step', () => {
    const state = stateOf({
      status: 'blocked',
      customerSkip: 'email-taken',
      lastProblem: 'Dotdigital is unavailable',
      isRehearsal: true,
    });
    const text = shownCustomer({ kind: 'answers', state }).join('\n');
    expect(text).toContain('state        blocked (WRITES=off: nothing is written)');
    expect(text).toContain('problem      Dotdigital is unavailable');
    expect(text).toContain('why          email-taken: ');
  });

  it('counts orders that do not fit', () => {
    const entries = Array.from({ length: 35 }, (_, at) => entryFor({ number: String(1000 + at) }));
    const lines = shownCustomer({ kind: 'answers', state: stateOf({ entries }) });
    expect(lines.at(-1)).toBe('and 5 older');
    expect(lines.join('\n')).toContain('1034');
    expect(lines.join('\n')).not.toContain('1004');
  });

  it('whose contact is read back says when', () => {
    const state = stateOf({ status: 'waiting', contactReadBackAt: '2026-11-24T16:37:40.000Z' });
    expect(shownCustomer({ kind: 'answers', state }).join('\n')).toContain(
      'read back    the contact at 2026-11-24T16:37:40.000Z: the fate of a write is unknown',
    );
  });

  it('that was never woken says how to', () => {
    expect(shownCustomer({ kind: 'none' }).join('\n')).toContain('starter wake --customer');
  });

  it("has a page in Temporal's UI, its id escaped", () => {
    expect(customerLink('http://127.0.0.1:8233', 'default', 'c1')).toBe(
      'http://127.0.0.1:8233/namespaces/default/workflows/customer%2Fc1',
    );
  });
});
