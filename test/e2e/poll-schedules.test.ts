import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DIGEST_SCHEDULE_ID } from '../../src/contract/digest.js';
import { POLL_SCHEDULE_ID } from '../../src/contract/poll.js';
import { readAccountCounts } from '../../src/metrics/account-counts.js';
import { ensureSchedules } from '../../src/schedules.js';
import { poll, pollRuns } from '../support/polls.js';
import { newBuyer, placeOrder } from '../support/shop-events.js';
import { starterOn } from '../support/starter-on-world.js';
import { createWorld, untilTrue, type World } from '../support/world.js';

/** The Schedules: made by the worker's start, looked at and steered by the starter. */
let world: World;
beforeAll(async () => {
  world = await createWorld();
});
afterAll(async () => {
  await world.close();
});

const WANTED = { pollEveryMs: 3_600_000, digestEveryMs: 86_400_000 };
const EVERY = { POLL_EVERY: '1h', REVIEW_DIGEST_EVERY: '24h' };
const ACTOR = ['--actor', 'jane', '--reason', 'quiet until noon'];

async function run(args: readonly string[], settings: Readonly<Record<string, string>> = EVERY) {
  return await starterOn(world, args, {}, settings);
}

const describePoll = () => world.client.schedule.getHandle(POLL_SCHEDULE_ID).describe();

/** What doctor says of one schedule, without its mark. */
async function doctorOn(id: string, settings?: Readonly<Record<string, string>>): Promise<string> {
  const { out } = await run(['doctor'], settings);
  return out.filter((line) => line.includes(`schedule ${id}:`)).join('\n');
}

describe('the schedules', () => {
  it('are missed by doctor while a worker runs without them, and shown as not there', async () => {
    expect(await doctorOn(POLL_SCHEDULE_ID)).toBe(`✗ schedule ${POLL_SCHEDULE_ID}: not there`);
    expect((await run(['schedules', 'show'])).out[0]).toContain('not there');
    const { status, err } = await run(['schedules', 'trigger', POLL_SCHEDULE_ID]);
    expect([status, err.join()]).toEqual([1, expect.stringContaining('starter schedules install')]);
  });

  it('are made by several at once, once each, and with the last interval that was said', async () => {
    await Promise.all([1, 2, 3].map(() => ensureSchedules(world.client, { ...WANTED, pollEveryMs: 120_000 })));
    await ensureSchedules(world.client, WANTED);
    const { spec, policies } = await describePoll();
    expect(spec.intervals?.map(({ every }) => every)).toEqual([3_600_000]);
    expect(policies).toMatchObject({ overlap: 'SKIP', catchupWindow: 3_600_000 });
    expect(await doctorOn(POLL_SCHEDULE_ID)).toBe(`✓ schedule ${POLL_SCHEDULE_ID}: every 1h, has not run yet`);
    expect(await doctorOn(POLL_SCHEDULE_ID, { ...EVERY, POLL_EVERY: '5m' })).toContain(
      'runs every 1h, and POLL_EVERY says 5m',
    );
    expect((await run(['schedules', 'install'], { ...EVERY, POLL_EVERY: '5m' })).out[0]).toBe(
      `${POLL_SCHEDULE_ID}: every 5m`,
    );
    await run(['schedules', 'install']);
  });

  it('run when they are told to, and say in words what came of it', async () => {
    const first = await run(['schedules', 'trigger', POLL_SCHEDULE_ID]);
    expect(first).toMatchObject({ status: 0, out: [`${POLL_SCHEDULE_ID}: nothing new`] });
    const buyer = await newBuyer(world, {
      createdAt: '2026-11-01T10:00:00.000Z',
      timeUpdated: '2026-11-01T10:00:00.000Z',
    });
    await placeOrder(world, buyer.customerId, { timeUpdated: new Date().toISOString() });
    expect((await run(['schedules', 'trigger', POLL_SCHEDULE_ID])).out).toEqual([
      `${POLL_SCHEDULE_ID}: new or changed: 1 order; 1 woken`,
    ]);
    expect((await run(['schedules', 'trigger', DIGEST_SCHEDULE_ID])).out).toEqual([
      `${DIGEST_SCHEDULE_ID}: nothing open, nothing sent`,
    ]);
    const shown = (await run(['schedules', 'show'])).out;
    expect(shown.slice(0, 3)).toEqual([
      `${POLL_SCHEDULE_ID}: every 1h`,
      expect.stringMatching(/^ {4}last {2}\S+Z {2}completed: new or changed: 1 order; 1 woken$/),
      expect.stringMatching(/^ {4}next {2}\S+Z$/),
    ]);
    const json = JSON.parse((await run(['schedules', 'show', '--json'])).out[0] ?? '');
    expect(json.schedules[0]).toMatchObject({ id: POLL_SCHEDULE_ID, found: { isPaused: false, runs: 2 } });
    await world.settled(buyer.customerId, ({ outcomes }) => outcomes.synced === 1);
    const [lastEnded] = (await pollRuns(world)).map(({ closeTime }) => closeTime?.getTime() ?? 0).toReversed();
    expect((await readAccountCounts(world.client, world.namespace)).pollSucceededAtMs).toBe(lastEnded);
  });

  it('are not begun beside a run that is under way, nor twice by two who trigger at once', async () => {
    await world.stopWorker();
    const before = (await pollRuns(world)).length;
    const waiting = await Promise.all(
      [1, 2].map(() => run(['schedules', 'trigger', POLL_SCHEDULE_ID, '--wait', '1s'])),
    );
    expect(waiting.map(({ out }) => out.join()).filter((text) => text.includes('not over yet')).length).toBeGreaterThan(
      0,
    );
    const third = await run(['schedules', 'trigger', POLL_SCHEDULE_ID]);
    expect([third.status, third.err.join()]).toEqual([1, expect.stringContaining('under way already')]);
    await world.startWorker();
    await untilTrue('no run is under way', async () => (await describePoll()).info.runningActions.length === 0);
    expect((await pollRuns(world)).length).toBe(before + 1);
  });

  it('begin one run while no worker comes, however many were due, and nothing is made up for afterwards', async () => {
    await world.stopWorker();
    const before = (await pollRuns(world)).length;
    await ensureSchedules(world.client, { ...WANTED, pollEveryMs: 1_000 });
    const { numActionsSkippedOverlap } = (await describePoll()).info;
    await untilTrue('several were due', async () => {
      const { info } = await describePoll();
      return info.runningActions.length === 1 && info.numActionsSkippedOverlap >= numActionsSkippedOverlap + 3;
    });
    await ensureSchedules(world.client, WANTED);
    await world.startWorker();
    await untilTrue('no run is under way', async () => (await describePoll()).info.runningActions.length === 0);
    expect((await pollRuns(world)).length).toBe(before + 1);
  });

  it('stay paused by a person over a worker’s start, and go on when resumed', async () => {
    expect((await run(['schedules', 'pause', POLL_SCHEDULE_ID])).err.join()).toContain('--actor is needed');
    await run(['schedules', 'pause', POLL_SCHEDULE_ID, ...ACTOR]);
    await ensureSchedules(world.client, WANTED);
    await ensureSchedules(world.client, { ...WANTED, pollEveryMs: 0 });
    await ensureSchedules(world.client, WANTED);
    expect((await describePoll()).state).toMatchObject({ paused: true, note: 'jane: quiet until noon' });
    expect(await doctorOn(POLL_SCHEDULE_ID)).toContain('✗ schedule poll-changes: paused: jane: quiet until noon');
    expect((await run(['schedules', 'show'])).out[0]).toContain('paused: jane: quiet until noon');
    await run(['schedules', 'resume', POLL_SCHEDULE_ID]);
    expect((await describePoll()).state.paused).toBe(false);
  });

  it('are paused, not deleted, by settings that turn them off, and go on from where they stood', async () => {
    const off = { pollEveryMs: 0, digestEveryMs: 0 };
    await placeOrder(world, null, { timeUpdated: new Date().toISOString() });
    expect(await poll(world)).toMatchObject({ found: { orders: 1 } });
    await ensureSchedules(world.client, off);
    expect((await describePoll()).state).toMatchObject({ paused: true, note: 'turned off by POLL_EVERY' });
    expect(await doctorOn(POLL_SCHEDULE_ID, { POLL_EVERY: 'off' })).toBe(
      `✓ schedule ${POLL_SCHEDULE_ID}: off (POLL_EVERY)`,
    );
    const { err } = await run(['schedules', 'resume', POLL_SCHEDULE_ID], { POLL_EVERY: 'off' });
    expect(err.join()).toContain('off by POLL_EVERY');
    await ensureSchedules(world.client, WANTED);
    const { state, info } = await describePoll();
    expect(state.paused).toBe(false);
    expect(info.numActionsTaken).toBeGreaterThan(0);
    // A round that had lost what the last one left would find the order once more.
    expect(await poll(world)).toMatchObject({ found: { orders: 0 } });
  });
});
