import { onTestFinished } from 'vitest';
import type { Fault } from '../../emulators/dotdigital/index.js';
import { createDotdigitalClient, type DotdigitalClient } from '../../src/dotdigital/client.js';
import { answerJson, startLocalServer } from '../http/local-server.js';
import { COLLECTION, contactIn, LIVE, openAccount, type TestAccount } from './account.js';

/** An account with one contact, in which from now on the fault strikes. */
export async function hit(fault: Fault): Promise<TestAccount & { contactId: number }> {
  const account = await openAccount();
  const contactId = await contactIn(account.client);
  await account.client.createCollection({ name: COLLECTION, scope: 'contact', type: 'orders' }, LIVE);
  account.emulator.account.requests.clear();
  account.fault(fault);
  return { ...account, contactId, client: isSilence(fault) ? impatientClient(account) : account.client };
}

function isSilence({ kind }: Fault): boolean {
  return kind.startsWith('timeout') || kind === 'byte-a-second';
}

/** For calls that are to fail for their time, and no others: a busy machine must not look like a fault. */
function impatientClient({ emulator, url }: TestAccount): DotdigitalClient {
  const { user: apiUser, password: apiPassword } = emulator;
  const client = createDotdigitalClient({ apiUrl: url, apiUser, apiPassword, timeoutMs: 250, refusedWaitMsMax: 0 });
  onTestFinished(() => client.close());
  return client;
}

/** Our client on a server that gives this one answer. */
export async function answering(given: {
  status?: number;
  body: unknown;
  headers?: Record<string, string>;
}): Promise<DotdigitalClient> {
  const server = await startLocalServer((_request, response) => answerJson(response, given));
  return createDotdigitalClient({ apiUrl: server.url, apiUser: 'u', apiPassword: 'p' });
}
