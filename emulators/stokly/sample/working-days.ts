import { DateTime } from 'luxon';

const DESPATCH_HOUR = 16;
const SATURDAY = 6;

/** 16:00 in London on the n-th working day after that one. Monday to Friday; holidays are working days here. */
export function despatchMs(placedAtMs: number, workingDays: number): number {
  let day = DateTime.fromMillis(placedAtMs, { zone: 'Europe/London' }).startOf('day');
  for (let left = workingDays; left > 0; ) {
    day = day.plus({ days: 1 });
    left -= Number(day.weekday < SATURDAY);
  }
  return day.set({ hour: DESPATCH_HOUR }).toMillis();
}
