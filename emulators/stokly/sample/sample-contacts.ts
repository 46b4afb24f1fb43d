import { groupBy } from './group-by.js';
import { sampleId } from './ids.js';
import type { Person } from './people.js';

/** A contact that the other side has before anything is synced. What a Dotdigital stand-in is to be seeded with. */
export interface SampleContact {
  readonly email: string;
  readonly emailStatus: 'subscribed' | 'unsubscribed' | 'suppressed';
  readonly binned?: boolean;
  readonly dataFields?: Readonly<Record<string, string>>;
}

const FORM_SUBSCRIBERS = 20;
const NEWLY_GRANTED = 9;
const SUPPRESSED = 10;
const BINNED = 10;

/**
 * Fifty, taken by ascending customer number from those with a valid address of their own that no one shares: by a form
 * subscribed though Stokly says refused; unsubscribed though Stokly says granted; suppressed; in the bin; and one that carries
 * another customer's id. Fewer where the sample has fewer customers.
 */
export function sampleContacts(accounts: readonly Person[]): SampleContact[] {
  const owners = groupBy(accounts, (account) => account.email);
  const own = accounts.filter(
    ({ email, rules }) => email !== null && !rules.hasInvalidEmail && owners.get(email)?.length === 1,
  );
  const refused = own.filter(({ consent }) => consent === false);
  const granted = own.filter(({ consent, rules }) => consent === true && !rules.changesConsent);
  const take = (from: readonly Person[], start: number, length: number): Person[] => from.slice(start, start + length);
  const [stranger, other] = take(granted, NEWLY_GRANTED + SUPPRESSED + BINNED, 2);
  return [
    ...take(refused, 0, FORM_SUBSCRIBERS).map((person) => contact(person, { emailStatus: 'subscribed' })),
    ...take(granted, 0, NEWLY_GRANTED).map((person) => contact(person, { emailStatus: 'unsubscribed' })),
    ...take(granted, NEWLY_GRANTED, SUPPRESSED).map((person) => contact(person, { emailStatus: 'suppressed' })),
    ...take(granted, NEWLY_GRANTED + SUPPRESSED, BINNED).map((person) =>
      contact(person, { emailStatus: 'subscribed', binned: true }),
    ),
    ...(stranger === undefined || other === undefined
      ? []
      : [
          contact(stranger, {
            emailStatus: 'subscribed',
            dataFields: { STOKLY_ID: sampleId(String(other.number)) },
          }),
        ]),
  ];
}

function contact(person: Person, state: Omit<SampleContact, 'email'>): SampleContact {
  return { email: person.email ?? '', ...state };
}
