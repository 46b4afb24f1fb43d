import type { Random } from './random.js';

/** What breaks at one moment, and for how long. */
export type PlannedFault =
  | { readonly atMs: number; readonly what: 'kill worker' | 'stop worker' | 'kill relay' | 'revoke Stokly tokens' }
  | { readonly atMs: number; readonly what: 'kill Temporal'; readonly forMs: number }
  | { readonly atMs: number; readonly what: 'revoke credentials'; readonly of: Vendor; readonly forMs: number }
  | {
      readonly atMs: number;
      readonly what: 'vendor fault';
      readonly of: Vendor;
      /** As it is shown: `503`, `html` … */
      readonly name: VendorFault;
      /** Of the calls while it lasts. */
      readonly probability: number;
      readonly forMs: number;
    };

export type Vendor = 'stokly' | 'dotdigital';

const VENDOR_FAULTS = [
  '500',
  '503',
  '429',
  'timeout-before',
  'timeout-after',
  'reset-mid-body',
  'html',
  'latency',
] as const;
export type VendorFault = (typeof VENDOR_FAULTS)[number] | 'late-effect';

export interface FaultPace {
  readonly loadMs: number;
  /** From one fault to the next. */
  readonly gapMs: readonly [min: number, max: number];
  /** How long what lasts may last; shorter than the shortest gap, so that no two faults of one vendor meet. */
  readonly lastsMs: readonly [min: number, max: number];
  /** From then on the worker is left alone, so that its memory can be watched. */
  readonly workerLeftAloneFromMs: number;
}

/** Plans the faults. Depends on the random stream alone. */
export function planFaults(random: Random, pace: FaultPace): PlannedFault[] {
  const faults: PlannedFault[] = [];
  const deck: Draw[] = [];
  for (let atMs = random.whole(...pace.gapMs); atMs < pace.loadMs; atMs += random.whole(...pace.gapMs)) {
    // Dealt like cards, so that a short run sees every kind before it sees one twice.
    if (deck.length === 0) deck.push(...random.shuffle(DRAWS));
    const next = deck.findIndex((draw) => !draw.isOfWorker || atMs < pace.workerLeftAloneFromMs);
    const [draw] = next === -1 ? [] : deck.splice(next, 1);
    if (draw !== undefined) faults.push(draw.fault({ random, atMs, forMs: random.whole(...pace.lastsMs) }));
    else deck.length = 0;
  }
  return faults;
}

interface Draw {
  readonly isOfWorker: boolean;
  fault(at: { random: Random; atMs: number; forMs: number }): PlannedFault;
}

const ofVendor = (of: Vendor): Draw => ({
  isOfWorker: false,
  fault: ({ random, atMs, forMs }) => {
    const name: VendorFault = random.pick(VENDOR_FAULTS);
    return { atMs, what: 'vendor fault', of, name, probability: random.pick([0.3, 0.6, 1]), forMs };
  },
});

const DRAWS: readonly Draw[] = [
  { isOfWorker: true, fault: ({ atMs }) => ({ atMs, what: 'kill worker' }) },
  { isOfWorker: true, fault: ({ atMs }) => ({ atMs, what: 'stop worker' }) },
  { isOfWorker: false, fault: ({ atMs }) => ({ atMs, what: 'kill relay' }) },
  { isOfWorker: false, fault: ({ atMs, forMs }) => ({ atMs, what: 'kill Temporal', forMs }) },
  { isOfWorker: false, fault: ({ atMs }) => ({ atMs, what: 'revoke Stokly tokens' }) },
  {
    isOfWorker: false,
    fault: ({ random, atMs, forMs }) => ({
      atMs,
      what: 'revoke credentials',
      of: random.pick(['stokly', 'dotdigital']),
      forMs,
    }),
  },
  ofVendor('stokly'),
  ofVendor('dotdigital'),
  ofVendor('stokly'),
  ofVendor('dotdigital'),
  {
    isOfWorker: false,
    fault: ({ atMs, forMs }) => ({
      atMs,
      what: 'vendor fault',
      of: 'dotdigital',
      name: 'late-effect',
      probability: 0.5,
      forMs,
    }),
  },
];

/** One line for a person. */
export function faultText(fault: PlannedFault): string {
  switch (fault.what) {
    case 'kill worker':
    case 'stop worker':
    case 'kill relay':
    case 'revoke Stokly tokens':
      return fault.what;
    case 'kill Temporal':
      return `kill Temporal for ${fault.forMs} ms`;
    case 'revoke credentials':
      return `revoke ${fault.of}'s credentials for ${fault.forMs} ms`;
    case 'vendor fault':
      return `${fault.of} ${fault.name} for ${fault.forMs} ms, ${fault.probability * 100} % of its calls`;
  }
}
