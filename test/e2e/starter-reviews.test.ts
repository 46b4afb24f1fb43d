import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { reviewWorkflowId } from '../../src/contract/ids.js';
import { decision, type HeldOrder, heldForRefund, heldOrder, reviewHandle, untilReview } from '../support/reviews.js';
import { contactOf, recordOf } from '../support/shop-events.js';
import { starterOn } from '../support/starter-on-world.js';
import { createWorld, untilTrue, type World } from '../support/world.js';

interface Listed {
  readonly reviews: readonly { readonly number: string; readonly amountMinor: number; readonly heldAt: string }[];
}

let world: World;
beforeAll(async () => {
  world = await createWorld();
});
afterAll(() => world.close());

async function list(args: readonly string[] = []): Promise<Listed> {
  const { out, status, err } = await starterOn(world, ['reviews', 'list', '--json', ...args]);
  expect({ status, err }).toEqual({ status: 0, err: [] });
  return JSON.parse(out.join('')) as Listed;
}

/** Visibility is a moment behind. */
async function untilListed(held: HeldOrder): Promise<void> {
  await untilReview(world, held);
  await untilTrue('the review is listed', async () =>
    (await list()).reviews.some(({ number }) => number === String(held.order.number)),
  );
}

const numbersOf = ({ reviews }: Listed): string[] => reviews.map(({ number }) => number);

describe('starter reviews', () => {
  it('lists, filters, shows and decides about an order to the penny', async () => {
    const held = await heldForRefund(world);
    await untilListed(held);
    const number = String(held.order.number);
    expect(numbersOf(await list(['--rule', 'refund-adds-up']))).toContain(number);
    expect(numbersOf(await list(['--rule', 'signs']))).not.toContain(number);
    expect(numbersOf(await list(['--min-amount', '1000']))).not.toContain(number);

    const shown = (await starterOn(world, ['reviews', 'show', number])).out.join('\n');
    expect(shown).toContain('refund-adds-up');
    expect(shown).toMatch(/given back +\S+ GBP +6\.00 GBP/);
    expect(shown).toMatch(/acceptStated.*\n.*refunded_total 7\.00 GBP/);
    expect(shown).toMatch(/acceptComputed.*\n.*refunded_total 6\.00 GBP/);
    expect(shown).toMatch(
      /the contact would say: NET_SPEND 6\.00 GBP = TOTAL_SPEND 12\.00 GBP − TOTAL_REFUND 6\.00 GBP/,
    );
    const command =
      /starter (reviews decide \S+ --action acceptComputed --hash=\S+) /.exec(shown)?.[1]?.split(' ') ?? [];
    const decided = await starterOn(world, [...command, '--actor', 'jane', '--reason', 'as its lines say']);
    expect(decided).toMatchObject({ status: 0, err: [] });
    expect(decided.out[0]).toContain('applied');

    expect(await recordOf(world, held.order)).toMatchObject({
      refunded_total: 6,
      order_total: 6,
      reconciled_by: 'review-computed',
    });
    expect((await contactOf(world, held.buyer.email))?.dataFields).toMatchObject({ NET_SPEND: 6, ORDERS_IN_REVIEW: 0 });
    const verified = await starterOn(world, ['reviews', 'verify', number]);
    expect(verified).toMatchObject({ status: 0, out: ['1 reviews looked at, 0 with something that does not fit.'] });
    expect((await starterOn(world, ['reviews', 'show', number])).out[0]).toContain('is closed: applied');
  });

  it('assigns, comments, and lists what is mine', async () => {
    const held = await heldOrder(world);
    await untilListed(held);
    const number = String(held.order.number);
    expect((await starterOn(world, ['reviews', 'assign', number, '--to', 'jane', '--actor', 'tom'])).status).toBe(0);
    expect(
      (await starterOn(world, ['reviews', 'comment', number, '--actor', 'jane', '--text', 'asked the bank'])).status,
    ).toBe(0);
    await untilTrue('it is listed as hers', async () =>
      numbersOf(await list(['--mine', '--actor', 'jane'])).includes(number),
    );
    expect(numbersOf(await list(['--mine', '--actor', 'tom']))).not.toContain(number);
    expect((await starterOn(world, ['reviews', 'show', number])).out.join('\n')).toContain('asked the bank');
  });

  it('refuses a decision about other money than was shown, and one that is not possible, in a sentence', async () => {
    const held = await heldOrder(world, { displayTotal: 'rubbish' });
    await untilReview(world, held);
    const said = ['--actor', 'jane', '--reason', 'why not', '--yes'];
    const stale = await starterOn(
      world,
      ['reviews', 'decide', held.order.orderId, '--action', 'exclude', '--hash', '00000000'].concat(said),
    );
    expect(stale.status).toBe(1);
    expect(stale.err[0]).toContain('other money by now');
    const never = await starterOn(world, [
      'reviews',
      'decide',
      held.order.orderId,
      '--action',
      'acceptStated',
      ...said,
    ]);
    expect(never.status).toBe(1);
    expect(never.err[0]).toMatch(/readable|cannot be/);
    expect(
      (await starterOn(world, ['reviews', 'decide', held.order.orderId, '--action', 'shrug', ...said])).err[0],
    ).toContain('--action is one of');
  });

  it('asks before it decides without a hash, and changes nothing when the answer is another', async () => {
    const held = await heldOrder(world);
    await untilListed(held);
    const number = String(held.order.number);
    const args = ['reviews', 'decide', number, '--action', 'acceptStated', '--actor', 'jane', '--reason', 'checked'];
    const unsure = await starterOn(world, args, { types: ['no'] });
    expect(unsure).toMatchObject({ status: 1 });
    expect((await untilReview(world, held)).deciding).toBeNull();
    const sure = await starterOn(world, args, { types: [number] });
    expect(sure.out.join('\n')).toContain('applied');
    expect(await recordOf(world, held.order)).toMatchObject({ order_gross_total: 13, reconciled_by: 'review-stated' });
  });

  it('decides about many at once after a preview of the money, and tells which it left', async () => {
    const channelName = 'Many at once';
    const ok = [
      await heldOrder(world, { displayTotal: '13.00', channelName }),
      await heldOrder(world, { displayTotal: '14.00', channelName }),
    ];
    const not = await heldOrder(world, { displayTotal: 'rubbish', channelName });
    for (const held of ok) await untilListed(held);
    await untilReview(world, not);
    const run = await starterOn(
      world,
      [
        'reviews',
        'decide',
        '--all',
        '--channel',
        channelName,
        '--action',
        'acceptStated',
        '--actor',
        'jane',
        '--reason',
        'bank',
      ],
      { types: ['2'] },
    );
    expect(run.out.join('\n')).toContain('27.00 GBP in all');
    expect(run.out.at(-1)).toMatch(/^2 decided, 0 wait for a second person/);
    for (const held of ok) await reviewHandle(world, held).result();
    expect(await recordOf(world, ok[1]?.order ?? not.order)).toMatchObject({ order_gross_total: 14 });
  });

  it('prints CSV, and says which stage or rule there is not', async () => {
    const held = await heldOrder(world);
    await untilListed(held);
    const csv = (await starterOn(world, ['reviews', 'list', '--csv'])).out;
    expect(csv[0]).toBe('order,amount at stake,currency,stage,rules,channel,held since,who has it,link');
    expect(
      csv.some((line) => line.startsWith(`${held.order.number},`) && line.includes(',GBP,open,lines-add-up,')),
    ).toBe(true);
    expect((await starterOn(world, ['reviews', 'list', '--stage', 'lost'])).err[0]).toContain('--stage is none of');
    expect((await starterOn(world, ['reviews', 'list', '--mine'])).err[0]).toContain('--mine needs --actor');
    expect((await starterOn(world, ['reviews', 'show', '99999999'])).err[0]).toContain('no review of order 99999999');
  });

  it('opens a review again that somebody terminated', async () => {
    const held = await heldOrder(world);
    await untilListed(held);
    await world.client.workflow.getHandle(reviewWorkflowId(held.order.orderId)).terminate('by mistake');
    const run = await starterOn(world, ['reviews', 'open-missing', '--json']);
    expect(run.status).toBe(0);
    expect(run.out.join('')).toContain(String(held.order.number));
    const again = await decision(world, held, { action: 'exclude' });
    expect(again.moneyHash).toHaveLength(22);
  });

  it('takes a decision as a signal while no worker runs, and lists without one', async () => {
    const held = await heldOrder(world);
    await untilListed(held);
    const number = String(held.order.number);
    const { stake } = await untilReview(world, held);
    await world.stopWorker();
    expect(numbersOf(await list())).toContain(number);
    const args = ['reviews', 'decide', number, '--action', 'acceptStated', '--actor', 'jane', '--reason', 'night'];
    // Each waits for its queries to time out.
    const [shown, decided, left] = await Promise.all([
      starterOn(world, ['reviews', 'show', number]),
      starterOn(world, args),
      starterOn(world, [...args, '--hash', stake.moneyHash, '--signal']),
    ]);
    expect(shown.err[0]).toContain('no worker answers');
    expect(decided.err[0]).toContain('give the whole moneyHash');
    expect(left).toMatchObject({ status: 0, err: [] });
    await world.startWorker();
    await reviewHandle(world, held).result();
    expect(await recordOf(world, held.order)).toMatchObject({ order_gross_total: 13 });
  });
});
