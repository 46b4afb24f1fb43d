import { WorkflowNotFoundError } from '@temporalio/client';
import { customerWorkflowId } from '../../src/contract/ids.js';
import type { CustomerState } from '../../src/contract/messages.js';
import { countWrites, raisedSubscriptions, versionViolations } from './changes.js';
import type { Chronicle } from './chronicle.js';
import { contentViolations } from './content.js';
import { historyViolations } from './histories.js';
import type { Scene } from './scene.js';
import { type ExpectedOrder, expectedOrder, readStokly } from './stokly-truth.js';

export interface Bounds {
  readonly chronicle: Chronicle;
  /** Writes to Dotdigital that may have changed nothing. */
  readonly wastedWritesMax: number;
  /**
   * Writes may land late, after newer ones: a record may go back, and must be right again once the writes of unknown fate were
   * read back, which is then waited for. Otherwise a read-back that is still due is not: what it says stands already.
   */
  readonly isLateAllowed?: boolean;
}

/**
 * Waits until everyone is settled, then says in words what is not as promised; empty when all is well. Dotdigital holds what
 * Stokly's state is worth, to the penny; no record went back in version; no subscription was raised; every order has exactly
 * one outcome; wasted writes are within their bound; every history replays and no workflow task failed.
 */
export async function violationsOf(scene: Scene, bounds: Bounds): Promise<string[]> {
  const { chronicle, wastedWritesMax, isLateAllowed = false } = bounds;
  const truth = await readStokly(scene.stoklyUrl);
  const orders = truth.orders.map((order) => expectedOrder(order, truth.refunds));
  const customers = new Map(truth.customers.map((customer) => [String(customer['customerId']), customer]));
  const states = await statesOf(scene, { customerIds: [...customers.keys()], isLateAllowed });
  const changes = scene.dotdigital.account.log.all;
  const { wasted } = countWrites(scene.dotdigital, holdsOf([...states.values()], chronicle));
  return [
    ...outcomeViolations(orders, states),
    ...attentionViolations([...states.values()], chronicle),
    ...(await contentViolations(scene, { orders, customers, chronicle })),
    ...versionViolations(changes, { chronicle, isLateAllowed }),
    ...raisedSubscriptions(changes),
    ...(wasted.length > wastedWritesMax
      ? [`${wasted.length} writes changed nothing, ${wastedWritesMax} may: ${wasted.join('; ')}`]
      : []),
    ...(await historyViolations(scene, [...states.keys()])),
  ];
}

/** By contact: how often an order of it was shown in a state that is held. */
function holdsOf(states: readonly CustomerState[], chronicle: Chronicle): Map<number, number> {
  const held = [...chronicle.orders.values()].flat().filter(({ order }) => order.outcome === 'held');
  return new Map(
    states.flatMap(({ customerId, contactId }) =>
      contactId === null ? [] : [[contactId, held.filter(({ order }) => order.customerId === customerId).length]],
    ),
  );
}

async function statesOf(
  scene: Scene,
  { customerIds, isLateAllowed }: { customerIds: readonly string[]; isLateAllowed: boolean },
): Promise<Map<string, CustomerState>> {
  const states = new Map<string, CustomerState>();
  const read = async (customerId: string): Promise<void> => {
    try {
      await scene.client.workflow.getHandle(customerWorkflowId(customerId)).describe();
    } catch (error) {
      if (error instanceof WorkflowNotFoundError) return;
      throw error;
    }
    const isQuiet = (state: CustomerState): boolean =>
      state.due.every(({ why }) => why === 'unconfirmed' && !isLateAllowed) &&
      (state.contactReadBackAt === undefined || !isLateAllowed);
    states.set(customerId, await scene.settled(customerId, isQuiet));
  };
  await Promise.all(customerIds.map(read));
  return states;
}

function outcomeViolations(orders: readonly ExpectedOrder[], states: ReadonlyMap<string, CustomerState>): string[] {
  const entries = [...states.values()].flatMap((state) => state.entries);
  const found: string[] = [];
  for (const { key, orderId, customerId, outcome } of orders) {
    const own = entries.filter((entry) => entry.orderId === orderId).map((entry) => entry.outcome);
    const isRight = customerId === null ? own.length === 0 : own.length === 1 && own[0] === outcome;
    if (!isRight) found.push(`order ${key}: should be ${outcome}, and its outcomes are [${own.join(', ')}]`);
  }
  const known = new Set(orders.map(({ orderId }) => orderId));
  const strange = entries.filter(({ orderId }) => !known.has(orderId));
  return [...found, ...strange.map(({ number }) => `order ${number}: in a ledger, and Stokly has no such order`)];
}

/** A held order asks for a person, and so does consent that came back or went in between; nothing else does. */
function attentionViolations(states: readonly CustomerState[], chronicle: Chronicle): string[] {
  return states.flatMap(({ customerId, needsAttention, outcomes }) => {
    const isConsentMixed = (chronicle.consents.get(customerId) ?? []).length > 1;
    const allowed = [
      ...(outcomes.held > 0 ? ['order-held'] : []),
      ...(isConsentMixed ? ['consent-newer', 'consent-conflict'] : []),
    ];
    const strange = needsAttention.filter((attention) => !allowed.includes(attention));
    return strange.length === 0 ? [] : [`customer ${customerId}: needs ${strange.join(', ')}`];
  });
}
