const INSTANT = /^(\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}(?::\d{2})?)(?:[.,](\d+))?(Z|[+-]\d{2}:?\d{2})?$/i;

interface Instant {
  /** Whole seconds, in ms. */
  readonly ms: number;
  /** Digits after the second, without trailing zeros: compares as text. */
  readonly fraction: string;
}

/**
 * Orders ISO texts by the moment they name, whatever their precision and offset (`…00Z` equals `…00.000Z`; microseconds count).
 * A text without an offset is UTC. What is no instant comes before all that are, by its text, so that the order is total.
 */
export function compareInstants(a: string, b: string): number {
  const [left, right] = [readInstant(a), readInstant(b)];
  if (left === null || right === null) return left === right ? compareTexts(a, b) : left === null ? -1 : 1;
  return left.ms === right.ms ? compareTexts(left.fraction, right.fraction) : Math.sign(left.ms - right.ms);
}

/** `2026-11-23T10:00:00.000Z`, for dates that leave the house. What is no instant comes back as it is. */
export function isoInstant(text: string): string {
  const instant = readInstant(text);
  if (instant === null) return text;
  return new Date(instant.ms + Number(instant.fraction.slice(0, 3).padEnd(3, '0'))).toISOString();
}

/** Ms since 1970, or null for what is no instant. */
export function instantMs(text: string): number | null {
  const instant = readInstant(text);
  return instant === null ? null : instant.ms + Number(instant.fraction.slice(0, 3).padEnd(3, '0'));
}

/** The later of two instants; of two texts for one moment always the same one, so that the order of arguments does not show. */
export function laterInstant(a: string | null, b: string | null): string | null {
  if (a === null || b === null) return a ?? b;
  const order = compareInstants(a, b) || compareTexts(a, b);
  return order >= 0 ? a : b;
}

/** The earlier of two instants, on the same terms. */
export function earlierInstant(a: string | null, b: string | null): string | null {
  if (a === null || b === null) return a ?? b;
  return laterInstant(a, b) === a ? b : a;
}

/** By UTF-16 code units: no locale, the same on every machine. */
export function compareTexts(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}

function readInstant(text: string): Instant | null {
  const match = INSTANT.exec(text);
  if (match === null) return null;
  const [, second = '', fraction = '', offset = 'Z'] = match;
  const ms = Date.parse(`${second.toUpperCase().replace(' ', 'T')}${offset.toUpperCase()}`);
  return Number.isNaN(ms) ? null : { ms, fraction: fraction.replace(/0+$/, '') };
}
