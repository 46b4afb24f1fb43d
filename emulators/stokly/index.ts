import Fastify, { type FastifyError, type FastifyInstance } from 'fastify';
import type { AddressInfo } from 'node:net';
import { Account } from './account.js';
import { ApiError } from './api-error.js';
import { apiRoutes } from './api-routes.js';
import { controlRoutes } from './control-routes.js';
import { hookFaults } from './fault-hooks.js';
import type { Credentials, Settings } from './settings.js';

export type { FaultInput } from './faults.js';
export { importSample, type ImportedSample, type SampleOptions } from './sample/import-sample.js';
export { sampleContacts, type SampleContact } from './sample/sample-contacts.js';
export type { SampleReport } from './sample/report.js';
export type { Credentials, Settings } from './settings.js';

export const DEMO_CREDENTIALS: Credentials = {
  accountKey: 'demo',
  clientId: 'demo-client',
  secretKey: 'demo-secret',
};

export interface StoklyEmulatorOptions {
  /** What a grant is checked against; the demo's own where missing. */
  readonly credentials?: Credentials;
  /** Settings that differ from the defaults from the start, and after each reset. */
  readonly settings?: Partial<Settings>;
  /** Draws probabilities, losses and duplicates. */
  readonly seed?: number;
  /** Where it listens; 127.0.0.1 where missing. */
  readonly host?: string;
}

export interface StoklyEmulator {
  readonly app: FastifyInstance;
  /** For tests that look inside instead of asking over HTTP. */
  readonly account: Account;
  /** Listens on that port; 0, the default, takes a free one. */
  start(port?: number): Promise<{ url: string }>;
  /** Ends all calls and webhooks under way. */
  stop(): Promise<void>;
}

const BODY_BYTES_MAX = 64 * 1024 * 1024;

/** A stand-in for Stokly on real HTTP, with all state in memory. */
export function createStoklyEmulator(options: StoklyEmulatorOptions = {}): StoklyEmulator {
  const account = new Account({
    credentials: options.credentials ?? DEMO_CREDENTIALS,
    seed: options.seed ?? 1,
    ...(options.settings === undefined ? {} : { settings: options.settings }),
  });
  const host = options.host ?? '127.0.0.1';
  const app = Fastify({ logger: false, bodyLimit: BODY_BYTES_MAX, forceCloseConnections: true });
  app.setErrorHandler(async (error: FastifyError | ApiError, _request, reply) => {
    const status = error instanceof ApiError ? error.status : (error.statusCode ?? 500);
    const headers = error instanceof ApiError ? error.headers : {};
    return reply.code(status).headers(headers).send({ message: error.message });
  });
  app.register(async (control) => controlRoutes(control, account), { prefix: '/__emulator' });
  app.register(async (api) => {
    hookFaults(api, account.faults, account.requests);
    apiRoutes(api, account);
  });
  return {
    app,
    account,
    async start(port = 0) {
      await app.listen({ host, port });
      const address = app.server.address() as AddressInfo;
      return { url: `http://${host.includes(':') ? `[${host}]` : host}:${address.port}` };
    },
    async stop() {
      account.webhooks.reset();
      await app.close();
    },
  };
}
