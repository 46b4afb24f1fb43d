import { Registry } from 'prom-client';
import { counter, histogram } from '../metrics/meters.js';
import { IGNORED_TYPES } from '../contract/event-types.js';

const ACKNOWLEDGED_KINDS = ['wake-customer', 'route-order'] as const;
const IGNORED_KINDS = [...IGNORED_TYPES, 'unknown'] as const;

/**
 * Why a webhook was not taken. `signature`: any fault of it · `unreadable`: signed, and not what we understand · `too-large`:
 * body or headers · `too-many`: above the address's limit · `too-slow`: headers or body did not arrive in time · `malformed`:
 * no HTTP · `connections`: too many at once · `temporal`: Temporal has not accepted it.
 */
const REFUSALS = [
  'signature',
  'unreadable',
  'too-large',
  'too-many',
  'too-slow',
  'malformed',
  'connections',
  'temporal',
] as const;
export type Refusal = (typeof REFUSALS)[number];

/** What the relay counts, as `/metrics` shows it. */
export interface RelayMetrics {
  readonly registry: Registry;
  acknowledged(kind: (typeof ACKNOWLEDGED_KINDS)[number]): void;
  ignored(type: (typeof IGNORED_KINDS)[number]): void;
  refused(reason: Refusal): void;
  /** From the whole body's arrival to Temporal's answer. */
  accepted(seconds: number): void;
}

export function createRelayMetrics(): RelayMetrics {
  const registry = new Registry();
  const acknowledged = counter(registry, {
    name: 'lockstep_relay_acknowledged_total',
    help: 'Webhooks that stand in Temporal and were answered 202, by what was done. Repeats count: the workflow drops them.',
    labels: { kind: ACKNOWLEDGED_KINDS },
  });
  const ignored = counter(registry, {
    name: 'lockstep_relay_ignored_total',
    help: 'Webhooks answered 202 that move nothing, by type.',
    labels: { type: IGNORED_KINDS },
  });
  const refused = counter(registry, {
    name: 'lockstep_relay_refused_total',
    help: 'Webhooks and connections not taken, by reason.',
    labels: { reason: REFUSALS },
  });
  const accept = histogram(registry, {
    name: 'lockstep_relay_accept_seconds',
    help: 'Time until Temporal had accepted a webhook, from its whole arrival.',
    buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2, 3],
  });
  return {
    registry,
    acknowledged: (kind) => acknowledged.inc({ kind }),
    ignored: (type) => ignored.inc({ type }),
    refused: (reason) => refused.inc({ reason }),
    accepted: (seconds) => accept.observe(seconds),
  };
}
