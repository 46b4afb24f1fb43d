import { ApplicationFailure, CancelledFailure } from '@temporalio/common';
import { describe, expect, it } from 'vitest';
import { breakerUnanswered, FAILURE_TYPES, toActivityFailure } from '../../src/activities/failures.js';
import { DotdigitalCallError } from '../../src/dotdigital/errors.js';
import type { CallErrorDetail, CallFailure } from '../../src/http/errors.js';
import { notSent } from '../../src/http/credentials-gate.js';
import { StoklyCallError } from '../../src/stokly/errors.js';

const IN_TIME = { isOutOfTime: false };
const LABEL = 'GET saleorders/{id} (order 17)';

/** What Temporal does with each, and the words that a person needs. */
const ROWS: readonly (readonly [CallFailure, { type: string; isRetried: boolean; words: RegExp }])[] = [
  ['unavailable', { type: 'Unavailable', isRetried: true, words: /tried again by itself/ }],
  ['rate-limited', { type: 'RateLimited', isRetried: true, words: /when the limit allows/ }],
  ['unreadable-answer', { type: 'AnswerUnreadable', isRetried: true, words: /nothing was concluded .* ask \w+ what/ }],
  ['credentials-refused', { type: 'CredentialsRefused', isRetried: true, words: /check (STOKLY|DOTDIGITAL)_/ }],
  ['refused', { type: 'RequestRefused', isRetried: false, words: /documentation/ }],
];

describe.each(ROWS)('a call that is %s', (failure, { type, isRetried, words }) => {
  it.each([
    ['Stokly', StoklyCallError],
    ['Dotdigital', DotdigitalCallError],
  ] as const)('at %s says on which record, and what to do', (vendor, VendorError) => {
    const failed = toActivityFailure(new VendorError(failure, `${LABEL}: answered 503`, { status: 503 }), IN_TIME);
    if (!(failed instanceof ApplicationFailure)) throw new Error('no failure of ours');
    expect(failed.type).toBe(`${vendor}${type}`);
    expect(FAILURE_TYPES).toContain(failed.type);
    expect(failed.nonRetryable).toBe(!isRetried);
    expect(failed.message).toMatch(/^(Stokly|Dotdigital): GET saleorders\/\{id\} \(order 17\): answered 503: /);
    expect(failed.message).toMatch(words);
  });
});

it('one that the vendor does not allow says that it needs a right', () => {
  const failed = toActivityFailure(
    new DotdigitalCallError('refused', 'GET programs: answered 403', { status: 403 }),
    IN_TIME,
  );
  expect(failed).toMatchObject({ type: 'DotdigitalRequestRefused', nonRetryable: true });
  expect(failed.message).toMatch(/give the account the right .* goes on by itself/);
});

it('one that was not sent for refused credentials fills no log, one that looked is in it', () => {
  const categoryOf = (detail: CallErrorDetail) => {
    const failed = toActivityFailure(new StoklyCallError('credentials-refused', LABEL, detail), IN_TIME);
    return failed instanceof ApplicationFailure ? (failed.category ?? null) : null;
  };
  expect([categoryOf({ retryAfterMs: 7_000 }), categoryOf({ status: 401 })]).toEqual(['BENIGN', null]);
});

it('that its caller gave up is cancelled, and no failure', () => {
  expect(toActivityFailure(new StoklyCallError('aborted', `${LABEL}: was given up`), IN_TIME)).toBeInstanceOf(
    CancelledFailure,
  );
});

it.each([
  ['Stokly', StoklyCallError],
  ['Dotdigital', DotdigitalCallError],
] as const)(
  'that never left because %s allows no more is no outage, and says what is allowed',
  (vendor, VendorError) => {
    const what = `${LABEL}: was not sent: 600 calls in 60 s are allowed, and 3 wait (1 of live work)`;
    const error = new VendorError('aborted', what, { isHeldBack: true });
    const failed = toActivityFailure(error, { isOutOfTime: true });
    expect(failed).toMatchObject({ type: `${vendor}RateLimited`, nonRetryable: false });
    expect(failed.message).toBe(`${vendor}: ${what}: it goes on by itself when the limit allows`);
    expect(toActivityFailure(error, IN_TIME)).toBeInstanceOf(CancelledFailure);
  },
);

it.each([
  ['Stokly', StoklyCallError, 'STOKLY_SECRET_KEY'],
  ['Dotdigital', DotdigitalCallError, 'DOTDIGITAL_API_URL'],
] as const)(
  'that waited until its time was over for a look at the credentials is refused by %s, and no outage',
  (vendor, VendorError, setting) => {
    const error = notSent({ kind: 'aborted' }, LABEL, VendorError);
    const failed = toActivityFailure(error, { isOutOfTime: true });
    expect(failed).toMatchObject({ type: `${vendor}CredentialsRefused`, nonRetryable: false, category: 'BENIGN' });
    expect(failed.message).toMatch(
      new RegExp(`^${vendor}: GET .* whether the credentials work: check .*${setting}; it goes on by itself`),
    );
    expect(toActivityFailure(error, IN_TIME)).toBeInstanceOf(CancelledFailure);
  },
);

it('a moment that the vendor named is when the next attempt goes out', () => {
  const failed = toActivityFailure(new StoklyCallError('rate-limited', LABEL, { retryAfterMs: 7_000 }), IN_TIME);
  expect(failed).toMatchObject({ nextRetryDelay: 7_000 });
});

it('a consent breaker that nobody comes to is named with its customer, and asked again', () => {
  const failed = toActivityFailure(breakerUnanswered('c-1'), IN_TIME);
  expect(failed).toMatchObject({ type: 'ConsentBreakerUnanswered', nonRetryable: false });
  expect(FAILURE_TYPES).toContain('ConsentBreakerUnanswered');
  expect(failed.message).toMatch(/^customer c-1: the consent breaker did not answer .* asked again by itself/);
});
