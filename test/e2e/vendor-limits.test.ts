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

/**
 * Budgets that a vendor says are spent (V1): in every form, for reads, for writes and for Stokly's token. Each test waits for seconds until
 * a budget opens, and everyone of its world with it: so each form has a world, side by side.
 */

let worlds: readonly World[];
let chronicles: ReadonlyMap<World, Chronicle>;
let refusals = 0;
beforeAll(async () => {
  worlds = await Promise.all(FORMS.map(() => createWorld()));
  chronicles = new Map(worlds.map((world) => [world, followStokly(world)]));
});
afterEach(async () => {
  await Promise.all(worlds.map(clearFaults));
});
afterAll(async () => {
  await Promise.all(worlds.map((world) => world.close()));
});

function worldOf(at: number): World {
  const world = worlds[at];
  if (world === undefined) throw new Error(`there is no world ${at}`);
  return world;
}

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

async function knownPurchase(world: World): Promise<Purchase> {
  const known = await newPurchase(world);
  await orderEvent(world, known.order);
  await untilSynced(world, [known]);
  return known;
}

/** Refuses one call, and looks when the next one that counts against the same budget goes out. */
async function isCalledAgain(
  world: World,
  { vendor, match, isOf }: Budget,
  { refusal }: Form,
): Promise<{ refused: number; earlyMs: number }> {
  const waiting = await Promise.all([newPurchase(world), newPurchase(world), newPurchase(world)]);
  const [first, ...others] = waiting;
  await clearRequests(world);
  if (match.path === '^/v1/grant') await controlStokly(world, 'POST', 'tokens/revoke');
  const { headers, openAtMs } = refusal(Date.now());
  await strike(world, vendor, { kind: 'status', status: 429, headers, times: 1, match });
  await orderEvent(world, first.order);
  await untilTrue('it is refused', () => callsOf(world).some(({ status }) => status === 429));
  for (const { order } of others) await orderEvent(world, order);
  await untilSynced(world, waiting);

  const calls = callsOf(world);
  const refused = calls.filter(({ status }) => status === 429);
  const refusedAtMs = refused[0]?.atMs ?? 0;
  // What was out with a token that is revoked arrives whenever it does, and is refused for that.
  const later = calls.filter(
    (call) => isOf(call) && call !== refused[0] && call.atMs >= refusedAtMs && call.status !== 401,
  );
  expect(later.length).toBeGreaterThan(0);
  return { refused: refused.length, earlyMs: Math.max(0, openAtMs - Math.min(...later.map(({ atMs }) => atMs))) };
}

describe('V1: a refused budget', () => {
  it.each(BUDGETS)(
    'for $budget is called by nobody before its reset, in whatever form that is said',
    async (budget) => {
      const seen = await Promise.all(
        FORMS.map(async (form, at) => ({ form: form.form, ...(await isCalledAgain(worldOf(at), budget, form)) })),
      );
      refusals += seen.length;
      expect(seen).toEqual(FORMS.map(({ form }) => ({ form, refused: 1, earlyMs: 0 })));
    },
  );
});

/** Long enough for the others to be seen at work meanwhile, on a busy machine too. */
const LONG_CLOSED_SECS = 10;

async function holdsBackNoOther(world: World, { match, isOf }: Budget): Promise<void> {
  const [known, first, other] = [await knownPurchase(world), await newPurchase(world), await newPurchase(world)];
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
}

describe.concurrent('V1: a refused budget of Dotdigital’s', () => {
  it('holds back no other budget, be it for writes or for reads', async () => {
    const budgets = BUDGETS.filter(({ vendor }) => vendor === 'dotdigital');
    expect(budgets).toHaveLength(2);
    await Promise.all(budgets.map((budget, at) => holdsBackNoOther(worldOf(at), budget)));
  });
});

// In a world of its own: it waits beside the one above.
describe.concurrent('V1: the flat scheme of Dotdigital', () => {
  it('says with a 400 that its budget is spent: tried again at a growing pace, and no attempt is lost', async () => {
    const world = worldOf(2);
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
    for (const [world, chronicle] of chronicles) {
      expect(await troublesOf(world)).toEqual([]);
      // A call that was refused changed nothing, and is the only one that did not.
      const refused = callsOf(world).filter(
        (call) => call.status === 429 && ofDotdigital('POST', 'PUT', 'PATCH')(call),
      );
      expect(await violationsOf(world, { chronicle, wastedWritesMax: refused.length })).toEqual([]);
    }
  });
});
