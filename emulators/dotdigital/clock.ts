/**
 * The emulator's time. It runs with the real clock unless a test freezes or advances it.
 * Rate windows, import delays and all time stamps follow it.
 */
export class EmulatorClock {
  #offsetMs = 0;
  #frozenAtMs: number | null = null;

  nowMs(): number {
    return (this.#frozenAtMs ?? Date.now()) + this.#offsetMs;
  }

  nowText(): string {
    return new Date(this.nowMs()).toISOString();
  }

  advance(byMs: number): void {
    this.#offsetMs += byMs;
  }

  /** Stops the clock, at `at` or where it stands. */
  freeze(atMs: number = this.nowMs()): void {
    this.#frozenAtMs = atMs;
    this.#offsetMs = 0;
  }

  /** Runs on from where it stands. */
  resume(): void {
    this.#offsetMs = this.nowMs() - Date.now();
    this.#frozenAtMs = null;
  }

  /** Back to the real time. */
  reset(): void {
    this.#offsetMs = 0;
    this.#frozenAtMs = null;
  }
}
