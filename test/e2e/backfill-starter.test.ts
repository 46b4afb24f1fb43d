import { defaultPayloadConverter, ScheduleOverlapPolicy } from '@temporalio/client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { backfillResultOf, historyOf } from '../support/backfills.js';
import { backfillWorkflowId } from '../../src/contract/backfill.js';
import { pagesFor } from '../../src/contract/backfill-start.js';
import {
  clearRequests,
  controlDotdigital,
  newBuyer,
  orderEvent,
  placeOrder,
  requestPaths,
} from '../support/shop-events.js';
import { starterOn } from '../support/starter-on-world.js';
import { createWorld, untilTrue, type World } from '../support/world.js';

let world: World;

beforeAll(async () => {
  world = await createWorld();
  await controlDotdigital(world, 'POST', 'seed', {
    programs: [
      { name: 'Win back', status: 'Active' },
      { name: 'Old one', status: 'Draft' },
    ],
  });
  const known = await newBuyer(world);
  await orderEvent(world, await placeOrder(world, known.customerId));
  await world.settled(known.customerId, ({ outcomes }) => outcomes.synced === 1);
  await historyOf(world, 5);
  await placeOrder(world, (await newBuyer(world)).customerId, { displayTotal: '13.00' });
  await placeOrder(world, (await newBuyer(world, { type: 2 })).customerId);
  await placeOrder(world, null);
});
afterAll(async () => {
  await world.close();
});

describe('backfill plan', () => {
  it('says what would be created, left, held and skipped, with the money, and writes nothing', async () => {
    await clearRequests(world);
    const { status, out, err } = await starterOn(world, ['backfill', 'plan']);
    expect({ status, err }).toEqual({ status: 0, err: [] });
    expect(out).toEqual([
      'records created: 10 orders, 120.00 GBP, refunded 0.00 GBP',
      'left as they are: 1 orders, 12.00 GBP, refunded 0.00 GBP',
      'held for a person: 1 orders, 13.00 GBP, refunded 0.00 GBP',
      'skipped (guest): 1 orders, 12.00 GBP, refunded 0.00 GBP',
      'skipped (no-customer): 1 orders, 12.00 GBP, refunded 0.00 GBP',
      '14 orders; contacts: 6 created, 1 updated, 1 customers without one',
      'Nothing was written.',
    ]);
    expect((await requestPaths(world)).dotdigital.filter((path) => !path.startsWith('GET '))).toEqual([]);
  });

  it('says it order by order in JSON', async () => {
    const { out } = await starterOn(world, ['backfill', 'plan', '--json']);
    const lines = out.map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(lines).toHaveLength(15);
    expect(lines.at(-1)).toMatchObject({ sums: { contacts: { create: 6, update: 1, none: 1 } } });
  });
});

describe('backfill start', () => {
  it('starts nothing unless its name is typed', async () => {
    const asked = ['backfill', 'start', 'all', '--actor', 'jane'];
    const { status, out, err } = await starterOn(world, asked, { types: ['yes'] });
    expect([status, err]).toEqual([1, [expect.stringContaining('all was not typed')]]);
    expect(out.join('\n')).toContain('Win back');
    expect(out.join('\n')).not.toContain('Old one');
    expect(await starterOn(world, ['backfill', 'show', 'all'])).toMatchObject({ status: 1 });
  });

  it('keeps who confirmed it and which programs were active, and brings what the plan said', async () => {
    const asked = ['backfill', 'start', 'all', '--actor', 'jane', '--pages', '2'];
    const scarce = { STOKLY_REQUESTS_PER_MINUTE: '120' };
    expect(await starterOn(world, asked, { types: ['all'] }, scarce)).toMatchObject({ status: 0, err: [] });
    expect(await inputOf('all')).toMatchObject({ pagesAtOnce: 2, pageSize: pagesFor(120).pageSize });
    const result = await backfillResultOf(world.client.workflow.getHandle(backfillWorkflowId('all')));
    expect(result.confirmation).toMatchObject({ actor: 'jane', programs: [{ name: 'Win back' }] });
    expect(result).toMatchObject({ isReconciled: true, orders: { inStokly: 14, withOutcome: 14 } });
    const watched = await starterOn(world, ['backfill', 'watch', 'all']);
    expect(watched.status).toBe(0);
    expect(watched.out.join('\n')).toContain('14 orders in one outcome, Stokly counts 14: it adds up');
    const planned = await starterOn(world, ['backfill', 'plan']);
    expect(planned.out[0]).toBe('left as they are: 11 orders, 132.00 GBP, refunded 0.00 GBP');
  });

  it('says what is wrong in one line', async () => {
    const complaint = async (...args: string[]) => (await starterOn(world, ['backfill', ...args])).err.join('\n');
    expect(await complaint('start', 'all', '--yes')).toContain('--actor is needed');
    expect(await complaint('speed', 'all', 'many')).toContain('1 or more');
    expect(await complaint('watch', 'nobody')).toContain('there is no backfill nobody');
    expect(await complaint('start', '../x', '--yes', '--actor', 'jane')).toContain('name has letters');
  });
});

/** What its first run was started with. */
async function inputOf(name: string): Promise<unknown> {
  const { events } = await world.client.workflow.getHandle(backfillWorkflowId(name)).fetchHistory();
  const input = events?.[0]?.workflowExecutionStartedEventAttributes?.input;
  return defaultPayloadConverter.fromPayload(input?.payloads?.[0] ?? {});
}

describe('a backfill that a Schedule starts', () => {
  const ADD = ['backfill', 'schedule', 'add', 'weekly', '--every', '7d', '--last', '1h', '--actor', 'jane'];
  const LIST = ['backfill', 'schedule', 'list'];
  const NONE = ['No backfill runs by itself: starter backfill schedule add'];
  const schedule = () => world.client.schedule.getHandle(backfillWorkflowId('weekly'));

  it('is there when its name is typed; what is wrong with it is said in one line', async () => {
    const complaint = async (...args: string[]) =>
      (await starterOn(world, ['backfill', 'schedule', ...args])).err.join('\n');
    expect(await complaint('add', 'x', '--every', '7d')).toContain('--actor is needed');
    expect(await complaint('add', 'x', '--actor', 'jane')).toContain('either --every or --cron');
    expect(await complaint('add', 'x', '--actor', 'jane', '--every', '2s')).toContain('a minute or more');
    expect(await complaint('add', 'x', '--actor', 'jane', '--yes', '--cron', 'sundays')).toContain('five fields');
    expect(await complaint('remove', 'x')).toContain('has no Schedule');
    expect((await starterOn(world, ADD, { types: ['yes'] })).err.join()).toContain('weekly was not typed');
    expect((await starterOn(world, LIST)).out).toEqual(NONE);
    const { status, out } = await starterOn(world, ADD, { types: ['weekly'] });
    expect([status, out[0]]).toEqual([
      0,
      'Backfill weekly, every 7d: all orders of every customer with an order in the 1h before it.',
    ]);
    expect(out.join('\n')).toContain('Win back');
    expect(await complaint('add', 'weekly', ...ADD.slice(4), '--yes')).toContain('has a Schedule already');
    await untilTrue('it is listed', async () => (await starterOn(world, LIST)).out[0] !== NONE[0]);
    expect((await starterOn(world, LIST)).out).toEqual([
      'weekly: every 7d, every customer with an order in the 1h before it, by jane',
      '    last  never',
      expect.stringMatching(/^ {4}next {2}\S+Z$/),
    ]);
  });

  it('runs to its end, over its own pages and its own hour, and none is begun beside it', async () => {
    const buyer = await newBuyer(world);
    await placeOrder(world, buyer.customerId, { createdAt: new Date(Date.now() - 60_000).toISOString() });
    await world.stopWorker();
    await schedule().trigger(ScheduleOverlapPolicy.SKIP);
    await untilTrue('it has begun', async () => (await schedule().describe()).info.runningActions.length === 1);
    await schedule().trigger(ScheduleOverlapPolicy.SKIP);
    await untilTrue(
      'the second was left out',
      async () => (await schedule().describe()).info.numActionsSkippedOverlap === 1,
    );
    await world.startWorker();
    const listed = JSON.parse((await starterOn(world, [...LIST, '--json'])).out[0] ?? '');
    expect(listed.schedules).toMatchObject([{ name: 'weekly', runs: 1, paused: null }]);
    const name: string = listed.schedules[0].lastRun;
    expect(name).toMatch(/^weekly-\d{4}-.*Z$/);
    const result = await backfillResultOf(world.client.workflow.getHandle(backfillWorkflowId(name)));
    expect(result).toMatchObject({
      ending: 'done',
      confirmation: null,
      isReconciled: true,
      customers: { woken: 1, answered: 1 },
      orders: { inStokly: 1, withOutcome: 1 },
      window: { from: new Date(Date.parse(result.startedAt) - 3_600_000).toISOString(), to: result.startedAt },
    });
    // Had the comparison not read its page, it would have opened another.
    const page = (number: number) => world.client.workflow.getHandle(`${backfillWorkflowId(name)}/${number}`);
    expect((await page(1).describe()).status.name).toBe('COMPLETED');
    await expect(page(2).describe()).rejects.toThrow();
    const shown = await starterOn(world, ['backfill', 'show', name]);
    expect([shown.status, shown.out.join('\n')]).toEqual([0, expect.stringContaining('started by a Schedule')]);
    expect((await starterOn(world, ['backfill', 'watch', name])).out.join('\n')).toContain('it adds up');
  });

  it('is begun no more once it is removed', async () => {
    expect(await starterOn(world, ['backfill', 'schedule', 'remove', 'weekly'])).toMatchObject({ status: 0 });
    await untilTrue('it is gone', async () => (await starterOn(world, LIST)).out[0] === NONE[0]);
  });
});
