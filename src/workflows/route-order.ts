import { isCancellation, setCurrentDetails, sleep } from '@temporalio/workflow';
import type { RouteOrderInput, RouteOrderResult } from '../contract/messages.js';
import { LIMITS } from '../domain/limits.js';
import { pauseForNotFound, queueItem } from '../domain/wake-queue.js';
import { live } from './activity-proxies.js';

/**
 * Finds the customer of an order whose event named none (`route/<eventId>`), and wakes it. An order that Stokly does not show
 * yet is asked for again at a growing pace, for a day; a till sale has no customer and ends as skipped `no-customer`.
 */
export async function routeOrderWorkflow({ wake }: RouteOrderInput): Promise<RouteOrderResult> {
  const startedAtMs = Date.now();
  for (let tries = 0; ; tries++) {
    const found = await resolve(wake.orderId);
    if (found.kind === 'found') {
      if (found.customerId === null) return { outcome: 'no-customer', customerId: null, tries: tries + 1 };
      await untilDone(() =>
        live.wakeCustomer.executeWithOptions({ summary: 'wake its customer' }, [
          { customerId: found.customerId ?? '', wake },
        ]),
      );
      return { outcome: 'woken', customerId: found.customerId, tries: tries + 1 };
    }
    const item = queueItem(wake.orderId, 'not-found', { tries, waitingSinceMs: startedAtMs });
    const pauseMs = pauseForNotFound(item, Date.now());
    if (pauseMs === null) return { outcome: 'unknown-order', customerId: null, tries: tries + 1 };
    setCurrentDetails(`Stokly does not show order ${wake.orderId} yet: asked ${tries + 1} time(s), for a day at most.`);
    await sleep(pauseMs, { summary: 'Stokly does not show the order yet' });
  }
}

async function resolve(orderId: string) {
  return await untilDone(() =>
    live.resolveOrderCustomer.executeWithOptions({ summary: `order ${orderId}` }, [{ orderId }]),
  );
}

/** An activity that gave up is started again without limit: an acknowledged event is never lost to an outage. */
async function untilDone<Result>(start: () => Promise<Result>): Promise<Result> {
  for (;;) {
    try {
      return await start();
    } catch (error) {
      if (isCancellation(error)) throw error;
      setCurrentDetails(
        `Tried again after a pause: ${error instanceof Error && error.cause instanceof Error ? error.cause.message : 'unknown failure'}`,
      );
      await sleep(LIMITS.routeRetryPauseMs, { summary: 'pause before the next try' });
    }
  }
}
