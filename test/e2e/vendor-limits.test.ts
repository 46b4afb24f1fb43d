import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type Chronicle, followStokly, violationsOf } from '../support/oracle.js';
import { clearRequests, controlStokly, orderEvent } from '../support/shop-events.js';
import {
  callsOf,
  changePieces,
  clearFaults,
  newPurchase,
  type Purchase,
  strike,
  strikes,
  troublesOf,
  untilSynced,
  type Vendor,
  type VendorCall,
} from '../support/vendor-weather.js';
import { createWorld, untilTrue, type World } from '../support/world.js';

/** Budgets that a vendor says are spent (V1): in every form, for reads, for writes and for Stokly's token. */

let world: World;
let chronicle: Chronicle;
let refusals = 0;
beforeAll(async () => {
  world = await createWorld();
  chronicle = followStokly(world);
});
afterEach(async () => {
  await clearFaults(world);
});
afterAll(async () => {
  await world.close();
});

interface Form {
  readonly form: string;
  /** The earliest moment at which a call may go out again, and what the refusal says of it. */
  readonly refusal: (nowMs: number) => {
    readonly headers: Readonly<Record<string, string>>;
    readonly openAtMs: number;
  };
}

const CLOSED_SECS = 2;
/** Where nothing is said the first pause is a second (`http/limiter.ts`). */
const UNSAID_MS = 1_000;

const FORMS: readonly Form[] = [
  {
    form: 'Retry-After',
    refusal: (nowMs) => ({ headers: { 'retry-after': String(CLOSED_SECS) }, openAtMs: nowMs + CLOSED_SECS * 1_000 }),
  },
  {
    form: 'X-RateLimit-Reset as an epoch',
    refusal: (nowMs) => {
      const resetSecs = Math.ceil(nowMs / 1_000) + CLOSED_SECS;
      return { headers: { 'x-ratelimit-reset': String(resetSecs) }, openAtMs: resetSecs * 1_000 };
    },
  },
  {
    form: 'X-RateLimit-Reset in seconds',
    refusal: (nowMs) => ({
      headers: { 'x-ratelimit-reset': String(CLOSED_SECS) },
      openAtMs: nowMs + CLOSED_SECS * 1_000,
    }),
  },
  { form: 'nothing', refusal: (nowMs) => ({ headers: {}, openAtMs: nowMs + UNSAID_MS }) },
];

interface Budget {
  readonly budget: string;
  readonly vendor: Vendor;
  readonly match: { readonly method: string; readonly path: string };
  /** Whether a call is counted against it. */
  readonly isOf: (call: VendorCall) => boolean;
}

const ofDotdigital =
  (...methods: readonly string[]) =>
  ({ vendor, method }: VendorCall): boolean =>
    vendor === 'dotdigital' && methods.includes(method);

const BUDGETS: readonly Budget[] = [
  {
    budget: 'reads from Stokly',
    vendor: 'stokly',
    match: { method: 'GET', path: '^/v2/saleorders/' },
    isOf: ({ vendor }) => vendor === 'stokly',
  },
  {
    budget: 'Stokly’s token',
    vendor: 'stokly',
    match: { method: 'POST', path: '^/v1/grant' },
    isOf: ({ vendor }) => vendor === 'stokly',
  },
  {
    budget: 'writes to Dotdigital',
    vendor: 'dotdigital',
    match: { method: 'PUT', path: '^/insightData/v3/contacts/' },
    isOf: ofDotdigital('POST', 'PUT', 'PATCH'),
  },
  {
    budget: 'reads from Dotdigital',
    vendor: 'dotdigital',
    match: { method: 'GET', path: '^/contacts/v3/' },
    isOf: ofDotdigital('GET'),
  },
];

async function knownPurchase(): Promise<Purchase> {
  const known = await newPurchase(world);
  await orderEvent(world, known.order);
  await untilSynced(world, [known]);
  return known;
}

describe.each(BUDGETS)('V1: a refused budget for $budget', ({ vendor, match, isOf }) => {
  it.each(FORMS)('whose reset is said by $form is called by nobody before it', async ({ refusal }) => {
    const waiting = await Promise.all([newPurchase(world), newPurchase(world), newPurchase(world)]);
    const [first, ...others] = waiting;
    if (first === undefined) throw new Error('nobody waits');
    await clearRequests(world);
    if (match.path === '^/v1/grant') await controlStokly(world, 'POST', 'tokens/revoke');
    const { headers, openAtMs } = refusal(Date.now());
    await strike(world, vendor, { kind: 'status', status: 429, headers, times: 1, match });
    await orderEvent(world, first.order);
    await untilTrue('it is refused', () => callsOf(world).some(({ status }) => status === 429));
    refusals += 1;
    for (const { order } of others) await orderEvent(world, order);
    await untilSynced(world, waiting);

    const calls = callsOf(world);
    const refused = calls.filter(({ status }) => status === 429);
    expect(refused).toHaveLength(1);
    const refusedAtMs = refused[0]?.atMs ?? 0;
    const later = calls.filter((call) => isOf(call) && call !== refused[0] && call.atMs >= refusedAtMs);
    expect(later.length).toBeGreaterThan(0);
    expect(Math.min(...later.map(({ atMs }) => atMs))).toBeGreaterThanOrEqual(openAtMs);
  });
});

/** Long enough for the others to be seen at work meanwhile, on a busy machine too. */
const LONG_CLOSED_SECS = 10;

describe.each(BUDGETS.filter(({ vendor }) => vendor === 'dotdigital'))(
  'V1: a refused budget for $budget',
  ({ match, isOf }) => {
    it('holds back no other budget', async () => {
      const [known, first, other] = [await knownPurchase(), await newPurchase(world), await newPurchase(world)];
      await clearRequests(world);
      const headers = { 'retry-after': String(LONG_CLOSED_SECS) };
      await strike(world, 'dotdigital', { kind: 'status', status: 429, headers, times: 1, match });
      await orderEvent(world, first.order);
      const ofVendor = (): VendorCall[] => callsOf(world).filter(({ vendor }) => vendor === 'dotdigital');
      await untilTrue('it is refused', () => ofVendor().some(({ status }) => status === 429));
      await orderEvent(world, other.order);
      await changePieces(world, known, 3);
      const since = (): VendorCall[] => ofVendor().slice(ofVendor().findIndex(({ status }) => status === 429) + 1);
      await untilTrue('others go on', () => since().some((call) => !isOf(call)));
      expect(since().filter(isOf)).toEqual([]);
      await untilSynced(world, [first, other]);
    });
  },
);

describe('V1: the flat scheme of Dotdigital', () => {
  it('says with a 400 that its budget is spent: tried again at a growing pace, and no attempt is lost', async () => {
    const waiting = await Promise.all(Array.from({ length: 5 }, () => newPurchase(world)));
    await clearRequests(world);
    const body = '{"message":"API usage exceeded. ERROR_APIUSAGE_EXCEEDED"}';
    await strike(world, 'dotdigital', { kind: 'status', status: 400, body, times: 2, match: { method: 'GET' } });
    const [first, ...others] = waiting;
    if (first !== undefined) await orderEvent(world, first.order);
    await untilTrue('it is refused', async () => (await strikes(world))[0] === 1);
    for (const { order } of others) await orderEvent(world, order);
    await untilSynced(world, waiting);
    const reads = callsOf(world).filter(ofDotdigital('GET'));
    const [once, twice, taken] = reads.map(({ atMs }) => atMs);
    expect(reads.filter(({ status }) => status === 400)).toHaveLength(2);
    expect((twice ?? 0) - (once ?? 0)).toBeGreaterThanOrEqual(UNSAID_MS);
    expect((taken ?? 0) - (twice ?? 0)).toBeGreaterThanOrEqual(2 * UNSAID_MS);
  });
});

describe('V1: after all of it', () => {
  it('no attempt of an activity was spent, everything stands as Stokly says, nothing was written twice', async () => {
    expect(refusals).toBe(FORMS.length * BUDGETS.length);
    expect(await troublesOf(world)).toEqual([]);
    expect(await violationsOf(world, { chronicle, wastedWritesMax: 0 })).toEqual([]);
  });
});
