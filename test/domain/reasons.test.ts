import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isPlausibleEmail, MARKETPLACE_DOMAINS, PLACEHOLDER_EMAILS } from '../../src/domain/email.js';
import {
  customerSkipReason,
  firstReason,
  orderSkipReasons,
  REASONS,
  SKIP_REASONS,
  type SkipReason,
} from '../../src/domain/reasons.js';
import { order, profile } from './factories.js';

const policy = {
  channelsExcluded: ['Amazon'],
  customersExcluded: ['customer-9'],
  orderStatusesSynced: ['despatched', 'processing'],
  guestTypes: ['2'],
  emailsExcluded: [...MARKETPLACE_DOMAINS, ...PLACEHOLDER_EMAILS],
};
const ofOrder = (change: Parameters<typeof order>[0], status = 'despatched') =>
  orderSkipReasons({ ...order(change), status, policy });

describe('the reason that counts', () => {
  const isTheFirst = (pick: (reasons: readonly SkipReason[]) => SkipReason | null) =>
    fc.property(
      fc
        .subarray([...SKIP_REASONS], { minLength: 1 })
        .chain((some) => fc.shuffledSubarray(some, { minLength: some.length })),
      (some) => {
        const rank = Math.min(...some.map((reason) => SKIP_REASONS.indexOf(reason)));
        expect(pick(some)).toBe(SKIP_REASONS[rank]);
      },
    );

  it('is the first of the list, in whatever order they are found', () => {
    fc.assert(isTheFirst(firstReason));
  });

  it('would be caught if it were the first found', () => {
    expect(fc.check(isTheFirst((reasons) => reasons[0] ?? null)).failed).toBe(true);
  });

  it('is none where none applies', () => {
    expect(firstReason([])).toBeNull();
  });

  it.each([
    ['removed', 'no-customer'],
    ['no-customer', 'excluded-channel'],
    ['guest', 'status-not-synced'],
    ['status-not-synced', 'no-email'],
    ['marketplace', 'email-taken'],
    ['no-consent', 'excluded-by-review'],
    ['excluded-by-review', 'refused-by-dotdigital'],
  ] as const)('is %s rather than %s', (first, second) => {
    expect(firstReason([second, first])).toBe(first);
  });
});

describe('an order is left out', () => {
  it('not, when nothing speaks against it', () => {
    expect(ofOrder({})).toEqual([]);
  });

  it.each([
    ['removed', { stage: 'removed' }],
    ['removed', { stage: 'quote' }],
    ['no-customer', { customerId: null }],
    ['excluded-channel', { storeName: 'Amazon' }],
    ['excluded-channel', { storeName: ' amazon ' }],
    ['excluded-customer', { customerId: 'CUSTOMER-9' }],
  ] as const)('as %s with %j', (reason, change) => {
    expect(ofOrder(change)).toEqual([reason]);
  });

  it('by a status that is not synced', () => {
    expect(ofOrder({}, 'cancelled')).toEqual(['status-not-synced']);
  });

  it('for every reason that applies, in order of precedence', () => {
    expect(ofOrder({ stage: 'removed', customerId: null, storeName: 'Amazon' }, 'cancelled')).toEqual([
      'removed',
      'no-customer',
      'excluded-channel',
      'status-not-synced',
    ]);
  });

  it('not for a channel whose name only begins alike, or that has none', () => {
    expect(ofOrder({ storeName: 'Amazon Business' })).toEqual([]);
    expect(ofOrder({ storeName: null })).toEqual([]);
  });
});

describe('a customer is left out', () => {
  it.each([
    [null, {}],
    ['excluded-customer', { customerId: 'customer-9', email: null }],
    ['guest', { type: '2', email: null }],
    [null, { type: null }],
    ['no-email', { email: null }],
    ['no-email', { email: '  ' }],
    ['no-email', { email: 'undefined' }],
    ['invalid-email', { email: 'ada at shop' }],
    ['placeholder-email', { email: 'No@Email.com' }],
    ['marketplace', { email: 'q1w2e3@Marketplace.Amazon.co.uk' }],
    [null, { email: 'ada@notmarketplace.amazon.co.uk.example' }],
    [null, { email: 'xno@email.com' }],
  ])('as %s with %j', (reason, change) => {
    expect(customerSkipReason(profile(change), policy)).toBe(reason);
  });

  it('for nothing that the settings do not name', () => {
    const open = { customersExcluded: [], guestTypes: [], emailsExcluded: [] };
    expect(customerSkipReason(profile({ type: '2', email: 'no@email.com' }), open)).toBeNull();
  });
});

describe('an address', () => {
  it.each([
    'ada@shop.example',
    'ada.byron+shop@mail.shop.co.uk',
    "o'neill@shop.example",
    'a_b-c@x1.io',
    'ADA@SHOP.EXAMPLE',
    'ada@xn--bcher-kva.xn--p1ai',
  ])('%s will do', (text) => {
    expect(isPlausibleEmail(text)).toBe(true);
  });

  it.each([
    '',
    'ada',
    '@shop.example',
    'ada@',
    'ada@shop',
    'ada@@shop.example',
    'ada@shop..example',
    'ada@.shop.example',
    'ada@-shop.example',
    'ada@shop.example.',
    'ada@shop.e',
    'ada@shop.123',
    '.ada@shop.example',
    'ada.@shop.example',
    'ada..b@shop.example',
    'ada b@shop.example',
    'ada@shop example.com',
    'ada@shop.example,bob@shop.example',
    'Ada <ada@shop.example>',
    '"ada b"@shop.example',
    'ada@[127.0.0.1]',
    'adä@shop.example',
    `${'a'.repeat(65)}@shop.example`,
    `ada@${'shop.'.repeat(60)}example`,
    'ada@shop.example\n',
  ])('%j will not', (text) => {
    expect(isPlausibleEmail(text)).toBe(false);
  });
});

describe('the table of reasons', () => {
  it('has an owner, a sentence and a next step for each', () => {
    expect(Object.keys(REASONS)).toEqual([...SKIP_REASONS]);
    for (const { owner, text, nextStep } of Object.values(REASONS)) {
      expect(['Stokly data', 'Dotdigital', 'integration']).toContain(owner);
      expect(text).toMatch(/^[A-Z].{15,}\.$/);
      expect(nextStep).toMatch(/^[A-Z].{5,}\.$/);
    }
  });
});
