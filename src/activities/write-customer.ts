import type { SkipReason } from '../domain/reasons.js';
import type { ActivityDeps } from './deps.js';
import type { WriteCustomerInput, WriteCustomerResult } from './customer-write.js';
import type { HistoryTurns } from './history-turns.js';
import { HolderTries } from './holder-tries.js';
import { ImportsToldInHeartbeats } from './import-memory.js';
import { type ActivityRun, runActivity } from './run-activity.js';
import { type SettledContact, settleContact } from './settle-contact.js';
import { wakeHolders } from './wake-holders.js';
import { writeFields } from './write-fields.js';
import { type RecordsWritten, writeRecords } from './write-records.js';

/**
 * Makes Dotdigital say what it should about one customer: the contact, then the order records, then, when their results are
 * in, the contact's fields in one update. So no field about an order is written before its record.
 *
 * Safe to repeat: a created contact carries `STOKLY_ID` and so finds itself again; a record's PUT and the fields' PATCH say
 * the whole state. After a failed attempt the records are marked unconfirmed and read back later, in case the earlier
 * attempt's write lands last. Who is woken for a refused record is woken once by the id of the wake. Writes that an earlier attempt handed to an import are not sent again: its report is asked for.
 * PERSONAL DATA is read and used inside this activity alone.
 */
export function createWriteCustomer(deps: ActivityDeps, turns: HistoryTurns) {
  return async function writeCustomer(input: WriteCustomerInput): Promise<WriteCustomerResult> {
    let imports: ImportsToldInHeartbeats | null = null;
    let holderTries: HolderTries | null = null;
    const body = async ({ attempt, executionId, begunAtMs, signal, progress, tellProgress }: ActivityRun) => {
      imports = new ImportsToldInHeartbeats(progress, tellProgress);
      holderTries = new HolderTries(progress, tellProgress);
      const announced = input.priority === 'history' ? deps.dotdigital.announce(signal) : undefined;
      // The customer's work began with its read: its calls go before those of all who are still read, or all would end together. Not when
      // tried again: where Dotdigital fails, the profiles that are read anew each time would leave Stokly's limit to nobody else.
      const age = attempt === 1 ? 0 : begunAtMs;
      const call = { priority: input.priority, signal, begunAtMs: age, imports, ...(announced && { announced }) };
      if (input.priority === 'live') turns.liveCame();
      const settled = await settleContact(deps, input, { call, executionId, attempt });
      if (settled.customerSkip !== null && settled.contact === null)
        return skipped(settled.customerSkip, settled.notes);
      if (settled.isGone) return gone(settled);
      // A customer that is left out keeps nothing: what stands is deleted, nothing is put; the workflow looks at the rest again.
      const isLeftOut = settled.customerSkip !== null;
      const orders = isLeftOut ? input.orders.filter((order) => order.kind === 'delete') : input.orders;
      const isUncertain = attempt > 1 || input.isInDoubt === true || settled.isFoundAgain;
      const records = await writeRecords(deps, { settled, orders, isUncertain }, call);
      if (records.isContactGone) return gone(settled);
      const isPartial = orders.length < input.orders.length;
      const fields = isPartial
        ? { ...unchanged, contact: settled.contact }
        : await writeFields(deps, { input, settled, records }, call);
      if (fields.isContactGone) return gone(settled);
      const refused = await wakeHolders(deps, { input, results: records.results, tries: holderTries }, call);
      measure(deps, input, records);
      // Also where none were due: what others handed in need not wait for this one's turn.
      announced?.handedIn('fields');
      if (input.priority === 'history') await turns.goOn(signal);
      return {
        contact: fields.contact,
        customerSkip: settled.customerSkip,
        isContactGone: false,
        orders: records.results,
        ...(isUncertain || fields.isUncertain === true ? { isUncertain: true } : {}),
        ...(settled.isFoundAgain ? { isFoundAgain: true } : {}),
        notes: [...settled.notes, ...refused, ...fields.notes],
      };
    };
    return await runActivity(body, { progress: () => [...(imports?.told() ?? []), ...(holderTries?.told() ?? [])] });
  };
}

/** Measured when all writes of the customer are confirmed, so that an attempt that failed on its way counts nothing. */
function measure(deps: ActivityDeps, { receivedAtMs }: WriteCustomerInput, { results }: RecordsWritten): void {
  for (const { orderId, what } of results) {
    const at = receivedAtMs?.[orderId];
    const isWritten = what === 'written' || what === 'mended' || what === 'deleted';
    if (at !== undefined && isWritten) deps.metrics?.eventWritten((deps.now() - at) / 1000);
  }
}

function skipped(reason: SkipReason, notes: readonly string[]): WriteCustomerResult {
  return { contact: null, customerSkip: reason, isContactGone: false, orders: [], notes };
}

const unchanged = { isContactGone: false, isUncertain: false, notes: [] };

function gone(settled: SettledContact): WriteCustomerResult {
  return { ...skipped('contact-deleted', settled.notes), contact: settled.contact, isContactGone: true };
}
