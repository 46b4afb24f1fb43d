import { connect, createServer, type Socket } from 'node:net';

/** A wire in front of a server, on which its answers can be kept back: what was asked has arrived, and nobody knows. */
export interface Gate {
  /** `127.0.0.1:<port>`: whoever is to go through the gate connects here. */
  readonly address: string;
  /** From now on nothing that the server says comes through. */
  withhold(): void;
  /** What was kept back comes through, and all that follows. */
  release(): void;
  close(): Promise<void>;
}

/** @param target `host:port` of the server behind. */
export async function openGate(target: string): Promise<Gate> {
  const [host = '', port = ''] = target.split(':');
  const behind = new Set<Socket>();
  let isWithheld = false;
  const server = createServer((near) => {
    const far = connect(Number(port), host);
    behind.add(far);
    if (isWithheld) far.pause();
    far.on('data', (chunk) => near.write(chunk));
    near.on('data', (chunk) => far.write(chunk));
    const end = (): void => {
      behind.delete(far);
      near.destroy();
      far.destroy();
    };
    for (const socket of [near, far]) socket.on('close', end).on('error', end);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the gate has no port');
  return {
    address: `127.0.0.1:${address.port}`,
    withhold() {
      isWithheld = true;
      for (const far of behind) far.pause();
    },
    release() {
      isWithheld = false;
      for (const far of behind) far.resume();
    },
    async close() {
      for (const far of behind) far.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
