import { once } from 'node:events';
import fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
import { createSignatureCheck } from '../../src/relay/signature.js';
import type { RelayOptions } from '../../src/relay/app.js';
import { exchange, openRaw, rawWebhook } from './raw-socket.js';
import {
  get,
  orderUpdated,
  type RelayUnderTest,
  SECRET,
  type Sent,
  send,
  startRelay,
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

/** How often the relay says that it refused something for this reason. */
async function refused(reason: string): Promise<number> {
  const { text } = await get(relay.port, '/metrics');
  return Number(new RegExp(`^lockstep_relay_refused_total\\{reason="${reason}"\\} (\\d+)$`, 'm').exec(text)?.[1]);
}

const SIGNED_HEADERS = ['webhook-id', 'webhook-timestamp', 'webhook-signature'];

function flipped(bytes: Buffer, bit: number): Buffer {
  const changed = Buffer.from(bytes);
  changed.writeUInt8(changed.readUInt8(bit >> 3) ^ (1 << (bit & 7)), bit >> 3);
  return changed;
}

/** The webhook with each single bit of its body changed, then with each of its signed headers. */
function* withOneBitChanged({ body, headers }: Sent): Generator<[what: string, sent: Sent]> {
  for (let bit = 0; bit < body.length * 8; bit += 1)
    yield [`bit ${bit} of the body`, { body: flipped(body, bit), headers }];
  for (const name of SIGNED_HEADERS) {
    const value = Buffer.from(headers[name] ?? '', 'latin1');
    for (let bit = 0; bit < value.length * 8; bit += 1) {
      yield [
        `bit ${bit} of ${name}`,
        { body, headers: { ...headers, [name]: flipped(value, bit).toString('latin1') } },
      ];
    }
  }
}

/** Control characters cannot stand in a header, but for the tab. */
function canBeHeader(value: string): boolean {
  return [...Buffer.from(value, 'latin1')].every((byte) => byte === 0x09 || (byte >= 0x20 && byte !== 0x7f));
}

/** Requests at the same time: enough to be quick, few enough for a busy machine. */
const AT_ONCE = 8;

async function inTurns<T>(all: Iterable<T>, work: (one: T) => Promise<void>): Promise<void> {
  const iterator = all[Symbol.iterator]();
  const run = async (): Promise<void> => {
    for (let next = iterator.next(); next.done !== true; next = iterator.next()) await work(next.value);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, run));
}

describe('S1: a signed webhook of which any bit is changed', () => {
  it('is 401 with the same body for every single bit, and reaches nobody', { timeout: 90_000 }, async () => {
    const { port, temporal } = await start();
    const good = webhook(orderUpdated());
    let signatureRefused = 0;
    await inTurns(withOneBitChanged(good), async ([what, changed]) => {
      const answer = await exchange(port, rawWebhook(changed));
      // A header with a control character in it is no HTTP: it is cut before anything reads it.
      const isHttp = SIGNED_HEADERS.every((name) => canBeHeader(changed.headers[name] ?? ''));
      if (isHttp) {
        expect(answer, what).toEqual({ status: 401, body: '{"error":"signature not accepted"}' });
        signatureRefused += 1;
      } else {
        expect(answer, what).toEqual({ status: 400, body: '{"error":"bad request"}' });
      }
    });
    expect(temporal.accepted).toEqual([]);
    expect(await refused('signature')).toBe(signatureRefused);
    expect(signatureRefused).toBeGreaterThan(good.body.length * 8);
    expect((await exchange(port, rawWebhook(good))).status).toBe(202);
  });

  it('is refused whatever it says, for every bit of it', async () => {
    await start();
    const seed = Number(process.env['TEST_SEED'] ?? Math.floor(Math.random() * 2 ** 31));
    process.stdout.write(`S1: TEST_SEED=${seed} repeats these webhooks\n`);
    const verify = createSignatureCheck([SECRET]);
    const isGood = ({ body, headers }: Sent): boolean => {
      const [id = null, timestamp = null, signature = null] = SIGNED_HEADERS.map((name) => headers[name] ?? null);
      return verify(body, { id, timestamp, signature }) !== null;
    };
    const anyWebhook = fc
      .tuple(fc.json({ maxDepth: 2 }), fc.stringMatching(/^[A-Za-z0-9_.:-]{1,40}$/))
      .map(([body, id]) => webhook(body, { id }));
    fc.assert(
      fc.property(anyWebhook, (good) => {
        expect(isGood(good)).toBe(true);
        for (const [what, changed] of withOneBitChanged(good)) expect(isGood(changed), what).toBe(false);
      }),
      { seed, numRuns: 10 },
    );
  });
});

describe('S3: a body', () => {
  const HEAD = 'POST /webhooks/stokly HTTP/1.1\r\nhost: relay\r\n';

  it('above 64 KB is refused before it is read, by its length alone', async () => {
    const { port } = await start();
    const connection = openRaw(port);
    // Announces a body and never sends it: only the announcement can have been looked at.
    connection.socket.write(`${HEAD}Content-Length: ${64 * 1024 + 1}\r\n\r\n`);
    await once(connection.socket, 'data');
    expect(connection.text()).toMatch(/^HTTP\/1\.1 413 /);
    connection.socket.destroy();
    expect(await refused('too-large')).toBe(1);
  });

  it('above 64 KB that does not say its length is cut when it gets there', async () => {
    const { port } = await start();
    const connection = openRaw(port);
    connection.socket.write(`${HEAD}Transfer-Encoding: chunked\r\n\r\n`);
    const chunk = `1000\r\n${'x'.repeat(0x1000)}\r\n`;
    let sent = 0;
    while (connection.text() === '' && sent < 64 * 1024 * 1024) {
      if (!connection.socket.write(chunk)) await Promise.race([once(connection.socket, 'drain'), connection.closed]);
      sent += chunk.length;
      await new Promise(setImmediate);
    }
    expect(connection.text()).toMatch(/^HTTP\/1\.1 413 /);
    connection.socket.destroy();
    expect(await refused('too-large')).toBe(1);
  });

  it('of just 64 KB is read', async () => {
    const { port } = await start();
    const event = orderUpdated();
    const padding = 'x'.repeat(64 * 1024 - Buffer.byteLength(JSON.stringify({ ...event, padding: '' })));
    const sent = webhook({ ...event, padding });
    expect(sent.body.length).toBe(64 * 1024);
    expect((await send(port, sent)).status).toBe(202);
    expect((await send(port, webhook({ ...event, padding: `${padding}x` }))).status).toBe(413);
  });

  it('that was packed is not unpacked: its bytes are what is signed', async () => {
    const { port } = await start();
    const { body, headers } = webhook(orderUpdated());
    const answer = await send(port, { body, headers: { ...headers, 'content-encoding': 'gzip' } });
    expect(answer.status).toBe(202);
  });
});

describe('S3: a sender that is slow', () => {
  /** Sends a byte every 20 ms until it is cut, and gives what it was told. */
  async function trickle(port: number, words: string): Promise<string> {
    const connection = openRaw(port);
    connection.socket.write(words);
    const sending = setInterval(() => connection.socket.write('x'), 20);
    const told = await connection.closed;
    clearInterval(sending);
    return told;
  }

  it.each([
    ['with its headers', 'POST /webhooks/stokly HTTP/1.1\r\nhost: relay\r\nx-slow: '],
    ['with its first line', 'POST /webhooks/'],
    ['with its body', 'POST /webhooks/stokly HTTP/1.1\r\nhost: relay\r\ncontent-length: 60000\r\n\r\n'],
  ])('%s is told so and cut', async (_what, words) => {
    const { port } = await start({ limits: { requestTimeoutMs: 200 } });
    expect(await trickle(port, words)).toMatch(/^HTTP\/1\.1 408 [^]*\r\n\r\n\{"error":"too slow"\}$/);
    expect(await refused('too-slow')).toBe(1);
  });

  it('to begin at all is told so and cut', async () => {
    const { port } = await start({ limits: { requestTimeoutMs: 200 } });
    expect(await openRaw(port).closed).toMatch(/^HTTP\/1\.1 408 /);
    expect(await refused('too-slow')).toBe(1);
  });

  it('keeps nobody else waiting', async () => {
    const { port } = await start({ limits: { requestTimeoutMs: 5_000 } });
    const slow = Array.from({ length: 50 }, () => openRaw(port));
    for (const { socket } of slow)
      socket.write('POST /webhooks/stokly HTTP/1.1\r\nhost: relay\r\ncontent-length: 100\r\n\r\n');
    expect((await send(port, webhook(orderUpdated()))).status).toBe(202);
    for (const { socket } of slow) socket.destroy();
  });
});

describe('S3: what is too many', () => {
  it('connections at once are closed unheard and counted, and there is room again when one ends', async () => {
    const { port } = await start({ limits: { connectionsMax: 3 } });
    const kept = Array.from({ length: 3 }, () => openRaw(port));
    await Promise.all(kept.map(({ socket }) => once(socket, 'connect')));
    expect(await openRaw(port).closed).toBe('');
    expect(await openRaw(port).closed).toBe('');
    for (const { socket } of kept) socket.destroy();
    await expect.poll(async () => (await send(port, webhook(orderUpdated())).catch(() => null))?.status).toBe(202);
    expect(await refused('connections')).toBeGreaterThanOrEqual(2);
  });

  it('requests of one address are told to slow down, where a limit is set', async () => {
    const { port } = await start({ requestsPerMinute: 2 });
    const sent = webhook(orderUpdated());
    const statuses = [await send(port, sent), await send(port, sent), await send(port, sent)].map(
      ({ status }) => status,
    );
    expect(statuses).toEqual([202, 202, 429]);
  });

  it('headers are refused in a word', async () => {
    const { port } = await start();
    const { body, headers } = webhook(orderUpdated());
    const answer = await exchange(port, rawWebhook({ body, headers: { ...headers, 'x-long': 'x'.repeat(20_000) } }));
    expect(answer).toEqual({ status: 431, body: '{"error":"headers too large"}' });
    expect(await refused('too-large')).toBe(1);
  });

  it('what is no HTTP is refused in a word', async () => {
    const { port } = await start();
    expect(await exchange(port, Buffer.from('\x16\x03\x01 hello\r\n\r\n'))).toEqual({
      status: 400,
      body: '{"error":"bad request"}',
    });
    expect(await refused('malformed')).toBe(1);
  });
});
