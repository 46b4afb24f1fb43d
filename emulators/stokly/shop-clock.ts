/**
 * The shop's own time: what `createdAt` and `timeUpdated` are stamped with. It runs with the machine's clock until it is set;
 * from then on it stands still and moves only when told. Tokens and rate windows use the machine's clock, not this one.
 */
export class ShopClock {
  #setTo: number | null = null;

  nowMs(): number {
    return this.#setTo ?? Date.now();
  }

  nowIso(): string {
    return isoOf(this.nowMs());
  }

  isSet(): boolean {
    return this.#setTo !== null;
  }

  setTo(atMs: number): void {
    this.#setTo = atMs;
  }

  reset(): void {
    this.#setTo = null;
  }
}

/** ISO 8601 UTC with milliseconds and `Z`: the form of all times on the wire. */
export function isoOf(atMs: number): string {
  return new Date(atMs).toISOString();
}
