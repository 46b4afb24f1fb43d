import { setTimeout as pause } from 'node:timers/promises';
import { DEMO_CREDENTIALS } from '../emulators/stokly/index.js';
import { faultText, type PlannedFault, type Vendor, type VendorFault } from './fault-plan.js';
import { control, type SoakStack } from './stack.js';

export interface FaultsPlay {
  readonly startedAtMs: number;
  readonly signal: AbortSignal;
  /** Told what breaks. */
  readonly tell: (line: string) => void;
}

/** Lets everything break at its time, one after the other; what lasts is over before the next begins. */
export async function playFaults(
  stack: SoakStack,
  faults: readonly PlannedFault[],
  { startedAtMs, signal, tell }: FaultsPlay,
): Promise<void> {
  for (const fault of faults) {
    const waitMs = startedAtMs + fault.atMs - performance.now();
    if (waitMs > 0) await pause(waitMs, undefined, { signal });
    signal.throwIfAborted();
    tell(`${Math.round((performance.now() - startedAtMs) / 1000)} s: ${faultText(fault)}`);
    await playFault(stack, fault, signal);
  }
}

async function playFault(stack: SoakStack, fault: PlannedFault, signal: AbortSignal): Promise<void> {
  switch (fault.what) {
    case 'kill worker':
      return await again(stack, 'worker', 'SIGKILL');
    case 'stop worker':
      return await again(stack, 'worker', 'SIGTERM');
    case 'kill relay':
      return await again(stack, 'relay', 'SIGKILL');
    case 'kill Temporal':
      await stack.end('temporal', 'SIGKILL');
      await pause(fault.forMs, undefined, { signal });
      return await stack.run('temporal');
    case 'revoke Stokly tokens':
      await control(stack.stoklyUrl, ['POST', 'tokens/revoke']);
      return;
    case 'revoke credentials':
      await revoke(stack, fault.of, true);
      await pause(fault.forMs, undefined, { signal });
      return await revoke(stack, fault.of, false);
    case 'vendor fault': {
      const url = fault.of === 'stokly' ? stack.stoklyUrl : stack.dotdigitalUrl;
      const { probability } = fault;
      const faults = wireFaults(fault.of, fault.name).map((one) => ({ ...one, probability }));
      await control(url, ['POST', 'faults'], faults);
      await pause(fault.forMs, undefined, { signal });
      // What a late effect held back lands now, seconds after the writes that came later.
      await control(url, ['DELETE', 'faults']);
      return;
    }
  }
}

async function again(stack: SoakStack, name: 'worker' | 'relay', signal: 'SIGKILL' | 'SIGTERM'): Promise<void> {
  await stack.end(name, signal);
  await stack.run(name);
}

async function revoke(stack: SoakStack, of: Vendor, areRevoked: boolean): Promise<void> {
  if (of === 'dotdigital') {
    await control(stack.dotdigitalUrl, ['POST', 'settings'], { areCredentialsRevoked: areRevoked });
    return;
  }
  const secretKey = areRevoked ? 'another-secret' : DEMO_CREDENTIALS.secretKey;
  await control(stack.stoklyUrl, ['POST', 'settings'], { credentials: { ...DEMO_CREDENTIALS, secretKey } });
  if (areRevoked) await control(stack.stoklyUrl, ['POST', 'tokens/revoke']);
}

/** A call that gets no answer loses its connection after this: the clients' own patience is two minutes. */
const DROPPED_AFTER_MS = 1_000;
const LATENCY_MS = 1_500;

/** A fault of our plan in the words of its vendor's stand-in. */
function wireFaults(of: Vendor, name: VendorFault): Readonly<Record<string, unknown>>[] {
  const durationKey = of === 'stokly' ? 'latencyMs' : 'delayMs';
  switch (name) {
    case '500':
    case '503':
      return [{ kind: 'status', status: Number(name) }];
    case '429':
      return of === 'stokly'
        ? [{ kind: 'status', status: 429, retryAfterSecs: 1 }]
        : [{ kind: 'status', status: 429, rateResetInMs: 1_000 }];
    case 'timeout-before':
    case 'timeout-after':
      return [{ kind: name, [durationKey]: DROPPED_AFTER_MS }];
    case 'latency':
      return [{ kind: name, [durationKey]: LATENCY_MS }];
    case 'reset-mid-body':
    case 'html':
      return [{ kind: name }];
    case 'late-effect':
      // What says a whole state can land late; how late, is said by the end of the fault.
      return ['PUT', 'PATCH', 'DELETE'].map((method) => ({ kind: name, match: { method }, afterCalls: 1_000_000 }));
  }
}
