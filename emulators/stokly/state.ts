import type { Account } from './account.js';
import type { Settings } from './settings.js';
import { isoOf } from './shop-clock.js';
import { textOf, toJson, type WireObject } from './wire.js';

/** Everything that the emulator knows, as JSON text with exact amounts; without the rows where only counts are wanted. */
export function stateJson(account: Account, isWithRows: boolean): string {
  const { store, clock, timeline, settings } = account;
  const facts = JSON.stringify({
    clock: { now: clock.nowIso(), isSet: clock.isSet() },
    counts: store.counts(),
    settings: shownSettings(settings),
    tokens: { live: account.tokens.liveCount },
    rateWindow: account.rateWindow.counts,
    webhooks: account.webhooks.report(),
    faults: account.faults.report(),
    sample:
      timeline === null
        ? null
        : {
            report: timeline.sample.report,
            creditsNotImported: timeline.sample.creditsNotImported,
            endsAt: isoOf(timeline.endsAtMs),
            eventsLeft: timeline.eventsLeft,
          },
  });
  if (!isWithRows) {
    return facts;
  }
  const orders: WireObject[] = [...store.orders.all()].map((header) => ({
    ...header,
    lines: store.order(textOf(header, 'saleOrderId') ?? '')?.lines ?? [],
  }));
  const rows = { orders, refunds: [...store.refunds.all()], customers: [...store.customers.all()] };
  return `${facts.slice(0, -1)},${toJson(rows, settings.amounts).slice(1)}`;
}

/** The settings without the one that is a secret. */
export function shownSettings(settings: Settings): object {
  const { secretKey: _kept, ...credentials } = settings.credentials;
  return { ...settings, credentials };
}
