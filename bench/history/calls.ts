import { urlOf } from '../../demo/surroundings.js';
import { cpuMsOfEach, type Stack } from '../stack.js';
import { sumOfSeries } from '../worker-metrics.js';

interface CallsRead {
  readonly stokly: Readonly<Record<string, number>>;
  readonly dotdigital: Readonly<Record<string, number>>;
  readonly refused: number;
  readonly all: number;
  readonly cpuMs: Readonly<Record<string, number | null>>;
}

export interface Calls {
  readonly stoklyPerOrder: number;
  /** Writes to contacts and records, single ones and imports; creates and the polling of imports apart. */
  readonly dotdigitalWritesPer1000Orders: number;
  readonly dotdigitalCreates: number;
  readonly dotdigitalWrites: number;
  /** Calls that were answered 429, of all. */
  readonly refused: number;
  readonly all: number;
  readonly byCall: Readonly<Record<string, number>>;
}

/** What has been called so far, as the stand-ins counted it. */
export async function readCalls({ stokly, dotdigital, processes, ports }: Stack): Promise<CallsRead> {
  const page = await fetch(`${urlOf(ports.metrics)}/metrics`, { signal: AbortSignal.timeout(30_000) });
  const text = await page.text();
  const refused = text.split('\n').filter((line) => line.includes('status="429"'));
  return {
    stokly: await stokly.calls(),
    dotdigital: await dotdigital.calls(),
    refused: sumOfSeries(refused.join('\n'), 'lockstep_vendor_calls_total'),
    all: sumOfSeries(text, 'lockstep_vendor_calls_total'),
    cpuMs: await cpuMsOfEach(processes),
  };
}

const WRITE = /^(POST|PUT|PATCH|DELETE) /;
/** A create alone keeps consent safe, and costs a call a contact. */
const CREATE = /^POST \/contacts\/v3$/;

export function callsBetween(
  before: CallsRead,
  after: CallsRead,
  orders: number,
): { calls: Calls; cpu: Readonly<Record<string, number | null>> } {
  const stokly = difference(before.stokly, after.stokly);
  const dotdigital = difference(before.dotdigital, after.dotdigital);
  const writes = Object.entries(dotdigital).filter(([call]) => WRITE.test(call));
  const sum = (entries: readonly (readonly [string, number])[]) =>
    entries.reduce((total, [, count]) => total + count, 0);
  const creates = sum(writes.filter(([call]) => CREATE.test(call)));
  const others = sum(writes) - creates;
  const cpu = Object.entries(after.cpuMs).map(([name, ms]): [string, number | null] => {
    const start = before.cpuMs[name] ?? null;
    return [name, ms === null || start === null ? null : Math.round(((ms - start) / orders) * 100) / 100];
  });
  return {
    calls: {
      stoklyPerOrder: Math.round((sum(Object.entries(stokly)) / orders) * 1_000) / 1_000,
      dotdigitalWritesPer1000Orders: Math.round((others / orders) * 100_000) / 100,
      dotdigitalCreates: creates,
      dotdigitalWrites: others,
      refused: after.refused - before.refused,
      all: after.all - before.all,
      byCall: { ...stokly, ...dotdigital },
    },
    cpu: Object.fromEntries(cpu),
  };
}

/** Numbers that are known of the vendors: Dotdigital's lowest package, an author's measure of Stokly. */
export const CALLS_A_WINDOW = { stokly: 600, low: 35, medium: 150, high: 150 } as const;

const IMPORT = /^PUT .*\/import$/;
const IMPORT_POLL = /^GET .*\/import\/:importId$/;
const DOTDIGITAL = /^[A-Z]+ \/(contacts|insightData)\//;

function limitOf(call: string): keyof typeof CALLS_A_WINDOW | null {
  if (!DOTDIGITAL.test(call)) return 'stokly';
  if (IMPORT_POLL.test(call)) return null;
  if (IMPORT.test(call)) return 'low';
  return WRITE.test(call) ? 'medium' : 'high';
}

export function shareOfLimits(
  byCall: Calls['byCall'],
  { seconds, limitWindowMs }: { readonly seconds: number; readonly limitWindowMs: number },
): Record<keyof typeof CALLS_A_WINDOW, number> {
  const shareOf = (limit: keyof typeof CALLS_A_WINDOW): number => {
    const calls = Object.entries(byCall).filter(([call]) => limitOf(call) === limit);
    const sent = calls.reduce((sum, [, count]) => sum + count, 0);
    return Math.round((sent * limitWindowMs) / (CALLS_A_WINDOW[limit] * seconds * 10)) / 100;
  };
  return { stokly: shareOf('stokly'), low: shareOf('low'), medium: shareOf('medium'), high: shareOf('high') };
}

function difference(
  before: Readonly<Record<string, number>>,
  after: Readonly<Record<string, number>>,
): Record<string, number> {
  const counts = Object.entries(after).map(([call, count]): [string, number] => [call, count - (before[call] ?? 0)]);
  return Object.fromEntries(counts.filter(([, count]) => count > 0));
}
