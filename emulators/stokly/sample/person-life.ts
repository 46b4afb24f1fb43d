import { customerHappening } from '../events.js';
import { isoOf } from '../shop-clock.js';
import type { WireObject } from '../wire.js';
import { DAY_MS, type LifeEvent } from './life.js';
import { movedFrom, type Person } from './people.js';
import { billingFields, customerRecord } from './wire-objects.js';

/** Created with the first document; some change their consent twice, some move. */
export function personLife(person: Person): LifeEvent[] {
  const changed = (afterMs: number, changesAt: (now: string) => WireObject): LifeEvent => ({
    atMs: person.createdAtMs + afterMs,
    apply: ({ store }) => {
      const customer = store.customers.get(person.customerId);
      if (customer === undefined) {
        return [];
      }
      const now = isoOf(person.createdAtMs + afterMs);
      const next = { ...customer, ...changesAt(now), timeUpdated: now };
      store.customers.put(next);
      return [customerHappening('customer.updated', next)];
    },
  });
  const consentBecomes = (isGranted: boolean) => (now: string) => ({
    marketingConsent: isGranted,
    marketingConsentAt: now,
  });
  return [
    {
      atMs: person.createdAtMs,
      apply: ({ store }) => {
        const record = customerRecord(person);
        store.customers.put(record);
        return [customerHappening('customer.created', record)];
      },
    },
    ...(person.rules.changesConsent
      ? [changed(2 * DAY_MS, consentBecomes(false)), changed(4 * DAY_MS, consentBecomes(true))]
      : []),
    ...(person.rules.moves ? [changed(3 * DAY_MS, () => billingFields(movedFrom(person)))] : []),
  ];
}
