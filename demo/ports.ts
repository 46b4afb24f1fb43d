import { createServer } from 'node:net';

export interface PortSetting {
  /** The environment variable that moves it. */
  readonly setting: string;
  readonly port: number;
  /** Who listens there. */
  readonly of: string;
}

/** Opens a port and closes it again. Throws what listening throws. */
async function probe(port: number): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', resolve);
  });
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  return address !== null && typeof address === 'object' ? address.port : port;
}

/** A port that nobody listens on right now. */
export async function freePort(): Promise<number> {
  return probe(0);
}

/** One sentence for each port that is taken, with the setting that moves it; empty when all are free. */
export async function findTakenPorts(settings: readonly PortSetting[]): Promise<string[]> {
  const taken = [];
  for (const { setting, port, of } of settings) {
    try {
      await probe(port);
    } catch {
      taken.push(`Port ${port} for ${of} is in use: stop what listens there, or set ${setting} to another port.`);
    }
  }
  return taken;
}
