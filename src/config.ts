import process from 'node:process';
import { type ClientConnectConfig, loadClientConnectConfig } from '@temporalio/envconfig';
import type { SyncPolicy } from './domain/policy.js';
import type { DotdigitalSettings } from './dotdigital/settings.js';
import { ConfigError, type Environment, read, type SettingProblem } from './setting-reader.js';
import type { ScheduleSettings } from './schedules.js';
import { SETTING_SHAPES } from './settings.js';
import type { StoklySettings } from './stokly/settings.js';

export { ConfigError, type Environment, SETTINGS, type SettingProblem } from './setting-reader.js';

/** How to reach Temporal; `connectionOptions` fit the client's `Connection` and the worker's `NativeConnection`. */
export interface TemporalSettings {
  readonly address: string;
  readonly namespace: string;
  readonly connectionOptions: ClientConnectConfig['connectionOptions'];
}

interface RelaySettings {
  readonly host: string;
  readonly port: number;
  /** A minute and an address; null = no limit. */
  readonly requestsPerMinute: number | null;
}

/** How people are asked to decide, and told of what waits. */
interface ReviewSettings {
  readonly fourEyesAboveMinor: number;
  readonly remindAfterMs: number;
  readonly escalateAfterMs: number;
  /** Null: digests are only logged. */
  readonly webhook: { readonly url: string; readonly secret: string } | null;
}

interface Parts {
  readonly temporal: TemporalSettings;
  readonly temporalUiUrl: string;
  readonly stokly: StoklySettings;
  readonly dotdigital: DotdigitalSettings;
  readonly policy: SyncPolicy;
  readonly consentLowerMaxPerHour: number;
  readonly reviews: ReviewSettings;
  readonly schedules: ScheduleSettings;
  /** Where history begins, for the backfill that the starter starts: a day, or null. */
  readonly planned: { readonly historyFrom: string | null };
  readonly webhookSecrets: readonly string[];
  readonly relay: RelaySettings;
  /** Where the worker shows its metrics; port 0 = off. */
  readonly metrics: { readonly host: string; readonly port: number };
  readonly logLevel: 'trace' | 'debug' | 'info' | 'warn' | 'error' | 'silent';
}

export type WorkerConfig = Pick<
  Parts,
  | 'temporal'
  | 'stokly'
  | 'dotdigital'
  | 'policy'
  | 'consentLowerMaxPerHour'
  | 'reviews'
  | 'schedules'
  | 'planned'
  | 'metrics'
  | 'logLevel'
>;
export type RelayConfig = Pick<Parts, 'temporal' | 'webhookSecrets' | 'relay' | 'logLevel'>;
/** What a starter command may ask for. */
export type StarterConfig = Pick<
  Parts,
  | 'temporal'
  | 'temporalUiUrl'
  | 'stokly'
  | 'dotdigital'
  | 'policy'
  | 'planned'
  | 'schedules'
  | 'webhookSecrets'
  | 'relay'
  | 'logLevel'
>;

/** @throws ConfigError with every problem at once. */
export function loadWorkerConfig(env: Environment = process.env): WorkerConfig {
  return loadParts(env, [
    'temporal',
    'stokly',
    'dotdigital',
    'policy',
    'consentLowerMaxPerHour',
    'reviews',
    'schedules',
    'planned',
    'metrics',
    'logLevel',
  ]);
}

/** @throws ConfigError with every problem at once. */
export function loadRelayConfig(env: Environment = process.env): RelayConfig {
  return loadParts(env, ['temporal', 'webhookSecrets', 'relay', 'logLevel']);
}

/** Only the parts that a command uses need to be set. @throws ConfigError with every problem of them at once. */
export function loadStarterConfig<P extends keyof StarterConfig>(
  parts: readonly P[],
  env: Environment = process.env,
): Pick<StarterConfig, P> {
  return loadParts(env, parts);
}

function loadParts<P extends keyof Parts>(env: Environment, parts: readonly P[]): Pick<Parts, P> {
  const loaders = partLoaders(env);
  const loaded: Partial<Pick<Parts, P>> = {};
  const problems = new Map<string, SettingProblem>();
  for (const part of parts) {
    try {
      loaded[part] = loaders[part]();
    } catch (error) {
      if (!(error instanceof ConfigError)) throw error;
      for (const problem of error.problems) problems.set(problem.name, problem);
    }
  }
  if (problems.size > 0) throw new ConfigError([...problems.values()]);
  // Complete by now: each part was loaded, or its problems were thrown.
  return loaded as Pick<Parts, P>;
}

function partLoaders(env: Environment): { readonly [P in keyof Parts]: () => Parts[P] } {
  const { relay, starter, log, policy } = SETTING_SHAPES;
  return {
    temporal: () => loadTemporal(env),
    temporalUiUrl: () => read(starter, env).TEMPORAL_UI_URL,
    stokly: () => loadStokly(env),
    dotdigital: () => loadDotdigital(env),
    policy: () => loadPolicy(env),
    consentLowerMaxPerHour: () => read({ CONSENT_LOWER_MAX: policy.CONSENT_LOWER_MAX }, env).CONSENT_LOWER_MAX,
    reviews: () => loadReviews(env),
    schedules: () => loadSchedules(env),
    planned: () => ({ historyFrom: read(SETTING_SHAPES.planned, env).HISTORY_FROM }),
    webhookSecrets: () => read({ WEBHOOK_SECRETS: relay.WEBHOOK_SECRETS }, env).WEBHOOK_SECRETS,
    relay: () => loadRelay(env),
    metrics: () => loadMetrics(env),
    logLevel: () => read(log, env).LOG_LEVEL,
  };
}

/** The SDK's own loader reads the same names, more TLS names and its configuration file. */
function loadTemporal(env: Environment): TemporalSettings {
  read(SETTING_SHAPES.temporal, env);
  const given: Record<string, string> = {};
  for (const [name, value] of Object.entries(env)) {
    if (value !== undefined && value.trim() !== '') given[name] = value.trim();
  }
  try {
    const { connectionOptions, namespace } = loadClientConnectConfig({ overrideEnvVars: given });
    const address = connectionOptions.address ?? 'localhost:7233';
    return { address, namespace: namespace ?? 'default', connectionOptions: { ...connectionOptions, address } };
  } catch (error) {
    // A file that is missing or unreadable: the text names the path, never what is in it.
    const reason = error instanceof Error && 'code' in error ? `: ${error.message}` : '';
    throw new ConfigError([{ name: 'TEMPORAL_*', problem: `cannot be loaded${reason}`, example: '' }]);
  }
}

function loadStokly(env: Environment): StoklySettings {
  const values = read(SETTING_SHAPES.stokly, env);
  return {
    apiUrl: values.STOKLY_API_URL,
    accountKey: values.STOKLY_ACCOUNT_KEY,
    clientId: values.STOKLY_CLIENT_ID,
    secretKey: values.STOKLY_SECRET_KEY,
    requestsPerMinute: values.STOKLY_REQUESTS_PER_MINUTE,
    pageSize: values.STOKLY_PAGE_SIZE,
    windowMs: values.STOKLY_WINDOW_MS,
    refundsKnown: values.STOKLY_REFUNDS,
    timeUpdatedKnown: values.STOKLY_TIME_UPDATED,
  };
}

function loadDotdigital(env: Environment): DotdigitalSettings {
  const values = read(SETTING_SHAPES.dotdigital, env);
  return {
    apiUrl: values.DOTDIGITAL_API_URL,
    apiUser: values.DOTDIGITAL_API_USER,
    apiPassword: values.DOTDIGITAL_API_PASSWORD,
  };
}

function loadPolicy(env: Environment): SyncPolicy {
  const { STOKLY_REFUNDS, STOKLY_TIME_UPDATED } = SETTING_SHAPES.stokly;
  const values = read({ ...SETTING_SHAPES.policy, ...SETTING_SHAPES.where, STOKLY_REFUNDS, STOKLY_TIME_UPDATED }, env);
  return {
    accountCurrency: values.ACCOUNT_CURRENCY,
    contactPolicy: values.CONTACT_POLICY,
    guestTypes: values.STOKLY_GUEST_TYPES,
    channelsExcluded: values.CHANNELS_EXCLUDED,
    customersExcluded: values.CUSTOMERS_EXCLUDED,
    emailsExcluded: values.EMAILS_EXCLUDED,
    orderStatusesSynced: values.ORDER_STATUSES_SYNCED,
    orderKey: values.ORDER_KEY,
    ordersCollection: values.ORDERS_COLLECTION,
    dataFieldPrefix: values.DATA_FIELD_PREFIX,
    holdAfterMs: values.HOLD_AFTER,
    triggerMaxAgeMs: values.TRIGGER_MAX_AGE,
    writes: values.WRITES,
    unconfirmedAfterMs: values.WRITE_DOUBT_AFTER,
    refundsKnown: values.STOKLY_REFUNDS,
    timeUpdatedKnown: values.STOKLY_TIME_UPDATED,
    roundingToleranceMinor: values.ROUNDING_TOLERANCE_MINOR,
    goodwillMaxMinor: values.GOODWILL_MAX_MINOR,
  };
}

function loadReviews(env: Environment): ReviewSettings {
  const values = read(SETTING_SHAPES.reviews, env);
  const { NOTIFY_WEBHOOK_URL: url, NOTIFY_WEBHOOK_SECRET: secrets } = values;
  const [secret] = secrets ?? [];
  if (url !== null && secret === undefined) {
    const problem = 'is not set, and NOTIFY_WEBHOOK_URL is: what is posted is signed';
    throw new ConfigError([
      { name: 'NOTIFY_WEBHOOK_SECRET', problem, example: 'whsec_bG9ja3N0ZXAtZXhhbXBsZS1zZWNyZXQ=' },
    ]);
  }
  return {
    fourEyesAboveMinor: values.FOUR_EYES_ABOVE_MINOR,
    remindAfterMs: values.REVIEW_REMIND_AFTER,
    escalateAfterMs: values.REVIEW_ESCALATE_AFTER,
    webhook: url === null || secret === undefined ? null : { url, secret },
  };
}

function loadSchedules(env: Environment): ScheduleSettings {
  const { POLL_EVERY, REVIEW_DIGEST_EVERY } = read(SETTING_SHAPES.schedules, env);
  return { pollEveryMs: POLL_EVERY, digestEveryMs: REVIEW_DIGEST_EVERY };
}

function loadMetrics(env: Environment): Parts['metrics'] {
  const { METRICS_HOST, METRICS_PORT } = read(SETTING_SHAPES.worker, env);
  return { host: METRICS_HOST, port: METRICS_PORT };
}

function loadRelay(env: Environment): RelaySettings {
  const { RELAY_HOST, RELAY_PORT, RELAY_REQUESTS_PER_MINUTE } = SETTING_SHAPES.relay;
  const values = read({ RELAY_HOST, RELAY_PORT, RELAY_REQUESTS_PER_MINUTE }, env);
  return {
    host: values.RELAY_HOST,
    port: values.RELAY_PORT,
    requestsPerMinute: values.RELAY_REQUESTS_PER_MINUTE === 0 ? null : values.RELAY_REQUESTS_PER_MINUTE,
  };
}
