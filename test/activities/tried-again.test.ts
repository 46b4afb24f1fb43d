import { MockActivityEnvironment } from '@temporalio/testing';
import { afterEach, describe, expect, it, vi } from 'vitest';
import type { WriteCustomerInput } from '../../src/activities/customer-write.js';
import type { ActivityDeps } from '../../src/activities/deps.js';
import { HistoryTurns } from '../../src/activities/history-turns.js';
import { createWriteCustomer } from '../../src/activities/write-customer.js';
import { newState } from '../../src/domain/contact-state.js';
import type { CustomerProfile } from '../../src/domain/customer.js';
import type { DotdigitalApi } from '../../src/dotdigital/api.js';
import { DotdigitalCallError } from '../../src/dotdigital/errors.js';
import { openAccount } from '../dotdigital/account.js';
import { CUSTOMER_ID, entryFor, judgedOf, UNKNOWN_CUSTOMER } from '../support/ledger-factory.js';
import { TEST_POLICY } from '../support/policy.js';

/** What an attempt to write a customer does otherwise than the ones before it. */

const PROFILE: CustomerProfile = {
  customerId: CUSTOMER_ID,
  type: '1',
  isActive: true,
  email: 'ada@example.com',
  forename: 'Ada',
  surname: 'Byron',
  postcode: null,
  city: null,
  country: 'GB',
  consent: 'granted',
  version: null,
};

const UNKNOWN: WriteCustomerInput = { ...UNKNOWN_CUSTOMER, priority: 'live' };

/** The attempt of that number; `progress`: what the ones before have told. */
function attempt(number: number, progress?: unknown): MockActivityEnvironment {
  const times = { startToCloseTimeoutMs: 180_000, scheduleToCloseTimeoutMs: 600_000 };
  return new MockActivityEnvironment({ ...times, attempt: number, heartbeatDetails: progress });
}

describe('while Dotdigital refuses the credentials', () => {
  afterEach(() => {
    vi.useRealTimers();
  });

  it('reads no profile from Stokly anew, but for the one that looks', async () => {
    vi.useFakeTimers({ toFake: ['Date'] });
    const { emulator, client } = await openAccount();
    const { account } = emulator;
    let reads = 0;
    const readCustomer = async () => {
      reads += 1;
      return PROFILE;
    };
    const policy = { ...TEST_POLICY, contactPolicy: 'existing' };
    const deps = { stokly: { readCustomer }, dotdigital: client, policy, now: Date.now };
    const write = createWriteCustomer(deps as unknown as ActivityDeps, new HistoryTurns());
    account.settings = { ...account.settings, areCredentialsRevoked: true };
    const refused = { type: 'DotdigitalCredentialsRefused' };
    await expect(attempt(1).run(write, UNKNOWN)).rejects.toMatchObject(refused);
    const others = Array.from({ length: 20 }, (_, at) => attempt(2 + at).run(write, UNKNOWN));
    for (const told of await Promise.allSettled(others))
      expect(told).toMatchObject({ status: 'rejected', reason: { ...refused, nextRetryDelay: expect.any(Number) } });
    expect([reads, account.requests.count]).toEqual([1, 1]);

    vi.setSystemTime(Date.now() + 1_000);
    const looks = await Promise.allSettled(Array.from({ length: 20 }, () => attempt(3).run(write, UNKNOWN)));
    expect(new Set(looks.map(({ status }) => status))).toEqual(new Set(['rejected']));
    expect([reads, account.requests.count]).toEqual([2, 2]);

    account.settings = { ...account.settings, areCredentialsRevoked: false };
    vi.setSystemTime(Date.now() + 2_000);
    expect(await attempt(4).run(write, UNKNOWN)).toMatchObject({ customerSkip: 'no-contact' });
  });
});

describe('where a record’s holder is not to be had', () => {
  const { snapshot, judgement } = judgedOf();
  const entry = entryFor({ written: null });
  const put = {
    kind: 'put',
    entry,
    snapshot,
    judgement,
    isTrimmed: false,
    readBack: false,
    isUncertain: false,
  } as const;
  const input = { ...UNKNOWN, contact: newState(12, 'granted'), orders: [put] };
  const live = { contactId: 12, status: 'subscribed', emailStatus: 'subscribed', email: null, dataFields: {} };
  const down = new DotdigitalCallError('unavailable', 'GET transactional-data: answered 503');
  const beforeWork = vi.fn(async () => {});
  const dotdigital: Partial<DotdigitalApi> = {
    beforeWork,
    getContact: async () => live,
    putRecord: async () => ({ kind: 'refused', code: 'insightData:keyExistingForDifferentContact', fields: [] }),
    putFields: async () => ({ kind: 'updated' }),
    findRecordHolder: async () => {
      throw down;
    },
  };
  const deps = { dotdigital, policy: TEST_POLICY, now: Date.now };
  const write = createWriteCustomer(deps as unknown as ActivityDeps, new HistoryTurns());

  it('counts the attempts that failed of that, in heartbeats, and no others', async () => {
    const last = attempt(8);
    const told: unknown[] = [];
    last.on('heartbeat', (details) => told.push(details));
    await expect(last.run(write, input)).rejects.toMatchObject({ type: 'DotdigitalUnavailable' });
    expect(told).toEqual([[{ holderTries: 1 }]]);
    const given = await attempt(9, [{ holderTries: 5 }]).run(write, input);
    const said = expect.stringContaining('it is asked again when the order is next looked at');
    expect(given).toMatchObject({ notes: expect.arrayContaining([said]) });
    // A known contact's profile is not read, so its first call may be the look at refused credentials itself.
    expect(beforeWork).not.toHaveBeenCalled();
  });
});
