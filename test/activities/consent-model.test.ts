import { MockActivityEnvironment } from '@temporalio/testing';
import fc from 'fast-check';
import { pino } from 'pino';
import { beforeAll, describe, expect, it } from 'vitest';
import { createDotdigitalEmulator, type DotdigitalEmulator } from '../../emulators/dotdigital/index.js';
import type { WriteCustomerInput, WriteCustomerResult } from '../../src/activities/customer-write.js';
import type { ActivityDeps } from '../../src/activities/deps.js';
import { createActivities } from '../../src/activities/index.js';
import { CONSENTS, type Consent } from '../../src/domain/consent.js';
import { CONTACT_FIELDS } from '../../src/domain/contact-mapping.js';
import type { ContactState } from '../../src/domain/contact-state.js';
import type { CustomerProfile } from '../../src/domain/customer.js';
import { NO_SPEND, spendOf } from '../../src/domain/spend.js';
import type { DotdigitalApi } from '../../src/dotdigital/api.js';
import { createDotdigitalClient } from '../../src/dotdigital/client.js';
import type { StoklyApi } from '../../src/stokly/api.js';
import { CUSTOMER_ID, entryFor, judgedOf } from '../support/ledger-factory.js';
import { TEST_POLICY, TEST_REVIEW_POLICY } from '../support/policy.js';
import { quietRuntime } from '../support/quiet-runtime.js';

/** The time that an attempt and its activity have. */
const AS_IN_WORKER = { startToCloseTimeoutMs: 180_000, scheduleToCloseTimeoutMs: 600_000 };

/**
 * D6: whatever order our calls, a person's doings in Dotdigital, Stokly's consent and lost answers come in, no subscription is
 * ever raised by us and nobody who was deleted comes back. The emulator's own change log is the witness.
 */
const PERSON_ACTIONS = ['subscribe', 'unsubscribe', 'suppress', 'delete', 'restore'] as const;
type PersonAction = (typeof PERSON_ACTIONS)[number];

type Step =
  | {
      readonly do: 'sync';
      readonly refresh: boolean;
      readonly order: boolean;
      readonly between: readonly (PersonAction | null)[];
      readonly loseAnswer: boolean;
    }
  | { readonly do: 'person'; readonly action: PersonAction }
  | { readonly do: 'consent'; readonly consent: Consent }
  | { readonly do: 'email'; readonly email: string };

const anyStep: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({
      do: fc.constant('sync' as const),
      refresh: fc.boolean(),
      order: fc.boolean(),
      between: fc.array(fc.option(fc.constantFrom(...PERSON_ACTIONS), { freq: 3 }), { maxLength: 4 }),
      loseAnswer: fc.boolean(),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({ do: fc.constant('person' as const), action: fc.constantFrom(...PERSON_ACTIONS) }),
  },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('consent' as const), consent: fc.constantFrom(...CONSENTS) }) },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant('email' as const),
      email: fc.constantFrom('one@example.com', 'two@example.com'),
    }),
  },
);

interface Account {
  readonly emulator: DotdigitalEmulator;
  readonly apiUrl: string;
}

beforeAll(quietRuntime);

/** Runs of one property at the same time: what they cost is the wait for answers that are lost. */
const SIDE_BY_SIDE = 4;

/** An account that nobody else uses. */
async function withAccount(work: (account: Account) => Promise<void>): Promise<void> {
  const emulator = createDotdigitalEmulator();
  try {
    await work({ emulator, apiUrl: (await emulator.start(0)).url });
  } finally {
    await emulator.stop();
  }
}

describe.concurrent('consent, whatever happens in whatever order', () => {
  it.each(['all', 'consented'] as const)(
    'is never raised by us, and nobody deleted comes back (policy %s)',
    async (contactPolicy) => {
      const runs = Number(process.env['CONSENT_RUNS'] ?? 60);
      const share = (account: Account) =>
        fc.assert(
          fc.asyncProperty(
            fc.constantFrom(...CONSENTS),
            fc.array(anyStep, { minLength: 2, maxLength: 14 }),
            async (consent, steps) => {
              const model = await Model.create(account, { consent, contactPolicy, planted: null });
              for (const step of steps) await model.take(step);
              expect(model.violations()).toEqual([]);
            },
          ),
          { numRuns: Math.ceil(runs / SIDE_BY_SIDE) },
        );
      await Promise.all(Array.from({ length: SIDE_BY_SIDE }, () => withAccount(share)));
    },
    240_000,
  );

  it.each(['raise', 'recreate'] as const)(
    'is seen to be violated by a client that would %s (the deliberate break)',
    (planted) =>
      withAccount(async (account) => {
        const result = await fc.check(
          fc.asyncProperty(fc.array(anyStep, { minLength: 6, maxLength: 14 }), async (steps) => {
            const model = await Model.create(account, { consent: 'granted', contactPolicy: 'all', planted });
            for (const step of steps) await model.take(step);
            expect(model.violations()).toEqual([]);
          }),
          { numRuns: 80, endOnFailure: true },
        );
        expect(result.failed).toBe(true);
        expect(JSON.stringify((result.errorInstance as { actual?: unknown }).actual)).toMatch(
          planted === 'raise' ? /raised/ : /brought back|created subscribed/,
        );
      }),
    240_000,
  );
});

interface Settings {
  readonly consent: Consent;
  readonly contactPolicy: 'all' | 'consented';
  readonly planted: 'raise' | 'recreate' | null;
}

class Model {
  private consent: Consent;
  private contact: ContactState | null = null;
  private isStopped = false;
  private email = 'one@example.com';
  private between: (PersonAction | null)[] = [];
  private readonly found: string[] = [];

  private constructor(
    private readonly account: Account,
    private readonly settings: Settings,
  ) {
    this.consent = settings.consent;
  }

  static async create(account: Account, settings: Settings): Promise<Model> {
    account.emulator.account.reset();
    const dataFields = CONTACT_FIELDS.map(({ name, type }) => ({ name, type }));
    const collections = [{ name: 'Orders', scope: 'contact', type: 'orders' }];
    const answer = await control(account, ['POST', 'seed'], { dataFields, collections });
    expect(answer.status).toBe(200);
    return new Model(account, settings);
  }

  async take(step: Step): Promise<void> {
    switch (step.do) {
      case 'consent':
        this.consent = step.consent;
        return;
      case 'email':
        this.email = step.email;
        return;
      case 'person':
        await person(this.account, step.action);
        return;
      case 'sync':
        await this.sync(step);
    }
  }

  /** What the customer workflow does around `writeCustomer`: retries, and stops for good when the contact is gone. */
  private async sync(step: Extract<Step, { do: 'sync' }>): Promise<void> {
    if (this.isStopped) return;
    this.between = [...step.between];
    if (step.loseAnswer) await loseNextAnswer(this.account);
    const { log } = this.account.emulator.account;
    const logBefore = log.count;
    const result = await this.write(step);
    await clearFaults(this.account);
    if (result.isContactGone) {
      this.isStopped = true;
    } else {
      this.contact = result.contact;
    }
    this.judge(logBefore);
  }

  private async write(step: Extract<Step, { do: 'sync' }>): Promise<WriteCustomerResult> {
    const { writeCustomer } = createActivities(this.deps());
    const order = judgedOf();
    const input: WriteCustomerInput = {
      customerId: CUSTOMER_ID,
      contact: this.contact,
      isRefreshAsked: step.refresh,
      orders: step.order
        ? [
            {
              kind: 'put',
              entry: entryFor({ written: null }),
              snapshot: order.snapshot,
              isTrimmed: false,
              judgement: order.judgement,
              readBack: false,
              isUncertain: false,
            },
          ]
        : [],
      others: step.order ? NO_SPEND : spendOf([entryFor()], 'GBP'),
      isLedgerComplete: true,
      priority: 'live',
    };
    for (let attempt = 1; ; attempt++) {
      try {
        return await new MockActivityEnvironment({ ...AS_IN_WORKER, attempt }).run(writeCustomer, input);
      } catch (error) {
        if (attempt === 5) throw error;
      }
    }
  }

  private deps(): ActivityDeps {
    const profile = (): CustomerProfile => ({
      customerId: CUSTOMER_ID,
      type: '1',
      isActive: true,
      email: this.email,
      forename: 'Ada',
      surname: 'Byron',
      postcode: null,
      city: null,
      country: 'GB',
      consent: this.consent,
      version: null,
    });
    const stokly = { readCustomer: async () => profile() } as Partial<StoklyApi> as StoklyApi;
    return {
      stokly,
      dotdigital: this.interrupted(plainClient(this.account)),
      policy: { ...TEST_POLICY, contactPolicy: this.settings.contactPolicy },
      consentLowerMaxPerHour: 25,
      wakeCustomer: async () => {},
      loadHistory: async () => {},
      readBackfillPage: async () => null,
      readLedger: async () => 'none',
      pace: () => [],
      openReview: async () => {},
      reviewPolicy: TEST_REVIEW_POLICY,
      listOpenReviews: async () => [],
      notifier: { digest: async () => {} },
      admitLowering: async () => ({ isAdmitted: true, admittedLastHour: 1 }),
      log: pino({ level: 'silent' }),
      now: Date.now,
    };
  }

  /** A person acts just before one of our calls; a planted client does what ours must never do. */
  private interrupted(client: DotdigitalApi): DotdigitalApi {
    return new Proxy(client, {
      get: (target, name: keyof DotdigitalApi) => {
        const method = target[name] as (...args: unknown[]) => Promise<unknown>;
        return async (...args: unknown[]) => {
          const action = this.between.shift();
          if (action !== undefined && action !== null && !isUnclosable(action, name, args))
            await person(this.account, action);
          const isChange = name === 'patchContact' || name === 'putFields';
          if (this.settings.planted === 'raise' && isChange) await plantRaise(this.account, args[0]);
          if (this.settings.planted === 'recreate' && isChange) await plantRecreate(this.account, this.email);
          return await method.apply(target, args);
        };
      },
    });
  }

  /** The emulator's change log since the last look: what the API did, not what persons did. */
  private judge(logBefore: number): void {
    const { log } = this.account.emulator.account;
    const changes = log.all.filter((change) => change.n > logBefore && change.actor.by === 'api');
    for (const change of changes) {
      if (change.kind !== 'status') continue;
      if (change.isRaise) this.found.push(`raised ${change.from} to ${change.to}`);
      if (change.from !== null && ['binned', 'deleted'].includes(change.from))
        this.found.push(`brought back from ${change.from}`);
    }
    const made = new Set(
      changes
        .filter((change) => change.kind === 'status' && change.from === null)
        .map((change) => ('contactId' in change ? change.contactId : 0)),
    );
    const subscribed = changes.filter((change) => change.kind === 'status' && made.has(change.contactId));
    const last = new Map(
      subscribed.map((change) => [
        change.kind === 'status' ? change.contactId : 0,
        change.kind === 'status' ? change.to : null,
      ]),
    );
    for (const status of last.values())
      if (status === 'subscribed' && this.consent !== 'granted') this.found.push('created subscribed without consent');
  }

  violations(): readonly string[] {
    return this.found;
  }
}

/**
 * The one moment that the vendor's API lets nobody close: a person deletes the contact between our GET and the PATCH that
 * changes its e-mail. That PATCH carries identifiers, and there is no conditional one (docs/decisions/0005).
 */
function isUnclosable(action: PersonAction, call: keyof DotdigitalApi, args: readonly unknown[]): boolean {
  return (
    action === 'delete' &&
    call === 'patchContact' &&
    typeof args[1] === 'object' &&
    args[1] !== null &&
    'email' in args[1]
  );
}

function plainClient({ apiUrl, emulator: { user, password } }: Account): DotdigitalApi {
  return createDotdigitalClient({ apiUrl, apiUser: user, apiPassword: password, timeoutMs: 250 }, {});
}

type Request = readonly [method: 'POST' | 'DELETE' | 'PATCH', path: string];

async function control({ apiUrl }: Account, [method, path]: Request, body?: unknown): Promise<Response> {
  const init =
    body === undefined
      ? { method }
      : { method, body: JSON.stringify(body), headers: { 'content-type': 'application/json' } };
  return await fetch(`${apiUrl}/__emulator/${path}`, init);
}

/** Before there is a contact a person can do nothing with it: the refusal is no matter. */
async function person(account: Account, action: PersonAction): Promise<void> {
  for (const email of ['one@example.com', 'two@example.com'])
    await control(account, ['POST', 'person'], { email, action });
}

async function loseNextAnswer(account: Account): Promise<void> {
  const faults = ['POST', 'PATCH'].map((method) => ({
    kind: 'timeout-after',
    match: { method, path: '^/contacts/v3' },
    times: 1,
  }));
  await control(account, ['POST', 'faults'], faults);
}

async function clearFaults(account: Account): Promise<void> {
  await control(account, ['DELETE', 'faults']);
}

async function raw({ apiUrl, emulator }: Account, [method, path]: Request, body: unknown): Promise<void> {
  const authorization = `Basic ${Buffer.from(`${emulator.user}:${emulator.password}`).toString('base64')}`;
  await fetch(`${apiUrl}${path}`, {
    method,
    headers: { authorization, 'content-type': 'application/json' },
    body: JSON.stringify(body),
    // A planned fault may swallow this call's answer too.
    signal: AbortSignal.timeout(250),
  }).catch(() => null);
}

async function plantRaise(account: Account, contactId: unknown): Promise<void> {
  await raw(account, ['PATCH', `/contacts/v3/contactId/${String(contactId)}`], {
    channelProperties: { email: { status: 'subscribed' } },
  });
}

async function plantRecreate(account: Account, email: string): Promise<void> {
  await raw(account, ['PATCH', `/contacts/v3/email/${encodeURIComponent(email)}`], {
    identifiers: { email },
    dataFields: {},
  });
}
