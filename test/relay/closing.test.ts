import { once } from 'node:events';
import { connect } from 'node:net';
import { Agent, request } from 'node:http';
import { describe, expect, it } from 'vitest';
import { orderUpdated, type RelayUnderTest, startRelay, webhook } from './relay-under-test.js';

/** A sender that keeps its connections, as most do: `node:http` with an agent. */
function sendKept(agent: Agent, port: number, id: string): Promise<number> {
  const { body, headers } = webhook(orderUpdated(), { id });
  return new Promise((resolve, reject) => {
    const call = request(
      {
        host: '127.0.0.1',
        port,
        path: '/webhooks/stokly',
        method: 'POST',
        agent,
        headers: { ...headers, 'content-length': body.length },
      },
      (response) => response.resume().on('end', () => resolve(response.statusCode ?? 0)),
    );
    call.on('error', reject).end(body);
  });
}

/** Far below the 30 s that an idle connection may stay, and the 15 s after which the process gives up. */
const STOPPED_MS_MAX = 5_000;

async function stopsSoon(relay: RelayUnderTest): Promise<'stopped' | 'still waiting'> {
  const late = new Promise<'still waiting'>((resolve) => {
    setTimeout(() => resolve('still waiting'), STOPPED_MS_MAX).unref();
  });
  return await Promise.race([relay.stop().then(() => 'stopped' as const), late]);
}

describe('a relay that stops', () => {
  it('answers what it has in hand, and does not wait for senders that keep their connections', async () => {
    let open: () => void = () => undefined;
    const gate = new Promise<void>((resolve) => {
      open = resolve;
    });
    let begun = 0;
    const accept = async (): Promise<void> => {
      begun += 1;
      await gate;
    };
    const relay = await startRelay({ temporal: { accept, ping: async () => undefined } });
    const agent = new Agent({ keepAlive: true });
    try {
      const answers = ['evt_1', 'evt_2'].map((id) => sendKept(agent, relay.port, id));
      await expect.poll(() => begun).toBe(2);
      const stopped = stopsSoon(relay);
      open();
      expect(await Promise.all(answers)).toEqual([202, 202]);
      expect(await stopped).toBe('stopped');
    } finally {
      agent.destroy();
    }
  });

  it.each([
    ['nothing was ever asked', ''],
    ['half a request came', 'POST /webhooks/stokly HTTP/1.1\r\nhost: relay\r\n'],
  ])('does not wait for a connection on which %s', async (_what, words) => {
    const relay = await startRelay();
    const socket = connect(relay.port, '127.0.0.1').on('error', () => undefined);
    await once(socket, 'connect');
    if (words !== '') socket.write(words);
    expect(await stopsSoon(relay)).toBe('stopped');
    socket.destroy();
  });

  it('cuts a body that comes too slowly, as it does while it runs', async () => {
    const relay = await startRelay({ limits: { requestTimeoutMs: 1_000, acceptTimeoutMs: 500 } });
    const socket = connect(relay.port, '127.0.0.1').on('error', () => undefined);
    await once(socket, 'connect');
    socket.write('POST /webhooks/stokly HTTP/1.1\r\nhost: relay\r\ncontent-length: 100\r\n\r\nhalf');
    expect(await stopsSoon(relay)).toBe('stopped');
    socket.destroy();
  });
});
