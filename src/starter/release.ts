import { loadStarterConfig } from '../config.js';
import { LIMITS } from '../domain/limits.js';
import { REASONS } from '../domain/reasons.js';
import { awaitCustomer, awaitedLine } from './await-customer.js';
import { confirm } from './confirm.js';
import { SCHEMA_VERSION, type StarterContext, StarterError, using } from './context.js';
import { customerLink, type CustomerView, viewCustomer, wake } from './customer-workflow.js';

/** Who releases, why, and whether the word that confirms it was typed already (`--yes`). */
export interface ReleaseOptions {
  readonly json: boolean;
  readonly actor: string;
  readonly reason: string;
  readonly isConfirmed: boolean;
  readonly waitMs: number;
}

/** @throws StarterError unless both are one line of text */
export function readAsked(given: { readonly actor?: string; readonly reason?: string }): {
  readonly actor: string;
  readonly reason: string;
} {
  const read = (option: string, text: string | undefined): string => {
    const trimmed = text?.trim() ?? '';
    if (trimmed === '') throw new StarterError(`${option} is needed: it is kept with what happened`);
    if (/[\r\n]/.test(trimmed) || trimmed.length > LIMITS.actorTextMax) {
      throw new StarterError(`${option} takes one line of at most ${LIMITS.actorTextMax} characters`);
    }
    return trimmed;
  };
  return { actor: read('--actor', given.actor), reason: read('--reason', given.reason) };
}

/**
 * Lets a customer be written again that is stopped, because its contact was deleted in Dotdigital or because Stokly said that
 * it was deleted. Resolves with the exit status: 0 also when the outcome is not known yet.
 */
export async function runReleaseCustomer(
  customerId: string,
  options: ReleaseOptions,
  context: StarterContext,
): Promise<number> {
  const config = loadStarterConfig(['temporal', 'temporalUiUrl'], context.env);
  return using(await context.connectTemporal(config.temporal), async (temporal) => {
    const view = await viewCustomer(temporal, customerId);
    const why = whyStopped(customerId, view);
    if (!options.json) for (const line of whatWillHappen(customerId, why, view)) context.print(line);
    await confirm('release', options.isConfirmed, context);
    const { actor, reason } = options;
    const { eventId } = await wake(temporal, customerId, { kind: 'release-contact', asked: { actor, reason } });
    const awaited = await awaitCustomer(temporal, customerId, { orderId: null, waitMs: options.waitMs });
    const { isDone, why: pending, state } = awaited;
    const link = customerLink(config.temporalUiUrl, temporal.namespace, customerId);
    const customerSkip = state?.customerSkip ?? null;
    if (options.json) {
      const result = {
        customerId,
        eventId,
        isDone,
        why: pending,
        customerSkip,
        outcomes: state?.outcomes ?? null,
        link,
      };
      context.print(JSON.stringify({ schemaVersion: SCHEMA_VERSION, ...result }));
    } else {
      context.print(awaitedLine(awaited));
      if (customerSkip !== null) context.print(`It is still left out: ${customerSkip}. ${REASONS[customerSkip].text}`);
      context.print(link);
    }
    return 0;
  });
}

function whyStopped(customerId: string, view: CustomerView): string {
  switch (view.kind) {
    case 'none':
      throw new StarterError(`Lockstep has never been told of customer ${customerId}: there is nothing to release`);
    case 'no-worker':
      if (view.status === 'stopped') return view.needsAttention.join(', ');
      throw new StarterError(`customer ${customerId} is not stopped (${view.status ?? 'unknown'}): nothing to release`);
    case 'answers':
      if (view.state.status === 'stopped') return view.state.customerSkip ?? 'no reason known';
      throw new StarterError(
        view.state.customerSkip === 'contact-deleted'
          ? `customer ${customerId} is not stopped, its contact is still deleted: restore it in Dotdigital, then starter wake --customer ${customerId}`
          : `customer ${customerId} is not stopped (${view.state.status}): nothing to release; to have it written again: starter resync --customer ${customerId}`,
      );
  }
}

function whatWillHappen(customerId: string, why: string, view: CustomerView): string[] {
  const reason = view.kind === 'answers' ? view.state.customerSkip : null;
  const orders = view.kind === 'answers' ? ` ${view.state.entries.length} orders and` : '';
  return [
    `Customer ${customerId} is stopped: ${why}.`,
    ...(reason === null ? [] : [REASONS[reason].text]),
    `Released, its contact is looked for again by e-mail. One that is live is written; one that is still deleted is left alone;`,
    `where there is none, one is created if CONTACT_POLICY and the consent allow it. Then${orders} the contact's fields are written again.`,
  ];
}
