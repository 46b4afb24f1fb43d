import { describe, expect, it } from 'vitest';
import { CONSENTS, consentStep, mayCreate, newContactStatus } from '../../src/domain/consent.js';

/** The e-mail statuses of the contacts API 3.4.3, lower case, and none at all. */
const EMAIL_STATUSES = [
  'nosubscription',
  'subscribed',
  'unsubscribed',
  'softbounced',
  'hardbounced',
  'ispcomplained',
  'pendingoptin',
  'directcomplaint',
  'spamtrap',
  'deleted',
  'blockedlocalpart',
  'sharedsuppression',
  'shareddomainsuppression',
  'suppressed',
  'purchased',
  'knowncomplainer',
  'knownlitigator',
  'binned',
  'domainsuppressed',
  'some-new-word',
  null,
];
const MAILED = ['subscribed', 'pendingoptin', 'softbounced'];
const ALL = [null, ...CONSENTS].flatMap((previous) =>
  CONSENTS.flatMap((current) => EMAIL_STATUSES.map((emailStatus) => ({ previous, current, emailStatus }))),
);

describe('a new contact', () => {
  it('is subscribed only for granted consent', () => {
    expect(CONSENTS.map((consent) => [consent, newContactStatus(consent)])).toEqual([
      ['granted', 'subscribed'],
      ['refused', 'unsubscribed'],
      ['unknown', 'unsubscribed'],
    ]);
  });

  it.each([
    ['consented', [true, false, false]],
    ['all', [true, true, true]],
    ['existing', [false, false, false]],
  ] as const)('under the policy %s is created for granted, refused, unknown: %j', (policy, expected) => {
    expect(CONSENTS.map((consent) => mayCreate(consent, policy))).toEqual(expected);
  });
});

describe('what happens to a subscription', () => {
  it('is nothing but lowering, in every case there is', () => {
    expect(new Set(ALL.map((seen) => consentStep(seen).kind))).toEqual(new Set(['none', 'lower', 'conflict', 'newer']));
  });

  it('is lowering exactly when consent was granted and is now refused, and mail would go out', () => {
    const lowered = ALL.filter((seen) => consentStep(seen).kind === 'lower');
    expect(lowered).toEqual(
      [...MAILED, null]
        .map((emailStatus) => ({ previous: 'granted', current: 'refused', emailStatus }))
        .sort((a, b) => EMAIL_STATUSES.indexOf(a.emailStatus) - EMAIL_STATUSES.indexOf(b.emailStatus)),
    );
  });

  it('is nothing at first sight, only telling', () => {
    for (const seen of ALL.filter(({ previous }) => previous === null)) {
      expect(consentStep(seen).kind).not.toBe('lower');
    }
  });

  it.each([null, 'refused', 'unknown'] as const)(
    'is a conflict when refused, subscribed, and %s before',
    (previous) => {
      expect(consentStep({ previous, current: 'refused', emailStatus: 'subscribed' })).toEqual({ kind: 'conflict' });
      expect(consentStep({ previous, current: 'refused', emailStatus: 'unsubscribed' })).toEqual({ kind: 'none' });
    },
  );

  it.each([null, ...CONSENTS])('is telling a person when granted but unsubscribed there, %s before', (previous) => {
    expect(consentStep({ previous, current: 'granted', emailStatus: 'unsubscribed' })).toEqual({ kind: 'newer' });
    expect(consentStep({ previous, current: 'granted', emailStatus: 'subscribed' })).toEqual({ kind: 'none' });
  });

  it('is nothing while consent is unknown', () => {
    for (const seen of ALL.filter(({ current }) => current === 'unknown')) expect(consentStep(seen).kind).toBe('none');
  });

  it('is nothing for whoever is suppressed, deleted, binned, or in a state that nobody knows', () => {
    const untouchable = ALL.filter(({ emailStatus }) => ![...MAILED, 'unsubscribed', null].includes(emailStatus));
    expect(untouchable.length).toBeGreaterThan(100);
    for (const seen of untouchable) expect(consentStep(seen).kind).toBe('none');
  });
});
