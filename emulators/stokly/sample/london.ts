import { DateTime } from 'luxon';

const LONDON = 'Europe/London';
const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const MINUTE_MS = 60_000;
const DESPATCH_HOUR = 16;

/** Offsets change at full hours only, and asking for one is slow: each hour of the sample is asked for once. */
const offsets = new Map<string, number>();

function offsetMs(hour: string, zone: string): number {
  const key = `${hour} ${zone}`;
  const known = offsets.get(key);
  if (known !== undefined) {
    return known;
  }
  const time = DateTime.fromISO(`${hour}:00:00`, { zone }).setZone(LONDON);
  if (!time.isValid) {
    throw new Error(`"${hour}" is no hour of a day`);
  }
  const offset = time.offset * MINUTE_MS;
  offsets.set(key, offset);
  return offset;
}

/** The wall clock of London, `2010-12-01T08:26:00`, as an instant. */
export function londonMs(text: string): number {
  const atMs = Date.parse(`${text}Z`);
  if (Number.isNaN(atMs)) {
    throw new Error(`"${text}" is no date`);
  }
  return atMs - offsetMs(text.slice(0, 13), LONDON);
}

/** 16:00 in London on the n-th working day after that one. Monday to Friday; holidays are working days here. */
export function despatchMs(placedAtMs: number, workingDays: number): number {
  const utcHour = new Date(placedAtMs).toISOString().slice(0, 13);
  let day = Math.floor((placedAtMs + offsetMs(utcHour, 'utc')) / DAY_MS);
  for (let left = workingDays; left > 0; ) {
    day += 1;
    left -= Number(isWorkingDay(day));
  }
  return londonMs(new Date(day * DAY_MS + DESPATCH_HOUR * HOUR_MS).toISOString().slice(0, 19));
}

/** Days are counted from 1970-01-01, which was a Thursday. */
function isWorkingDay(day: number): boolean {
  const weekday = (day + 4) % 7;
  return weekday !== 0 && weekday !== 6;
}
