import type { Registry } from 'prom-client';
import { counter, histogram } from './meters.js';

/** One call: an answer's HTTP status, or why no whole answer came (`http/call-seen.ts`). */
export interface VendorCall {
  readonly result: number | string;
  readonly seconds: number;
}

export const VENDORS = ['stokly', 'dotdigital'] as const;
export type Vendor = (typeof VENDORS)[number];

/** Statuses that ask for something of their own to be done stand by themselves. */
const OWN_STATUSES = ['401', '403', '404', '409', '429'];
const NO_ANSWERS = ['timed-out', 'not-reached', 'connection-lost', 'aborted', 'answer-too-large'];
const STATUSES = ['2xx', '3xx', ...OWN_STATUSES, '4xx', '5xx', ...NO_ANSWERS, 'other'];

export function callMeters(registry: Registry): (vendor: Vendor, call: VendorCall) => void {
  const calls = counter(registry, {
    name: 'lockstep_vendor_calls_total',
    help: 'HTTP calls by vendor and answer; where no whole answer came, by why. 4xx: those that do not stand by themselves.',
    labels: { vendor: VENDORS, status: STATUSES },
  });
  const took = histogram(registry, {
    name: 'lockstep_vendor_call_seconds',
    help: 'Time that HTTP calls took, by vendor, without waiting for a limit.',
    labels: { vendor: VENDORS },
    buckets: [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30],
  });
  return (vendor, { result, seconds }) => {
    calls.inc({ vendor, status: statusOf(result) });
    took.observe({ vendor }, seconds);
  };
}

function statusOf(result: number | string): string {
  const text = String(result);
  if (OWN_STATUSES.includes(text) || NO_ANSWERS.includes(text)) return text;
  const family = `${text.slice(0, 1)}xx`;
  return typeof result === 'number' && STATUSES.includes(family) ? family : 'other';
}
