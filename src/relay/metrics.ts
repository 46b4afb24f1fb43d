import { Counter, Histogram, Registry } from 'prom-client';
import type { IGNORED_TYPES } from './event.js';

/** Why a webhook was not taken. */
const REFUSALS = ['signature', 'unreadable', 'too-large', 'too-many', 'temporal'] as const;
type Refusal = (typeof REFUSALS)[number];

/** What the relay counts, as `/metrics` shows it. Labels are closed lists: a sender cannot make them grow. */
export interface RelayMetrics {
  readonly registry: Registry;
  acknowledged(kind: 'wake-customer' | 'route-order'): void;
  ignored(type: (typeof IGNORED_TYPES)[number] | 'unknown'): void;
  refused(reason: Refusal): void;
  /** From the whole body's arrival to Temporal's answer. */
  accepted(seconds: number): void;
}

export function createRelayMetrics(): RelayMetrics {
  const registry = new Registry();
  const registers = [registry];
  const acknowledged = new Counter({
    name: 'lockstep_relay_acknowledged_total',
    help: 'Webhooks that stand in Temporal and were answered 202, by what was done',
    labelNames: ['kind'],
    registers,
  });
  const ignored = new Counter({
    name: 'lockstep_relay_ignored_total',
    help: 'Webhooks answered 202 that move nothing, by type',
    labelNames: ['type'],
    registers,
  });
  const refused = new Counter({
    name: 'lockstep_relay_refused_total',
    help: 'Webhooks not taken, by reason',
    labelNames: ['reason'],
    registers,
  });
  const accept = new Histogram({
    name: 'lockstep_relay_accept_seconds',
    help: 'Time until Temporal had accepted a webhook',
    buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2, 3],
    registers,
  });
  // A series that starts at zero can be alerted on; one that appears with its first event cannot.
  for (const reason of REFUSALS) refused.inc({ reason }, 0);
  return {
    registry,
    acknowledged: (kind) => acknowledged.inc({ kind }),
    ignored: (type) => ignored.inc({ type }),
    refused: (reason) => refused.inc({ reason }),
    accepted: (seconds) => accept.observe(seconds),
  };
}
