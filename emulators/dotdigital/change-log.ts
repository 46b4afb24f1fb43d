import type { EmulatorClock } from './clock.js';

/** Who made a change: an API call (its number in the request log), a person in Dotdigital's UI, or a seed. */
export type Actor =
  | { readonly by: 'api'; readonly request: number; readonly call: string }
  | { readonly by: 'person'; readonly action: string }
  | { readonly by: 'seed' };

export type ChangeDetail =
  | {
      readonly kind: 'status';
      readonly contactId: number;
      /** null: the contact did not exist before. */
      readonly from: string | null;
      /** null: the contact is gone for good. */
      readonly to: string | null;
      /** A contact that existed and was not subscribed has become subscribed. */
      readonly isRaise: boolean;
    }
  | { readonly kind: 'email'; readonly contactId: number; readonly from: string | null; readonly to: string }
  | { readonly kind: 'fields'; readonly contactId: number; readonly names: readonly string[] }
  | {
      readonly kind: 'record';
      readonly collection: string;
      readonly key: string;
      readonly contactId: number;
      /** 1 for the first content ever under this key of this contact, then 2, 3 … also over deletions. */
      readonly version: number;
      /** The record's JSON text as it stands now; null when it was deleted. */
      readonly json: string | null;
    };

export type Change = { readonly n: number; readonly at: string; readonly actor: Actor } & ChangeDetail;

/** A demo or a test run stays far below; what is older is dropped and counted, so that memory is bounded. */
const CHANGES_KEPT_MAX = 500_000;

/** Append-only: what tests of consent and of order read. */
export class ChangeLog {
  #changes: Change[] = [];
  #count = 0;
  constructor(readonly clock: EmulatorClock) {}

  add(actor: Actor, detail: ChangeDetail): void {
    this.#count += 1;
    this.#changes.push({ n: this.#count, at: this.clock.nowText(), actor, ...detail });
    if (this.#changes.length > CHANGES_KEPT_MAX * 1.1) this.#changes = this.#changes.slice(-CHANGES_KEPT_MAX);
  }

  get all(): readonly Change[] {
    return this.#changes;
  }

  /** How many were ever made. */
  get count(): number {
    return this.#count;
  }

  clear(): void {
    this.#changes = [];
    this.#count = 0;
  }
}
