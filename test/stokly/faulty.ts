import type { FaultInput } from '../../emulators/stokly/index.js';
import { createStoklyClient, type StoklyClient } from '../../src/stokly/client.js';
import { answerJson, startLocalServer } from '../http/local-server.js';
import { clientSettings, openShop, snapshotIn, type TestShop, wireCustomer } from './shop.js';

/** A shop with one order and one customer and a token in hand, in which from now on the fault strikes. */
export async function hit(fault: FaultInput): Promise<TestShop> {
  const shop = await openShop({ client: { timeoutMs: timeoutFor(fault) } });
  shop.putOrder();
  shop.emulator.account.store.customers.put(wireCustomer());
  await snapshotIn(shop.client);
  shop.fault(fault);
  return shop;
}

/** Short only where the fault is that no answer comes: a busy machine must not look like a fault. */
export function timeoutFor({ kind }: FaultInput): number {
  return kind.startsWith('timeout') || kind === 'byte-a-second' ? 1_000 : 15_000;
}

export function grantOf(accessToken: string) {
  return { data: { authenticationResult: { accessToken } } };
}

/** Our client on a server that grants and then gives this one answer to all that is no list. */
export async function clientOf(
  given: { status?: number; body: unknown },
  isList: (url: string) => boolean = () => false,
): Promise<StoklyClient> {
  const server = await startLocalServer((request, response) => {
    if (request.url === '/v1/grant') return answerJson(response, { body: grantOf('t') });
    if (isList(request.url)) return answerJson(response, { body: { data: [], metadata: { count: 0 } } });
    return answerJson(response, given);
  });
  return createStoklyClient(clientSettings(server.url));
}
