import { onTestFinished } from 'vitest';
import {
  createDotdigitalEmulator,
  type DotdigitalEmulator,
  type Fault,
  type SettingsPatch,
} from '../../emulators/dotdigital/index.js';
import type { CallOptions, DataFields } from '../../src/dotdigital/api.js';
import { createDotdigitalClient, type DotdigitalClient, type DotdigitalSettings } from '../../src/dotdigital/client.js';
import { DotdigitalCallError } from '../../src/dotdigital/errors.js';

export const LIVE: CallOptions = { priority: 'live' };
export const COLLECTION = 'Orders';
/** Must never be seen in an error. */
export const CANARIES = {
  password: 'canary-password-71',
  email: 'canary.buyer+71@example.com',
  surname: 'Canarysurname71',
};

export interface TestAccount {
  readonly emulator: DotdigitalEmulator;
  readonly client: DotdigitalClient;
  readonly url: string;
  fault(fault: Fault): void;
}

/** Our client on a real emulator, both gone when the test is. */
export async function openAccount(
  given: { emulator?: SettingsPatch; client?: Partial<DotdigitalSettings> } = {},
): Promise<TestAccount> {
  const emulator = createDotdigitalEmulator({
    user: 'apiuser@apiconnector.com',
    password: CANARIES.password,
    ...(given.emulator === undefined ? {} : { settings: given.emulator }),
  });
  const { url } = await emulator.start();
  const client = createDotdigitalClient({
    apiUrl: url,
    apiUser: emulator.user,
    apiPassword: emulator.password,
    timeoutMs: 15_000,
    // A refused budget is told at once; what waits for it says so.
    refusedWaitMsMax: 0,
    ...given.client,
  });
  onTestFinished(async () => {
    client.close();
    await emulator.stop();
  });
  return {
    emulator,
    client,
    url,
    fault: (fault) => {
      emulator.account.faults.add(fault);
    },
  };
}

/** A subscribed contact; its id. */
export async function contactIn(
  client: DotdigitalClient,
  email = 'ann@example.com',
  dataFields: DataFields = {},
): Promise<number> {
  const created = await client.createContact({ email, status: 'subscribed', dataFields }, LIVE);
  if (created.kind !== 'created') throw new Error(`no contact: ${created.kind}`);
  return created.contact.contactId;
}

export async function callErrorOf(call: Promise<unknown>): Promise<DotdigitalCallError> {
  try {
    await call;
  } catch (error) {
    if (error instanceof DotdigitalCallError) return error;
    throw error;
  }
  throw new Error('expected the call to fail');
}
