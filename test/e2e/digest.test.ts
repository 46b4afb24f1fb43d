import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Webhook } from 'standardwebhooks';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DIGEST_SCHEDULE_ID } from '../../src/contract/digest.js';
import type { ReviewDigest } from '../../src/domain/review/digest.js';
import { listOpenReviews } from '../../src/review-list.js';
import { ensureSchedules } from '../../src/schedules.js';
import { assignReviewUpdate } from '../../src/contract/review.js';
import { decide, decision, type HeldOrder, heldOrder, reviewHandle, untilReview } from '../support/reviews.js';
import { runsOfDigests, triggerDigest } from '../support/digests.js';
import { createWorld, untilTrue, type World } from '../support/world.js';

const SECRET = `whsec_${Buffer.alloc(24, 3).toString('base64')}`;
const DAY_MS = 86_400_000;

interface Received {
  readonly id: string;
  readonly digest: ReviewDigest;
}

/** Someone's webhook receiver: checks the signature, and may be down for a while. */
class Receiver {
  readonly taken: Received[] = [];
  refusals = 0;
  isDown = false;
  #server: Server | null = null;

  async start(): Promise<string> {
    const server = createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        if (this.isDown) {
          this.refusals += 1;
          response.writeHead(503).end();
          return;
        }
        const body = Buffer.concat(chunks).toString();
        const message = new Webhook(SECRET).verify(body, request.headers as Record<string, string>) as {
          type: string;
          data: ReviewDigest;
        };
        expect(message.type).toBe('reviews.digest');
        this.taken.push({ id: String(request.headers['webhook-id']), digest: message.data });
        response.writeHead(204).end();
      });
    });
    this.#server = server;
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook?team=finance`;
  }

  async stop(): Promise<void> {
    this.#server?.closeAllConnections();
    await new Promise((resolve) => this.#server?.close(resolve));
  }
}

let world: World;
const receiver = new Receiver();
beforeAll(async () => {
  world = await createWorld({ hasWorker: false });
  world.digestWebhook = { url: await receiver.start(), secret: SECRET };
  await world.startWorker();
  await digestEvery(DAY_MS);
});
afterAll(async () => {
  await world.close();
  await receiver.stop();
});

async function digestEvery(digestEveryMs: number): Promise<void> {
  await ensureSchedules(world.client, { pollEveryMs: 0, digestEveryMs });
}

async function listed(held: HeldOrder): Promise<void> {
  await untilReview(world, held);
  await untilTrue('the review is listed', async () =>
    (await listOpenReviews(world.client)).some(({ orderId }) => orderId === held.order.orderId),
  );
}

async function nextDigest(): Promise<ReviewDigest> {
  const before = receiver.taken.length;
  await triggerDigest(world);
  await untilTrue('a digest arrives', () => receiver.taken.length > before);
  const runs = before + 1;
  await untilTrue('its run is over', async () => (await runsOfDigests(world)).length >= runs);
  const last = receiver.taken.at(-1);
  if (last === undefined) throw new Error('no digest');
  return last.digest;
}

describe('the digest of reviews', () => {
  it('says nothing where nothing waits', async () => {
    await triggerDigest(world);
    await untilTrue('its run is over', async () => (await runsOfDigests(world)).length === 1);
    expect(receiver.taken).toEqual([]);
  });

  it('is one message for all, signed, with what is new, largest and oldest, and is not said twice', async () => {
    const small = await heldOrder(world, { displayTotal: '13.00' });
    const large = await heldOrder(world, { displayTotal: '112.00' });
    await listed(small);
    await listed(large);
    const first = await nextDigest();
    expect(receiver.taken).toHaveLength(1);
    expect(first).toMatchObject({ open: 2, quiet: 0, new: { count: 2 }, incidents: [] });
    expect(first.largest.map(({ number }) => number)).toEqual([String(large.order.number), String(small.order.number)]);
    expect(first.waitingLongest[0]?.number).toBe(String(small.order.number));
    expect(JSON.stringify(first)).not.toContain(small.buyer.email);

    const second = await nextDigest();
    expect(second).toMatchObject({ open: 2, new: { count: 0 }, from: first.until });
    await decide(world, small, await decision(world, small, { action: 'exclude' }));
    await reviewHandle(world, small).result();
    await untilTrue('it is gone from the list', async () => (await listOpenReviews(world.client)).length === 1);
    expect(await nextDigest()).toMatchObject({ open: 1 });
  });

  it('says of what comes from history only how much there is, until somebody has it', async () => {
    await world.stopWorker();
    world.policy = { ...world.policy, triggerMaxAgeMs: 1 };
    await world.startWorker();
    const old = await heldOrder(world, { displayTotal: '13.00' });
    await listed(old);
    const digest = await nextDigest();
    expect(digest).toMatchObject({ open: 1, quiet: 1 });
    expect(JSON.stringify(digest)).not.toContain(String(old.order.number));
    await reviewHandle(world, old).executeUpdate(assignReviewUpdate, { args: [{ assignee: 'jane', actor: 'jane' }] });
    await untilTrue('she has it', async () =>
      (await listOpenReviews(world.client)).some(({ assignee }) => assignee === 'jane'),
    );
    expect(await nextDigest()).toMatchObject({ open: 2, quiet: 0 });
    await world.stopWorker();
    world.policy = { ...world.policy, triggerMaxAgeMs: 10_000 * DAY_MS };
    await world.startWorker();
  });

  it('is sent again while the receiver is down, once it is up it arrives once, and no review waits for it', async () => {
    receiver.isDown = true;
    const held = await heldOrder(world, { displayTotal: '13.00' });
    await listed(held);
    const before = receiver.taken.length;
    await triggerDigest(world);
    await untilTrue('it was refused', () => receiver.refusals > 0);
    await decide(world, held, await decision(world, held, { action: 'acceptStated' }));
    expect(await reviewHandle(world, held).result()).toMatchObject({ outcome: 'applied' });
    receiver.isDown = false;
    await untilTrue('it arrives', () => receiver.taken.length > before);
    expect(receiver.taken).toHaveLength(before + 1);
    expect(receiver.taken.at(-1)?.digest.new.first.map(({ number }) => number)).toContain(String(held.order.number));
  });

  it('has a schedule that stays one, follows the settings and keeps a pause', async () => {
    const handle = world.client.schedule.getHandle(DIGEST_SCHEDULE_ID);
    await handle.pause('holidays');
    await digestEvery(DAY_MS / 2);
    const { spec, state } = await handle.describe();
    expect(spec.intervals?.map(({ every }) => every)).toEqual([DAY_MS / 2]);
    expect(state.paused).toBe(true);
    await digestEvery(0);
    expect((await handle.describe()).state).toMatchObject({ paused: true, note: 'holidays' });
  });
});
