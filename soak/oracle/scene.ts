import type { Client } from '@temporalio/client';
import type { DotdigitalEmulator } from '../../emulators/dotdigital/index.js';
import type { StoklyEmulator } from '../../emulators/stokly/index.js';
import type { CustomerState } from '../../src/contract/messages.js';

/** All that the oracle looks at: both stand-ins in this process, and the namespace that only this run uses. */
export interface Scene {
  readonly stokly: StoklyEmulator;
  readonly stoklyUrl: string;
  readonly dotdigital: DotdigitalEmulator;
  readonly dotdigitalUrl: string;
  readonly client: Client;
  /** The bundle that the histories are replayed with. */
  readonly workflowBundlePath: string;
  /** Waits until the customer has nothing in hand and nothing due now, and `until` holds. */
  settled(customerId: string, until: (state: CustomerState) => boolean): Promise<CustomerState>;
}
