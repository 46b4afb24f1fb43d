import type { Socket } from 'node:net';
import type { FastifyInstance } from 'fastify';

/** A request that was on its way when the relay began to stop arrives within this. */
const LAST_WORD_MS = 1_000;

/**
 * Node closes connections that are idle and waits for all others, and no longer looks for slow senders once it closes: one on
 * which nothing was ever asked (load balancers open them beforehand) would hold the process until its own stop gives up.
 * So the stop ends what brings no request within a second, and after `inHandMsMax` whatever is left.
 */
export function endConnectionsWhenClosing(app: FastifyInstance, inHandMsMax: number): void {
  const inHand = new Map<Socket, number>();
  const count = (socket: Socket, change: number): void => {
    if (inHand.has(socket)) inHand.set(socket, (inHand.get(socket) ?? 0) + change);
  };
  app.server.on('connection', (socket) => {
    inHand.set(socket, 0);
    socket.once('close', () => inHand.delete(socket));
  });
  app.server.on('request', ({ socket }, response) => {
    count(socket, 1);
    response.once('close', () => count(socket, -1));
  });
  app.addHook('preClose', async () => {
    setTimeout(() => {
      for (const [socket, requests] of inHand) if (requests === 0) socket.destroy();
    }, LAST_WORD_MS).unref();
    setTimeout(() => app.server.closeAllConnections(), inHandMsMax).unref();
  });
}
