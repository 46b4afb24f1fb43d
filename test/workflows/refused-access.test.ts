import { expect, test } from 'vitest';
import { FAILURE_TYPES, toActivityFailure } from '../../src/activities/failures.js';
import { DotdigitalCallError } from '../../src/dotdigital/errors.js';
import { StoklyCallError } from '../../src/stokly/errors.js';
import { describe as detailsOf } from '../../src/workflows/describe.js';
import { newSyncState } from '../../src/workflows/sync-state.js';
import { pauseAfter, retryAfterSaying } from '../../src/workflows/refused-access.js';

const REFUSED = FAILURE_TYPES.filter((type) => type.endsWith('CredentialsRefused'));

test('refused credentials of either vendor end an activity that nothing is shown for', () => {
  expect(retryAfterSaying({ maximumInterval: 7 })).toEqual({ maximumInterval: 7, nonRetryableErrorTypes: REFUSED });
  expect(retryAfterSaying({}, 'DotdigitalUnavailable')).toEqual({ nonRetryableErrorTypes: REFUSED });
});

test('those that are shown already are left to Temporal, the other vendor’s are not', () => {
  const shown = 'DotdigitalCredentialsRefused';
  expect(retryAfterSaying({}, shown)).toEqual({ nonRetryableErrorTypes: ['StoklyCredentialsRefused'] });
});

test('pauses grow to half a minute while credentials are refused, else to five', () => {
  const failures = [1, 2, 3, 4, 5, 6, 7, 8, 100];
  const refused = [5_000, 10_000, 20_000, 30_000, 30_000, 30_000, 30_000, 30_000, 30_000];
  for (const type of REFUSED) expect(failures.map((count) => pauseAfter(type, count))).toEqual(refused);
  const other = [5_000, 10_000, 20_000, 40_000, 80_000, 160_000, 300_000, 300_000, 300_000];
  expect(failures.map((count) => pauseAfter('StoklyUnavailable', count))).toEqual(other);
  expect(pauseAfter(null, 1)).toBe(5_000);
});

test.each([
  ['Stokly', StoklyCallError],
  ['Dotdigital', DotdigitalCallError],
] as const)('the details say to check the same settings as the failure does: %s', (vendor, VendorError) => {
  const failed = toActivityFailure(new VendorError('credentials-refused', 'GET x'), { isOutOfTime: false });
  const settings = failed.message.match(/[A-Z]+(_[A-Z]+)+/g) ?? [];
  expect(settings).toHaveLength(3);
  const problem = { type: `${vendor}CredentialsRefused`, message: '', sinceMs: 0, failures: 1 };
  expect(detailsOf({ ...newSyncState('c-1'), problem }).match(/[A-Z]+(_[A-Z]+)+/g)).toEqual(settings);
});

test('the details name a call that is not allowed among what holds a customer up', () => {
  const message = 'Dotdigital: GET programs: answered 403 while other calls are taken';
  const problem = { type: 'DotdigitalRequestRefused', message, sinceMs: 0, failures: 1 };
  const details = detailsOf({ ...newSyncState('c-1'), problem });
  expect(details).toMatch(/\*\*dotdigital-unavailable\*\*: .* or refuses a call: see below/);
  expect(details).toContain(message);
});
