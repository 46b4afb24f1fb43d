import { expect, test } from 'vitest';
import { FAILURE_TYPES } from '../../src/activities/failures.js';
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
