import type { Change, DotdigitalEmulator } from '../../emulators/dotdigital/index.js';
import type { Chronicle } from './chronicle.js';
import { parseDigits } from './amounts.js';
import { canonicalText } from './stokly-truth.js';

/**
 * Each content of a record must be of the version of the one before, or of a later one; a held version is never written. With
 * `isLateAllowed` an older version may land after a newer one, as a write does that took long on its way.
 */
export function versionViolations(
  changes: readonly Change[],
  { chronicle, isLateAllowed }: { chronicle: Chronicle; isLateAllowed: boolean },
): string[] {
  const reached = new Map<string, number>();
  const found: string[] = [];
  for (const change of changes) {
    if (change.kind !== 'record' || change.json === null) continue;
    const versions = chronicle.orders.get(change.key) ?? [];
    const content = canonicalText(parseDigits(change.json));
    const from = reached.get(change.key) ?? 0;
    const isIt = (version: (typeof versions)[number]) =>
      version.content === content && version.order.outcome === 'synced';
    const later = versions.findIndex((version, at) => at >= from && isIt(version));
    const any = versions.findIndex(isIt);
    if (later >= 0) reached.set(change.key, later);
    else if (any < 0) found.push(`record ${change.key}: got a content that Stokly never showed: ${content}`);
    else if (!isLateAllowed) found.push(`record ${change.key}: went back from version ${from + 1} to ${any + 1}`);
  }
  return found;
}

export function raisedSubscriptions(changes: readonly Change[]): string[] {
  return changes.flatMap((change) =>
    change.kind === 'status' && change.isRaise && change.actor.by === 'api'
      ? [`contact ${change.contactId}: its subscription was raised by ${change.actor.call}`]
      : [],
  );
}

const WRITES = /^(POST|PUT|PATCH|DELETE) (\/contacts\/v3|\/insightData\/v3\/contacts)/;

export interface WriteCounts {
  readonly writes: number;
  /** In words, one each. */
  readonly wasted: readonly string[];
}

/**
 * Writes to contacts and records, and those that changed nothing: a record put with the content that stood there, a call
 * refused or lost, and updates of a contact's fields beyond one for each change of its records, one for its complete history
 * and `holds`: one for each time that an order of it was held, which fields of the contact say and no record does.
 */
export function countWrites(
  { account }: DotdigitalEmulator,
  holds: ReadonlyMap<number, number> = new Map<number, number>(),
): WriteCounts {
  const useful = new Set<number>();
  const standing = new Map<string, string | null>();
  const fieldUpdates = new Map([...holds].map(([contactId, times]) => [contactId, times + 1]));
  for (const change of account.log.all) {
    const { contactId } = change;
    if (change.kind === 'record') {
      if (standing.get(change.key) === change.json) continue;
      standing.set(change.key, change.json);
      fieldUpdates.set(contactId, (fieldUpdates.get(contactId) ?? 1) + 1);
    }
    if (change.actor.by === 'api') useful.add(change.actor.request);
  }
  const writes = account.requests.all.filter(({ method, path }) => WRITES.test(`${method} ${path}`));
  const wasted = writes.flatMap(({ n, method, path, carried }) => {
    const contactId = carried[0]?.contactId;
    if (!useful.has(n)) return [`${method} ${path}`];
    if (method !== 'PATCH' || contactId === undefined) return [];
    const left = fieldUpdates.get(contactId) ?? 1;
    fieldUpdates.set(contactId, left - 1);
    return left > 0 ? [] : [`${method} ${path} beyond its changes`];
  });
  return { writes: writes.length, wasted };
}
