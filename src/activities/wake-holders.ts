import type { PutOrder } from '../domain/drain-plan.js';
import { canonicalId } from '../domain/ids.js';
import { moveEventId } from '../domain/moves.js';
import { recordKey } from '../domain/order-record.js';
import { recordHolder } from '../domain/record-holder.js';
import type { CallOptions, DotdigitalApi } from '../dotdigital/api.js';
import { DotdigitalCallError } from '../dotdigital/errors.js';
import { isGone, ownerOf } from '../dotdigital/found-contact.js';
import type { RecordResult, WriteCustomerInput } from './customer-write.js';
import type { ActivityDeps } from './deps.js';
import type { HolderTries } from './holder-tries.js';

type HolderInput = Pick<WriteCustomerInput, 'customerId' | 'orders' | 'priority'>;

/** What of the world it needs. */
interface HolderDeps extends Pick<ActivityDeps, 'policy' | 'wakeCustomer' | 'loadHistory'> {
  readonly dotdigital: Pick<DotdigitalApi, 'findRecordHolder' | 'getRecord'>;
}

/** `insightData:keyExistingForDifferentContact` of a single write, `KeyExistingForDifferentContact` of an import. */
const KEY_IS_ANOTHERS = /^(insightData:)?keyExistingForDifferentContact\b/i;

/**
 * Records that were refused because they stand under another contact: their orders were that contact's customer's before, and where an
 * event named the new customer alone he never hears of it. He is woken, finds the order to be another's, deletes the record and hands the
 * order over. Says in words what came of each.
 *
 * Safe to repeat, and asked once about one record as it stands: the id of the wake names the order, who was refused it, in which version,
 * and when the record was written. At most three reads an order; nothing is changed in Dotdigital.
 */
export async function wakeHolders(
  deps: HolderDeps,
  written: {
    readonly input: HolderInput;
    readonly results: readonly RecordResult[];
    readonly tries: Pick<HolderTries, 'mayFail'>;
  },
  call: CallOptions,
): Promise<string[]> {
  const { input, results, tries } = written;
  const refused = results.flatMap(({ orderId, code }) => (KEY_IS_ANOTHERS.test(code ?? '') ? [orderId] : []));
  const orders = input.orders.filter((order): order is PutOrder => order.kind === 'put');
  return await Promise.all(
    orders
      .filter((order) => refused.includes(order.entry.orderId))
      .map(async (order) => {
        const said = await wakeHolder(deps, { input, order }, call).catch((error: unknown) => givenUp(error, tries));
        return `order ${order.entry.number}: ${said}`;
      }),
  );
}

/** What is not known of one record stops nobody's other orders. An outage fails the attempt, unless it is of this call alone. */
function givenUp(error: unknown, tries: Pick<HolderTries, 'mayFail'>): string {
  if (error instanceof HolderNotWoken) {
    if (tries.mayFail()) throw error.cause;
    return `its record stands with customer ${error.customerId}, who could not be woken: he is asked again when the order is next looked at`;
  }
  if (!(error instanceof DotdigitalCallError)) throw error;
  const { failure } = error;
  const isOfOneCall = failure === 'unreadable-answer' || failure === 'refused';
  if (!isOfOneCall && (failure !== 'unavailable' || tries.mayFail())) throw error;
  return `its record stands with another contact, and whose that is was not to be had (${error.message}): it is asked again when the order is next looked at`;
}

/** Temporal did not take the signal; it may take no more for that customer, whose troubles are not to stop this one. */
class HolderNotWoken extends Error {
  override name = 'HolderNotWoken';

  constructor(
    readonly customerId: string,
    override readonly cause: unknown,
  ) {
    super(`customer ${customerId} could not be woken`);
  }
}

async function wakeHolder(
  deps: HolderDeps,
  { input, order }: { readonly input: HolderInput; readonly order: PutOrder },
  call: CallOptions,
): Promise<string> {
  const { customerId } = input;
  const { orderId, version } = order.entry;
  const collection = deps.policy.ordersCollection;
  const key = recordKey(order.snapshot, deps.policy);
  const contact = await deps.dotdigital.findRecordHolder({ collection, key }, call);
  const found =
    contact === null ? null : await deps.dotdigital.getRecord({ contactId: contact.contactId, collection, key }, call);
  const holder = recordHolder({
    customerId,
    orderId,
    holder:
      contact === null
        ? null
        : {
            contactId: contact.contactId,
            stoklyId: ownerOf(contact, deps.policy.dataFieldPrefix),
            isGone: isGone(contact),
          },
    record: found?.kind === 'found' ? { stoklyOrderId: idOrNull(found.record['stokly_order_id']) } : null,
  });
  if (holder.kind === 'nobody') return holder.why;
  const updatedAt = found?.kind === 'found' ? found.updatedAt : null;
  const eventId = moveEventId(orderId, [customerId, version ?? '-', updatedAt ?? '-']);
  // A history that is loaded stays behind live work, and so does whom it wakes.
  const wake = input.priority === 'live' ? deps.wakeCustomer : deps.loadHistory;
  await wake(holder.customerId, { eventId, kind: 'order', orderId, isRecordHere: true }).catch((error: unknown) => {
    throw new HolderNotWoken(holder.customerId, error);
  });
  return `its record stands with customer ${holder.customerId}, who was woken to give it up`;
}

function idOrNull(value: unknown): string | null {
  return typeof value === 'string' && value !== '' ? canonicalId(value) : null;
}
