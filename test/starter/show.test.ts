import { describe, expect, it } from 'vitest';
import type { CustomerState } from '../../src/contract/messages.js';
import { customerLink } from '../../src/starter/customer-workflow.js';
import type { OrderView } from '../../src/starter/order-view.js';
import { customerLines } from '../../src/starter/show-customer.js';
import { orderLines } from '../../src/starter/show-order.js';
import { CUSTOMER_ID, entryFor, HOLDING, snapshotOf, writtenOf } from '../support/ledger-factory.js';
import { TEST_POLICY } from '../support/policy.js';

function stateOf(rest: Partial<CustomerState> = {}): CustomerState {
  return {
    customerId: CUSTOMER_ID,
    status: 'idle',
    needsAttention: [],
    ledgerComplete: true,
    contactId: 42,
    customerSkip: null,
    queued: 0,
    due: [],
    isBusy: false,
    lastProblem: null,
    isRehearsal: false,
    outcomes: { synced: 1, held: 0, skipped: 0 },
    skippedByReason: {},
    entries: [],
    unknownOrders: [],
    recent: [],
    ...rest,
  };
}

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
    link: 'http://ui/x',
    ...rest,
  };
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

describe('a shown customer', () => {
  it('lists its orders with both sides', () => {
    const entries = [entryFor({ written: writtenOf({ refundedMinor: 200 }) })];
    const text = customerLines(CUSTOMER_ID, { kind: 'answers', state: stateOf({ entries }) }, 'http://ui/x').join('\n');
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
    const text = customerLines(CUSTOMER_ID, { kind: 'answers', state }, 'http://ui/x').join('\n');
    expect(text).toContain('state        blocked (WRITES=off: nothing is written)');
    expect(text).toContain('problem      Dotdigital is unavailable');
    expect(text).toContain('why          email-taken: ');
  });

  it('counts orders that do not fit', () => {
    const entries = Array.from({ length: 35 }, (_, at) => entryFor({ number: String(1000 + at) }));
    const lines = customerLines(CUSTOMER_ID, { kind: 'answers', state: stateOf({ entries }) }, 'http://ui/x');
    expect(lines.at(-1)).toBe('and 5 older');
    expect(lines.join('\n')).toContain('1034');
    expect(lines.join('\n')).not.toContain('1004');
  });

  it('that was never woken says how to', () => {
    expect(customerLines(CUSTOMER_ID, { kind: 'none' }, 'http://ui/x').join('\n')).toContain('starter wake --customer');
  });

  it("has a page in Temporal's UI, its id escaped", () => {
    expect(customerLink('http://127.0.0.1:8233', 'default', 'c1')).toBe(
      'http://127.0.0.1:8233/namespaces/default/workflows/customer%2Fc1',
    );
  });
});
