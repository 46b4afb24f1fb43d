import { LIMITS } from '../domain/limits.js';
import type { Change, ChangeCursor, ChangesPage, PollField, PollStream } from '../domain/poll/change.js';
import type { ChangesPage as ReadPage } from '../stokly/api.js';
import type { ActivityDeps } from './deps.js';
import { runActivity } from './run-activity.js';

export interface ListChangesInput {
  readonly stream: PollStream;
  /** ISO instant. */
  readonly since: string;
  /** Null: the first page. */
  readonly cursor: ChangeCursor | null;
}

/**
 * One page of what is new or changed, oldest first: by `timeUpdated` where the account has it, else new rows alone, by `createdAt`. Reads only;
 * ids and times alone come out of it.
 */
export function createListChanges(deps: ActivityDeps) {
  return async function listChanges({ stream, since, cursor }: ListChangesInput): Promise<ChangesPage> {
    const field: PollField = deps.policy.timeUpdatedKnown ? 'timeUpdated' : 'createdAt';
    if (stream === 'refunds' && !deps.policy.refundsKnown) {
      return { field, isOff: true, changes: [], unreadable: 0, lastAt: null, next: null };
    }
    return await runActivity(async ({ signal }) => {
      // A cursor of another field is of before a change of settings: the stream is read from its beginning.
      const after = cursor?.field === field ? { at: cursor.at, id: cursor.id } : null;
      const asked = { field, since, after, size: LIMITS.pollRowsPerPage };
      const { changes, unreadable, last, isLast } = await deps.stokly.listChanges(stream, asked, {
        priority: 'live',
        signal,
      });
      if (unreadable.count > 0) {
        deps.log.warn({ stream, rows: unreadable.count, ids: unreadable.ids }, 'changed rows that cannot be read');
      }
      return {
        field,
        isOff: false,
        changes: changes.map((change) => changeOf(stream, change)),
        unreadable: unreadable.count,
        lastAt: last?.at ?? null,
        next: isLast || last === null ? null : { field, ...last },
      };
    });
  };
}

/** A refund's row does not say whose it is: that is asked for when it is woken for. */
function changeOf(stream: PollStream, change: ReadPage['changes'][number]): Change {
  const { id, orderId, customerId, at, version } = change;
  return {
    stream,
    id,
    at,
    ...(orderId === null ? {} : { orderId }),
    ...(stream === 'refunds' ? {} : { customerId }),
    ...(version === null ? {} : { version }),
  };
}
