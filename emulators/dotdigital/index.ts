import Fastify, { type FastifyInstance } from 'fastify';
import { registerApi } from './api.js';
import { registerControl } from './control/routes.js';
import { Emulator } from './emulator.js';
import { jsonText, parseJson } from './json.js';
import { registerPages } from './pages/routes.js';
import type { SettingsPatch } from './settings.js';

export type { Change } from './change-log.js';
export type { Fault } from './faults.js';
export type { LoggedRequest } from './request-log.js';
export type { Settings, SettingsPatch } from './settings.js';

export interface DotdigitalEmulatorOptions {
  readonly user?: string;
  readonly password?: string;
  /** Switches that differ from the default; `reset` goes back to these. */
  readonly settings?: SettingsPatch;
}

export interface DotdigitalEmulator {
  readonly app: FastifyInstance;
  /** The account behind the API, for tests in the same process. */
  readonly account: Emulator;
  readonly user: string;
  readonly password: string;
  /** Listens on 127.0.0.1; port 0 (default) takes a free one. */
  start(port?: number, host?: string): Promise<{ url: string }>;
  /** Ends every connection, also those that a fault holds open. */
  stop(): Promise<void>;
}

export const DEMO_USER = 'apiuser-demo@apiconnector.com';
export const DEMO_PASSWORD = 'demo-password';
/** 50 MB a request body (vendor's reference "importcontacts"). */
const BODY_BYTES_MAX = 50 * 1024 * 1024;
/** An e-mail of 256 characters, each percent-encoded. */
const PARAM_LENGTH_MAX = 800;

export function createDotdigitalEmulator(options: DotdigitalEmulatorOptions = {}): DotdigitalEmulator {
  const credentials = { user: options.user ?? DEMO_USER, password: options.password ?? DEMO_PASSWORD };
  const account = new Emulator(credentials, options.settings);
  const app = Fastify({
    bodyLimit: BODY_BYTES_MAX,
    forceCloseConnections: true,
    routerOptions: { maxParamLength: PARAM_LENGTH_MAX, ignoreTrailingSlash: true },
  });
  app.decorateRequest('dotdigitalLog', null);
  app.decorateRequest('dotdigitalFault', null);
  readJsonLosslessly(app);
  app.register(async (scope) => registerControl(scope, account));
  app.register(async (scope) => registerPages(scope, account));
  app.register(async (scope) => registerApi(scope, account));
  return {
    app,
    account,
    ...credentials,
    async start(port = 0, host = '127.0.0.1') {
      return { url: await app.listen({ port, host }) };
    },
    async stop() {
      account.jobs.clear();
      await app.close();
    },
  };
}

/** Numbers keep their digits in both directions. */
function readJsonLosslessly(app: FastifyInstance): void {
  app.removeAllContentTypeParsers();
  app.addContentTypeParser<string>('application/json', { parseAs: 'string' }, (_request, text, done) => {
    if (text === '') return done(null, undefined);
    try {
      return done(null, parseJson(text));
    } catch (error) {
      return done(Object.assign(new Error(`The request JSON is badly formed: ${String(error)}`), { statusCode: 400 }));
    }
  });
  app.setReplySerializer((payload) => jsonText(payload));
}
