import { patched } from '@temporalio/workflow';

/** Every order of commands that changed since a recorded history: a named predicate each, false where an older run replays. */

/** An order that is held has a review opened. Runs that began before replay without; they open theirs in the next drain. */
export function areReviewsOpened(): boolean {
  return patched('open-reviews');
}

/** How many orders are skipped stands in a search attribute. Asked only where the number is another than the one that stands there. */
export function areSkippedShown(): boolean {
  return patched('show-skipped');
}

/** What was only rehearsed (`WRITES=off`) is looked at again as soon as writes are on. Asked only where that is so. */
export function areRehearsalsMadeUp(): boolean {
  return patched('make-up-rehearsals');
}

/** A resync of the whole customer takes away notices that only a person can have seen to. Asked only where there is one. */
export function areNoticesCleared(): boolean {
  return patched('clear-notices');
}

/** An order that left while the fate of its first put was unknown is deleted all the same. Asked only where a put was lost. */
export function areLostPutsDeleted(): boolean {
  return patched('delete-lost-puts');
}

/**
 * An order that its new customer wrote before the old one had deleted it was refused; handed over, it is read again, whatever version is
 * known. Asked only where that is so.
 */
export function areRefusedMovesReadAgain(): boolean {
  return patched('read-refused-moves');
}

/**
 * An order that is handed over while its new customer has a write of it in hand, which may still be refused, is read again too, whatever
 * version is known. Asked only where no record of it stands.
 */
export function areUnwrittenMovesReadAgain(): boolean {
  return patched('read-unwritten-moves');
}

/**
 * A customer that a person releases hears once more of orders that moved: while it was stopped it gave up no record. Asked only where it had
 * heard of one.
 */
export function areMovesHeardAgain(): boolean {
  return patched('hear-moves-again');
}

/** A customer that recovered is shown so at once, and not only when it has nothing to do. Asked only where it has more to do. */
export function areRecoveriesShown(): boolean {
  return patched('show-recoveries');
}

/** A vendor's limit that holds a customer up is shown as that, and not as an outage. Asked only where one does. */
export function areLimitsShown(): boolean {
  return patched('show-limits');
}

/**
 * A backfill's comparison asks nobody once more who has not answered at the end: he is named. Asked only where somebody has not, and
 * differs.
 */
export function areSilentLeftAlone(): boolean {
  return patched('leave-silent-alone');
}
