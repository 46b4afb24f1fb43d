import { afterEach, describe, expect, it, vi } from 'vitest';
import type { RelayOptions } from '../../src/relay/app.js';
import {
  CUSTOMER_ID,
  get,
  NEXT_SECRET,
  ORDER_ID,
  orderUpdated,
  type RelayUnderTest,
  SECRET,
  type Sent,
  send,
  startRelay,
  TemporalDouble,
  webhook,
} from './relay-under-test.js';

let relay: RelayUnderTest;

async function start(options: Partial<RelayOptions> = {}): Promise<RelayUnderTest> {
  relay = await startRelay(options);
  return relay;
}

afterEach(async () => {
  await relay.stop();
});

describe('a signed webhook', () => {
  it('is acknowledged when Temporal has accepted it', async () => {
    const { port, temporal } = await start();
    const sentAt = Date.now();
    const answer = await send(port, webhook(orderUpdated()));
    expect(answer).toMatchObject({ status: 202, text: '{"status":"accepted"}' });
    expect(temporal.accepted).toEqual([
      {
        kind: 'wake-customer',
        customerId: CUSTOMER_ID,
        wake: {
          eventId: 'evt_1',
          kind: 'order',
          orderId: ORDER_ID,
          version: '2026-11-23T09:59:59.123Z',
          receivedAt: expect.any(String),
        },
      },
    ]);
    const receivedAt = Date.parse(temporal.accepted[0]?.wake.receivedAt ?? '');
    expect(receivedAt).toBeGreaterThanOrEqual(sentAt);
    expect(receivedAt).toBeLessThanOrEqual(Date.now());
  });

  it('is not acknowledged before Temporal has accepted it', async () => {
    let open = () => {};
    const { port, temporal } = await start();
    temporal.gate = new Promise((resolve) => {
      open = resolve;
    });
    let isAnswered = false;
    const answer = send(port, webhook(orderUpdated())).finally(() => {
      isAnswered = true;
    });
    // The health page is answered after the webhook came in: so the webhook waits.
    await get(port, '/healthz');
    expect(isAnswered).toBe(false);
    open();
    expect((await answer).status).toBe(202);
  });

  it('that is sent again is acknowledged again: the workflow drops it by its event id', async () => {
    const { port, temporal } = await start();
    const sent = webhook(orderUpdated());
    expect((await send(port, sent)).status).toBe(202);
    expect((await send(port, sent)).status).toBe(202);
    expect(temporal.accepted.map(({ wake }) => wake.eventId)).toEqual(['evt_1', 'evt_1']);
  });

  it('of a type that moves nothing is acknowledged, counted and not passed on', async () => {
    const { port, temporal } = await start();
    for (const type of ['item.updated', 'loyalty.joined']) {
      expect(await send(port, webhook({ ...orderUpdated(), type }))).toMatchObject({
        status: 202,
        text: '{"status":"ignored"}',
      });
    }
    expect(temporal.accepted).toEqual([]);
    const { text } = await get(port, '/metrics');
    expect(text).toContain('lockstep_relay_ignored_total{type="item.updated"} 1');
    expect(text).toContain('lockstep_relay_ignored_total{type="unknown"} 1');
  });

  it('that cannot be read is refused with the reason', async () => {
    const { port } = await start();
    const answer = await send(port, webhook(orderUpdated({ orderId: 'canary@example.com' })));
    expect(answer).toMatchObject({ status: 400, text: '{"error":"data.orderId: a UUID expected"}' });
  });

  it.each(['application/json; charset=utf-8', 'text/plain', 'application/x-www-form-urlencoded', ''])(
    'is read whatever content type it claims (%j)',
    async (contentType) => {
      const { port } = await start();
      const { body, headers } = webhook(orderUpdated());
      expect((await send(port, { body, headers: { ...headers, 'content-type': contentType } })).status).toBe(202);
    },
  );

  it('may be signed with either secret while one replaces the other', async () => {
    const { port } = await start({ secrets: [NEXT_SECRET, SECRET] });
    expect((await send(port, webhook(orderUpdated(), { secret: SECRET }))).status).toBe(202);
    expect((await send(port, webhook(orderUpdated(), { secret: NEXT_SECRET }))).status).toBe(202);
  });
});

/** Invalid UTF-8 whose replacement characters carry a good signature: two bodies must not share one signature. */
function signedLaxly(): Sent {
  const text = JSON.stringify({ ...orderUpdated(), note: '#' });
  const body = Buffer.from(text);
  body.writeUInt8(0xff, body.lastIndexOf('#'));
  return { body, headers: webhook(body.toString('utf8')).headers };
}

describe('any fault of the signature', () => {
  const REFUSED = { status: 401, text: '{"error":"signature not accepted"}' };
  const now = Math.floor(Date.now() / 1000);
  const good = webhook(orderUpdated(), { at: now });

  const faults: [string, Sent][] = [
    ...['webhook-id', 'webhook-timestamp', 'webhook-signature'].map((name): [string, Sent] => {
      const { [name]: _, ...headers } = good.headers;
      return [`no ${name}`, { ...good, headers }];
    }),
    ['no body', { ...good, body: Buffer.alloc(0) }],
    ['another secret', webhook(orderUpdated(), { secret: NEXT_SECRET })],
    ['too old', webhook(orderUpdated(), { at: now - 301 })],
    ['too new', webhook(orderUpdated(), { at: now + 310 })],
    ['a timestamp with a tail', { ...good, headers: { ...good.headers, 'webhook-timestamp': `${now}x` } }],
    ['a timestamp in words', { ...good, headers: { ...good.headers, 'webhook-timestamp': 'today' } }],
    ['an empty signature', { ...good, headers: { ...good.headers, 'webhook-signature': 'v1,' } }],
    ['a version without signature', { ...good, headers: { ...good.headers, 'webhook-signature': 'v1' } }],
    [
      'another version',
      {
        ...good,
        headers: { ...good.headers, 'webhook-signature': `v2${good.headers['webhook-signature']?.slice(2)}` },
      },
    ],
    ['another id', { ...good, headers: { ...good.headers, 'webhook-id': 'evt_2' } }],
    ['a body that is no UTF-8, signed over what a lax reader makes of it', signedLaxly()],
  ];

  it.each(faults)('(%s) has the same answer and says no more', async (_, sent) => {
    const { port, temporal } = await start();
    expect(await send(port, sent)).toMatchObject(REFUSED);
    expect(temporal.accepted).toEqual([]);
  });
});

describe('when Temporal', () => {
  it('is away, the sender is told to come again, and does so with success', async () => {
    const { port, temporal } = await start();
    temporal.isUp = false;
    const refused = await send(port, webhook(orderUpdated()));
    expect(refused.status).toBe(503);
    expect(Number(refused.headers['retry-after'])).toBeGreaterThan(0);
    temporal.isUp = true;
    expect((await send(port, webhook(orderUpdated()))).status).toBe(202);
    const { text } = await get(port, '/metrics');
    expect(text).toContain('lockstep_relay_refused_total{reason="temporal"} 1');
    expect(text).toContain('lockstep_relay_acknowledged_total{kind="wake-customer"} 1');
  });

  it('does not answer in time, the sender is told to come again', async () => {
    const { port, temporal } = await start({ limits: { acceptTimeoutMs: 50 } });
    temporal.gate = new Promise(() => {});
    expect((await send(port, webhook(orderUpdated()))).status).toBe(503);
  });

  it('is given a deadline of three seconds', async () => {
    const temporal = new TemporalDouble();
    const accept = vi.spyOn(temporal, 'accept');
    const { port } = await start({ temporal });
    const before = Date.now();
    await send(port, webhook(orderUpdated()));
    const deadlineAt = accept.mock.calls[0]?.at(1);
    expect(Number(deadlineAt) - before).toBeGreaterThanOrEqual(3_000);
    expect(Number(deadlineAt) - Date.now()).toBeLessThanOrEqual(3_000);
  });
});

describe('the health page', () => {
  it('says whether Temporal answers and asks at most once a second', async () => {
    let nowMs = 0;
    const { port, temporal } = await start({ now: () => nowMs });
    expect(await get(port, '/healthz')).toMatchObject({ status: 200, text: '{"status":"ok"}' });
    temporal.isUp = false;
    nowMs = 999;
    expect((await get(port, '/healthz')).status).toBe(200);
    expect(temporal.pings).toBe(1);
    nowMs = 1_000;
    expect((await get(port, '/healthz')).status).toBe(503);
    expect(temporal.pings).toBe(2);
  });
});

describe('stopping', () => {
  it('lets a webhook in flight end and takes no new one', async () => {
    let open = () => {};
    const { port, temporal, app } = await start();
    temporal.gate = new Promise((resolve) => {
      open = resolve;
    });
    const inFlight = send(port, webhook(orderUpdated()));
    await get(port, '/healthz');
    const stopped = app.close();
    await vi.waitFor(() => expect(send(port, webhook(orderUpdated()))).rejects.toThrow('ECONNREFUSED'));
    open();
    expect((await inFlight).status).toBe(202);
    await stopped;
  });
});

describe('what outsiders and readers of logs see', () => {
  it('holds no secret, no signature and nothing of a body', async () => {
    const { port, temporal, logLines } = await start();
    const canary = { ...orderUpdated(), email: 'canary@example.com', name: 'Canary Person' };
    const answers = [
      await send(port, webhook(canary)),
      await send(port, webhook({ ...canary, data: { orderId: 'canary-id' } })),
      await send(port, webhook('{"canary":')),
      await send(port, { ...webhook(canary), body: Buffer.from('canary body') }),
      await send(port, webhook(Buffer.alloc(70_000, 'canary'))),
      await send(port, webhook(canary), { path: '/canary' }),
    ];
    temporal.isUp = false;
    answers.push(await send(port, webhook(canary)));
    const metrics = await get(port, '/metrics');
    expect(answers.map(({ status }) => status)).toEqual([202, 400, 400, 401, 413, 404, 503]);
    const seen = [...logLines, metrics.text, ...answers.map((answer) => JSON.stringify(answer))].join('\n');
    expect(logLines.length).toBeGreaterThan(3);
    expect(seen).not.toMatch(/canary/i);
    expect(seen).not.toContain(SECRET.slice(6));
    expect(seen).not.toContain(webhook(canary).headers['webhook-signature']?.slice(3, 20));
  });

  it('carries the security headers of helmet', async () => {
    const { port } = await start();
    expect((await get(port, '/healthz')).headers).toMatchObject({ 'x-content-type-options': 'nosniff' });
  });
});
