import { canonicalJson } from '../canonical.js';
import { sha256Hex } from './sha256.js';

/** What happened to a review. People's messages that were refused stand in it too: a signal has no other answer. */
export const TRAIL_ACTIONS = [
  'opened',
  'replaced',
  'recheck',
  'acceptStated',
  'acceptComputed',
  'exclude',
  'refused-message',
  'assigned',
  'commented',
  'reminded',
  'escalated',
  'changed',
  'refused',
  'applied',
  'superseded',
  'withdrawn',
] as const;
export type TrailAction = (typeof TRAIL_ACTIONS)[number];

/** One entry; its hash covers all of it and the hash of the entry before: nothing can be changed unseen. */
export interface TrailEntry {
  /** ISO instant. */
  readonly at: string;
  /** A person's name as staff gave it, or `lockstep`. */
  readonly actor: string;
  readonly action: TrailAction;
  /** What was said, or what happened, in plain words. */
  readonly reason: string;
  /** The money that it was about. */
  readonly moneyHash: string;
  /** SHA-256 in hexadecimal over the other members and the hash of the entry before (`''` before the first). */
  readonly hash: string;
}

export function trailEntry(before: string, entry: Omit<TrailEntry, 'hash'>): TrailEntry {
  return { ...entry, hash: hashOfEntry(before, entry) };
}

function hashOfEntry(before: string, { at, actor, action, reason, moneyHash }: Omit<TrailEntry, 'hash'>): string {
  return sha256Hex(canonicalJson({ before, at, actor, action, reason, moneyHash }));
}

/**
 * The place of the first entry whose hash is not what its content and the one before make; null where the trail is whole. Of a trail
 * that lost its oldest entries to the bound the first one kept cannot be checked: it anchors the rest.
 */
export function firstBrokenEntry(trail: readonly TrailEntry[], dropped: number): number | null {
  const broken = trail.findIndex((entry, at) => {
    if (at === 0 && dropped > 0) return false;
    return entry.hash !== hashOfEntry(trail[at - 1]?.hash ?? '', entry);
  });
  return broken === -1 ? null : broken;
}
