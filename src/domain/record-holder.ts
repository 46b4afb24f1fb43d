import { isUuid } from './ids.js';

/** What is known of a record that was refused because its key stands under another contact. */
export interface HeldRecord {
  /** Who was refused it. */
  readonly customerId: string;
  readonly orderId: string;
  /** The contact that has it; null where Dotdigital names none. No personal data. */
  readonly holder: {
    readonly contactId: number;
    /** Its `STOKLY_ID`; null where it has none. */
    readonly stoklyId: string | null;
    readonly isGone: boolean;
  } | null;
  /** The record as it stands there; null where it does not. */
  readonly record: { readonly stoklyOrderId: string | null } | null;
}

type RecordHolder =
  | { readonly kind: 'customer'; readonly customerId: string }
  /** Nobody of ours can be asked to give it up. `why`, in words, with contact ids alone. */
  | { readonly kind: 'nobody'; readonly why: string };

/** Which customer of Stokly's is to give up a record, because its order is another's by now. */
export function recordHolder({ customerId, orderId, holder, record }: HeldRecord): RecordHolder {
  if (holder === null) return nobody('its record stands with another contact, and Dotdigital does not say which');
  const where = `its record stands with contact ${holder.contactId}`;
  if (holder.isGone) return nobody(`${where}, which was deleted: delete it for good, or restore it`);
  if (record === null) return nobody(`${where} no more: it is written when it is looked at again`);
  if (holder.stoklyId === null) return nobody(`${where}, which is no customer of Stokly's: delete the record there`);
  // Every record of ours says which order it is.
  if (record.stoklyOrderId !== orderId)
    return nobody(`a record of its key stands with contact ${holder.contactId}, and is another order's`);
  if (holder.stoklyId === customerId)
    return nobody(`${where}, which carries this customer's id too: delete the record there`);
  // Stokly's customer ids are UUIDs: what else may stand in a field for people goes into no workflow's id.
  if (!isUuid(holder.stoklyId)) return nobody(`${where}, whose STOKLY_ID is no customer id: delete the record there`);
  return { kind: 'customer', customerId: holder.stoklyId };
}

function nobody(why: string): RecordHolder {
  return { kind: 'nobody', why };
}
