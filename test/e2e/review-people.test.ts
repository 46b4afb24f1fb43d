import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  assignReviewUpdate,
  commentReviewSignal,
  commentReviewUpdate,
  type DecideReview,
  decideReviewSignal,
  decideReviewUpdate,
} from '../../src/contract/review.js';
import {
  decide,
  decision,
  type HeldOrder,
  heldOrder,
  refusalOf,
  reviewAttributes,
  reviewHandle,
  untilReview,
} from '../support/reviews.js';
import { changeOrder, contactOf, instant, orderEvent, recordOf } from '../support/shop-events.js';
import { createWorld, untilTrue, type World } from '../support/world.js';

/** Above 10.00 a second person confirms: the 13.00 of a held order are. */
let world: World;
beforeAll(async () => {
  world = await createWorld({ reviewPolicy: { fourEyesAboveMinor: 1000 } });
});
afterAll(async () => {
  await world.close();
});

describe('above the four-eyes limit', () => {
  it('nothing is written before a second person has sent the same', async () => {
    const held = await heldOrder(world);
    const first = await decision(world, held);
    expect(await decide(world, held, first)).toMatchObject({
      stage: 'awaiting-second',
      text: expect.stringContaining(first.moneyHash),
    });
    await untilTrue(
      'it is searchable',
      async () => (await reviewAttributes(world, held))['ReviewStage'] === 'awaiting-second',
    );
    expect(await refusalOf(decide(world, held, { ...first, actor: ' Jane ' }))).toContain('a second person');
    expect(await recordOf(world, held.order)).toBeUndefined();
    expect(await decide(world, held, { ...first, actor: 'tom', reason: 'agreed' })).toMatchObject({
      stage: 'deciding',
    });
    const { decision: made } = await reviewHandle(world, held).result();
    expect(made).toMatchObject({ actors: ['jane', 'tom'], reason: 'checked · agreed' });
    expect(await recordOf(world, held.order)).toMatchObject({ order_total: 13 });
  });

  it('another action starts over, whoever sends it', async () => {
    const held = await heldOrder(world);
    const first = await decision(world, held);
    await decide(world, held, first);
    expect(await decide(world, held, { ...first, actor: 'tom', action: 'exclude' })).toMatchObject({
      stage: 'awaiting-second',
    });
    expect((await untilReview(world, held)).awaited).toMatchObject({ actor: 'tom', action: 'exclude' });
    expect(await decide(world, held, { ...first, action: 'exclude' })).toMatchObject({ stage: 'deciding' });
    expect((await reviewHandle(world, held).result()).decision).toMatchObject({ actors: ['tom', 'jane'] });
  });

  it('a newer state voids the first person’s word', async () => {
    const held = await heldOrder(world);
    const first = await decision(world, held);
    await decide(world, held, first);
    await changeOrder(world, held.order, { displayTotal: '14.00', timeUpdated: instant(8) });
    await orderEvent(world, held.order, { updatedAt: instant(8) });
    const { awaited, stage } = await untilReview(world, held, ({ stake }) => stake.moneyHash !== first.moneyHash);
    expect([awaited, stage]).toEqual([null, 'open']);
    expect(await refusalOf(decide(world, held, { ...first, actor: 'tom' }))).toContain('moneyHash');
    expect(await decide(world, held, await decision(world, held, { actor: 'tom' }))).toMatchObject({
      stage: 'awaiting-second',
    });
  });

  it('a recheck moves no money and needs nobody else', async () => {
    const held = await heldOrder(world);
    expect(await decide(world, held, await decision(world, held, { action: 'recheck' }))).toMatchObject({
      stage: 'deciding',
    });
  });
});

describe('a message that cannot be understood or done', () => {
  let held: HeldOrder;
  beforeAll(async () => {
    held = await heldOrder(world);
  });

  it.each([
    ['no actor', { actor: ' ' }, 'actor: who decides is needed'],
    ['no reason', { reason: '' }, 'reason: some words are needed'],
    ['an unknown action', { action: 'approve' as never }, 'one of recheck, acceptStated, acceptComputed, exclude'],
    ['a stale hash', { moneyHash: 'of-yesterday' }, 'read the review again, the hash is'],
    ['words without end', { reason: 'x'.repeat(1001) }, 'at most 1000 characters'],
  ])('with %s is refused with what to do, and leaves nothing behind', async (_, wrong, words) => {
    const { historyLength } = await reviewHandle(world, held).describe();
    expect(await refusalOf(decide(world, held, { ...(await decision(world, held)), ...wrong }))).toContain(words);
    expect((await untilReview(world, held)).trail).toHaveLength(1);
    expect((await reviewHandle(world, held).describe()).historyLength).toBe(historyLength);
  });

  it('that is no object at all is refused too', async () => {
    const update = reviewHandle(world, held).executeUpdate(decideReviewUpdate, {
      args: [null as unknown as DecideReview],
    });
    expect(await refusalOf(update)).toContain('actor');
  });

  it('is noted in the trail when it came as a signal, and changes nothing', async () => {
    await reviewHandle(world, held).signal(
      decideReviewSignal,
      await decision(world, held, { moneyHash: 'of-yesterday' }),
    );
    const state = await untilReview(world, held, ({ trail }) => trail.length > 1);
    expect(state).toMatchObject({ stage: 'open', awaited: null });
    expect(state.trail.at(-1)).toMatchObject({ actor: 'jane', action: 'refused-message' });
    expect(state.trail.at(-1)?.reason).toContain('moneyHash');
  });

  it('meant for the customer’s workflow alone harms nothing when a person sends it', async () => {
    const handle = reviewHandle(world, held);
    for (const wrong of [null, {}, { kind: 'open' }, { kind: 'close', outcome: 'gone' }])
      await handle.signal('reviewNews', wrong);
    const state = await untilReview(
      world,
      held,
      ({ trail }) => trail.filter(({ actor }) => actor === 'somebody').length === 4,
    );
    expect(state.stage).toBe('open');
  });
});

describe('who has it and what was said', () => {
  it('is shown, searchable, and in the trail', async () => {
    const held = await heldOrder(world);
    await untilReview(world, held);
    const handle = reviewHandle(world, held);
    await handle.executeUpdate(assignReviewUpdate, { args: [{ assignee: 'tom', actor: 'jane' }] });
    await handle.executeUpdate(commentReviewUpdate, { args: [{ actor: 'tom', text: 'asked the warehouse' }] });
    expect(await untilReview(world, held)).toMatchObject({
      stage: 'assigned',
      assignee: 'tom',
      trail: [
        { action: 'opened' },
        { actor: 'jane', reason: 'to tom' },
        { actor: 'tom', reason: 'asked the warehouse' },
      ],
    });
    await untilTrue('it is searchable', async () => {
      const attributes = await reviewAttributes(world, held);
      return attributes['ReviewAssignee'] === 'tom';
    });
    expect(await reviewAttributes(world, held)).toEqual({
      ReviewStage: 'assigned',
      ReviewRule: ['lines-add-up'],
      ReviewAmount: 1300,
      ReviewChannel: 'Online shop',
      ReviewAssignee: 'tom',
    });
    await handle.executeUpdate(assignReviewUpdate, { args: [{ assignee: null, actor: 'jane' }] });
    await untilTrue('nobody has it', async () => (await reviewAttributes(world, held))['ReviewAssignee'] === undefined);
    const wrong = handle.executeUpdate(assignReviewUpdate, { args: [{ assignee: 7 as never, actor: 'jane' }] });
    expect(await refusalOf(wrong)).toContain('assignee: a name is needed');
    expect(
      await refusalOf(handle.executeUpdate(commentReviewUpdate, { args: [{ actor: 'jane', text: '' }] })),
    ).toContain('text');
  });
});

describe('when no worker runs', () => {
  it('a signal decides all the same, once there is one again, whatever came with it', async () => {
    const held = await heldOrder(world);
    const made = await decision(world, held);
    await world.stopWorker();
    const handle = reviewHandle(world, held);
    await handle.signal(decideReviewSignal, made);
    await handle.signal(decideReviewSignal, { ...made, actor: 'tom' });
    await handle.signal(commentReviewSignal, { actor: 'tom', text: 'both of us looked' });
    expect((await reviewAttributes(world, held))['ReviewStage']).toBe('open');
    await world.startWorker();
    expect(await handle.result()).toMatchObject({ outcome: 'applied', decision: { actors: ['jane', 'tom'] } });
    expect((await contactOf(world, held.buyer.email))?.dataFields).toMatchObject({
      TOTAL_SPEND: 13,
      ORDERS_IN_REVIEW: 0,
    });
  });
});

describe('what Temporal’s page shows', () => {
  it('is enough to decide from, with JSON to copy', async () => {
    const held = await heldOrder(world);
    const { stake } = await untilReview(world, held);
    const details = await detailsOf(held);
    expect(details).toContain(`order ${held.order.number}`);
    expect(details).toContain('at stake 13.00 GBP');
    expect(details).toContain(
      'expected lines and delivery less discount make 12.00 GBP; observed Stokly states 13.00 GBP',
    );
    expect(details).toContain('writes what the parts make: order total 12.00 GBP');
    expect(details).toContain(`"moneyHash":"${stake.moneyHash}"`);
    expect(details).not.toContain(held.buyer.email);
    const definition = await metadataOf(held);
    for (const name of ['decideReview', 'assignReview', 'commentReview']) {
      expect(definition.updateDefinitions.find((one) => one.name === name)?.description).toContain('Example: {"');
      expect(definition.signalDefinitions.find((one) => one.name === name)?.description).toContain('Example: {"');
    }
  });
});

interface Described {
  readonly name: string;
  readonly description: string;
}
interface Metadata {
  readonly currentDetails: string;
  readonly definition: {
    readonly updateDefinitions: readonly Described[];
    readonly signalDefinitions: readonly Described[];
  };
}

async function detailsOf(held: HeldOrder): Promise<string> {
  return (await reviewHandle(world, held).query<Metadata>('__temporal_workflow_metadata')).currentDetails;
}

async function metadataOf(held: HeldOrder): Promise<Metadata['definition']> {
  return (await reviewHandle(world, held).query<Metadata>('__temporal_workflow_metadata')).definition;
}
