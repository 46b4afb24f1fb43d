import { describe, expect, it } from 'vitest';
import { type HeldRecord, recordHolder } from '../../src/domain/record-holder.js';

const OWN = '00000000-0000-4000-8000-00000000c001';
const OTHER = '00000000-0000-4000-8000-00000000c002';
const ORDER = '00000000-0000-4000-8000-00000000a001';

const asked: HeldRecord = {
  customerId: OWN,
  orderId: ORDER,
  holder: { contactId: 12, stoklyId: OTHER, isGone: false },
  record: { stoklyOrderId: ORDER },
};

function heldBy(holder: Partial<NonNullable<HeldRecord['holder']>>): HeldRecord {
  return { ...asked, holder: { contactId: 12, stoklyId: OTHER, isGone: false, ...holder } };
}

describe('a record that stands under another contact', () => {
  it('is to be given up by the customer that this contact is', () => {
    expect(recordHolder(asked)).toEqual({ kind: 'customer', customerId: OTHER });
  });

  it.each<[string, HeldRecord]>([
    ['does not say which', { ...asked, holder: null }],
    ['was deleted', heldBy({ isGone: true })],
    ['no more', { ...asked, record: null }],
    ["another order's", { ...asked, record: { stoklyOrderId: OTHER } }],
    // Another connector's, say.
    ["another order's", { ...asked, record: { stoklyOrderId: null } }],
    ["no customer of Stokly's", heldBy({ stoklyId: null })],
    ["this customer's id too", heldBy({ stoklyId: OWN })],
    ['is no customer id', heldBy({ stoklyId: 'ann@example.com' })],
  ])('is nobody’s to give up: %s', (why, held) => {
    const holder = recordHolder(held);
    expect(holder).toEqual({ kind: 'nobody', why: expect.stringContaining(why) });
    expect(JSON.stringify(holder)).not.toContain('@');
  });
});
