import { findTakenPorts, freePort, type PortSetting } from './ports.js';

/** Where everything of the demo listens. */
export interface DemoPorts {
  readonly temporal: number;
  readonly temporalUi: number;
  readonly stokly: number;
  readonly dotdigital: number;
  readonly relay: number;
  readonly metrics: number;
}

const SETTINGS: Readonly<Record<keyof DemoPorts, { setting: string; standard: number; of: string }>> = {
  temporal: { setting: 'TEMPORAL_PORT', standard: 7233, of: 'Temporal' },
  temporalUi: { setting: 'TEMPORAL_UI_PORT', standard: 8233, of: "Temporal's UI" },
  stokly: { setting: 'STOKLY_EMULATOR_PORT', standard: 4010, of: 'the Stokly emulator' },
  dotdigital: { setting: 'DOTDIGITAL_EMULATOR_PORT', standard: 4020, of: 'the Dotdigital emulator' },
  relay: { setting: 'RELAY_PORT', standard: 8080, of: 'the relay' },
  metrics: { setting: 'METRICS_PORT', standard: 9464, of: "the worker's metrics" },
};

/** A setting that cannot be used as it is; the message has a line for each. */
export class SurroundingsError extends Error {
  override name = 'SurroundingsError';
}

function readPort(setting: string, standard: number, env: NodeJS.ProcessEnv): number {
  const text = env[setting]?.trim() || String(standard);
  const port = /^\d{1,5}$/.test(text) ? Number(text) : Number.NaN;
  if (port <= 65_535) return port;
  throw new SurroundingsError(`${setting} is no port: ${text}`);
}

/**
 * The ports from the environment, 0 replaced by a free one.
 * @throws SurroundingsError naming each port that is taken and the setting that moves it.
 */
export async function findPorts(env: NodeJS.ProcessEnv): Promise<DemoPorts> {
  const ports = { temporal: 0, temporalUi: 0, stokly: 0, dotdigital: 0, relay: 0, metrics: 0 };
  const wanted: PortSetting[] = [];
  for (const name of Object.keys(ports) as (keyof DemoPorts)[]) {
    const { setting, standard, of } = SETTINGS[name];
    const port = readPort(setting, standard, env);
    ports[name] = port === 0 ? await freePort() : port;
    wanted.push({ setting, port: ports[name], of });
  }
  const taken = await findTakenPorts(wanted);
  if (taken.length > 0) throw new SurroundingsError(taken.join('\n'));
  return ports;
}

/** Not a secret: it signs the demo's own webhooks on this machine. */
export const DEMO_WEBHOOK_SECRET = `whsec_${Buffer.from('lockstep-demo-secret').toString('base64')}`;

export function urlOf(port: number): string {
  return `http://127.0.0.1:${port}`;
}

/** All settings of worker, relay and starter. Nothing of the environment reaches them that could make it another run. */
export function lockstepSettings(ports: DemoPorts, temporalConfigPath: string): Record<string, string> {
  return {
    TEMPORAL_ADDRESS: `127.0.0.1:${ports.temporal}`,
    TEMPORAL_NAMESPACE: 'default',
    TEMPORAL_CONFIG_FILE: temporalConfigPath,
    TEMPORAL_UI_URL: urlOf(ports.temporalUi),
    STOKLY_API_URL: urlOf(ports.stokly),
    STOKLY_ACCOUNT_KEY: 'demo',
    STOKLY_CLIENT_ID: 'demo-client',
    STOKLY_SECRET_KEY: 'demo-secret',
    STOKLY_REQUESTS_PER_MINUTE: String(EMULATOR_REQUESTS_PER_MINUTE),
    DOTDIGITAL_API_URL: urlOf(ports.dotdigital),
    DOTDIGITAL_API_USER: 'apiuser-demo@apiconnector.com',
    DOTDIGITAL_API_PASSWORD: 'demo-password',
    CONTACT_POLICY: 'all',
    STOKLY_GUEST_TYPES: '2',
    TRIGGER_MAX_AGE: '10000d',
    HOLD_AFTER: '1s',
    // The month is of 2010: what changes in the shop is years before the time at which a poll would begin.
    POLL_EVERY: 'off',
    WEBHOOK_SECRETS: DEMO_WEBHOOK_SECRET,
    RELAY_PORT: String(ports.relay),
    METRICS_PORT: String(ports.metrics),
    LOG_LEVEL: 'info',
  };
}

/** A month in two minutes: the vendors' limits would make it a day. */
export const EMULATOR_REQUESTS_PER_MINUTE = 1_000_000;

const PASSED_ON = ['PATH', 'HOME', 'TMPDIR', 'LANG', 'TZ', 'NODE_OPTIONS'];

/** What a child process needs of the environment, and nothing that is meant for another installation. */
export function childEnvironment(env: NodeJS.ProcessEnv, settings: Record<string, string>): NodeJS.ProcessEnv {
  const passedOn = PASSED_ON.flatMap((name) => (env[name] === undefined ? [] : [[name, env[name]] as const]));
  return { ...Object.fromEntries(passedOn), ...settings };
}
