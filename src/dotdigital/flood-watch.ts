/** So many of history's writes within one span are a flood: more than single calls should carry. */
const FLOOD_FROM = 12;
const SPAN_MS = 5_000;

/** Tells whether history's writes, of all kinds together, come thick and fast, and for how long they have. */
export class FloodWatch {
  #spanStartMs = 0;
  #inSpan = 0;
  #inSpanBefore = 0;
  #sinceMs: number | null = null;

  came(nowMs: number): void {
    this.#turn(nowMs);
    this.#inSpan += 1;
    if (this.#isFlood(nowMs)) this.#sinceMs ??= nowMs;
  }

  /** In ms; null where there is none. */
  forMs(nowMs: number): number | null {
    this.#turn(nowMs);
    if (!this.#isFlood(nowMs)) this.#sinceMs = null;
    return this.#sinceMs === null ? null : nowMs - this.#sinceMs;
  }

  /** Of the span before, the part that is less than a span ago is taken as spread evenly. */
  #isFlood(nowMs: number): boolean {
    const part = Math.max(0, 1 - (nowMs - this.#spanStartMs) / SPAN_MS);
    return this.#inSpan + this.#inSpanBefore * part >= FLOOD_FROM;
  }

  #turn(nowMs: number): void {
    const spans = Math.floor((nowMs - this.#spanStartMs) / SPAN_MS);
    if (spans <= 0) return;
    this.#inSpanBefore = spans === 1 ? this.#inSpan : 0;
    this.#inSpan = 0;
    this.#spanStartMs += spans * SPAN_MS;
  }
}
