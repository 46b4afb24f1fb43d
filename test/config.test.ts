import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import {
  ConfigError,
  type Environment,
  loadRelayConfig,
  loadStarterConfig,
  loadWorkerConfig,
  SETTINGS,
} from '../src/config.js';
import { parseDuration } from '../src/setting-values.js';

const CREDENTIALS = {
  STOKLY_ACCOUNT_KEY: 'acme',
  STOKLY_CLIENT_ID: 'client',
  STOKLY_SECRET_KEY: 'canary-stokly-secret',
  DOTDIGITAL_API_USER: 'apiuser-1@apiconnector.com',
  DOTDIGITAL_API_PASSWORD: 'canary dotdigital password',
} as const;
const SECRET = `whsec_${Buffer.alloc(24, 7).toString('base64')}`;
const OTHER_SECRET = `whsec_${Buffer.alloc(32, 9).toString('base64')}`;

function worker(settings: Environment = {}) {
  return loadWorkerConfig({ TEMPORAL_CONFIG_FILE: '/nonexistent', ...CREDENTIALS, ...settings });
}

function problemsOf(load: () => unknown): ConfigError {
  try {
    load();
  } catch (error) {
    if (error instanceof ConfigError) return error;
    throw error;
  }
  throw new Error('nothing was refused');
}

describe('the settings', () => {
  it('need nothing but the credentials of both sides', () => {
    const config = worker();
    expect(config.temporal).toMatchObject({ address: 'localhost:7233', namespace: 'default' });
    expect(config.stokly).toEqual({
      apiUrl: 'https://api.stok.ly',
      accountKey: 'acme',
      clientId: 'client',
      secretKey: 'canary-stokly-secret',
      requestsPerMinute: 120,
      pageSize: 100,
      windowMs: 60_000,
      refundsKnown: true,
      timeUpdatedKnown: true,
    });
    expect(config.dotdigital).toEqual({
      apiUrl: null,
      apiUser: 'apiuser-1@apiconnector.com',
      apiPassword: 'canary dotdigital password',
    });
    expect(config.policy).toMatchObject({
      accountCurrency: 'GBP',
      contactPolicy: 'consented',
      guestTypes: [],
      channelsExcluded: [],
      customersExcluded: [],
      orderKey: 'niceId',
      ordersCollection: 'Orders',
      dataFieldPrefix: '',
      holdAfterMs: 60_000,
      triggerMaxAgeMs: 172_800_000,
      writes: true,
      roundingToleranceMinor: 1,
      goodwillMaxMinor: 1000,
    });
    expect(config.policy.orderStatusesSynced).not.toContain('cancelled');
    expect(config.policy.orderStatusesSynced).toEqual(
      expect.arrayContaining(['unprocessed', 'despatched', 'refunded']),
    );
    expect(config).toMatchObject({
      consentLowerMaxPerHour: 25,
      metrics: { host: '127.0.0.1', port: 9464 },
      logLevel: 'info',
    });
  });

  it('say every problem at once, each with its name and an example', () => {
    const error = problemsOf(() =>
      loadWorkerConfig({ STOKLY_PAGE_SIZE: '0', HOLD_AFTER: 'a while', CONTACT_POLICY: 'everyone' }),
    );
    expect(error.problems.map(({ name }) => name)).toEqual([
      'STOKLY_ACCOUNT_KEY',
      'STOKLY_CLIENT_ID',
      'STOKLY_SECRET_KEY',
      'STOKLY_PAGE_SIZE',
      'DOTDIGITAL_API_USER',
      'DOTDIGITAL_API_PASSWORD',
      'CONTACT_POLICY',
      'HOLD_AFTER',
    ]);
    expect(error.message.split('\n')).toHaveLength(8);
    expect(error.message).toContain('STOKLY_ACCOUNT_KEY is not set. Example: STOKLY_ACCOUNT_KEY=acme');
    expect(error.message).toContain(
      'HOLD_AFTER is not a duration (digits and one of ms, s, m, h, d). Example: HOLD_AFTER=1m',
    );
  });

  it.each([
    ['STOKLY_API_URL', 'ftp://api.stok.ly'],
    ['STOKLY_API_URL', 'https://user:canary-value@api.stok.ly'],
    ['STOKLY_API_URL', 'https://api.stok.ly/?key=canary-value'],
    ['STOKLY_SECRET_KEY', 'canary value with blanks'],
    ['STOKLY_PAGE_SIZE', '1001'],
    ['STOKLY_REFUNDS', 'maybe'],
    ['DOTDIGITAL_API_URL', 'r1-api.dotdigital.com'],
    ['ORDERS_COLLECTION', '1Orders'],
    ['DATA_FIELD_PREFIX', 'LONG'],
    ['DATA_FIELD_PREFIX', 'a b'],
    ['ORDER_KEY', 'saleOrderId'],
    ['GUEST_POLICY', 'sync'],
    ['CUSTOMERS_EXCLUDED', '42'],
    ['EMAILS_EXCLUDED', 'canary-value'],
    ['ORDER_STATUSES_SYNCED', 'despatched,lost'],
    ['ACCOUNT_CURRENCY', 'gbp'],
    ['ACCOUNT_CURRENCY', 'XAU'],
    ['ROUNDING_TOLERANCE_MINOR', '-1'],
    ['GOODWILL_MAX_MINOR', '1.5'],
    ['HOLD_AFTER', '1 minute'],
    ['TRIGGER_MAX_AGE', '2w'],
    ['WRITES', 'no'],
    ['METRICS_PORT', '65536'],
    ['LOG_LEVEL', 'loud'],
    ['TEMPORAL_ADDRESS', 'http://localhost:7233'],
    ['HISTORY_FROM', '31/01/2025'],
    ['NOTIFY_WEBHOOK_URL', 'hooks.example.com'],
    ['POLL_EVERY', 'never'],
    ['POLL_EVERY', '9s'],
  ])('refuse %s=%s by name and never repeat the value', (name, value) => {
    const error = problemsOf(() => worker({ [name]: value }));
    expect(error.problems.map((problem) => problem.name)).toEqual([name]);
    expect(error.message).not.toContain('canary');
  });

  it('take how often to poll, and off', () => {
    const every = (POLL_EVERY: string) => worker({ POLL_EVERY }).schedules.pollEveryMs;
    expect(['', '10s', '5m', 'off'].map(every)).toEqual([120_000, 10_000, 300_000, 0]);
  });

  it('take a blank line of an .env file as not set', () => {
    expect(worker({ STOKLY_PAGE_SIZE: ' ', DOTDIGITAL_API_URL: '' })).toMatchObject({
      stokly: { pageSize: 100 },
      dotdigital: { apiUrl: null },
    });
  });

  it('take a comma list apart, and the word none as an empty one', () => {
    expect(worker({ CHANNELS_EXCLUDED: ' Wholesale , Staff shop,' }).policy.channelsExcluded).toEqual([
      'Wholesale',
      'Staff shop',
    ]);
    expect(worker({ EMAILS_EXCLUDED: 'none' }).policy.emailsExcluded).toEqual([]);
    expect(worker({ EMAILS_EXCLUDED: 'No@Example.com,@Shop.example' }).policy.emailsExcluded).toEqual([
      'no@example.com',
      '@shop.example',
    ]);
  });

  it('end an address without a slash', () => {
    expect(worker({ STOKLY_API_URL: 'http://127.0.0.1:4010/' }).stokly.apiUrl).toBe('http://127.0.0.1:4010');
  });

  it('of Temporal come through its own loader, TLS included', () => {
    const { temporal } = worker({
      TEMPORAL_ADDRESS: 'lockstep.tmprl.cloud:7233',
      TEMPORAL_NAMESPACE: 'shop.a1b2c',
      TEMPORAL_API_KEY: 'canary-api-key',
    });
    expect(temporal).toMatchObject({ address: 'lockstep.tmprl.cloud:7233', namespace: 'shop.a1b2c' });
    expect(temporal.connectionOptions).toMatchObject({ apiKey: 'canary-api-key', tls: true });
  });

  it('name the certificate file that is missing', () => {
    const error = problemsOf(() => worker({ TEMPORAL_TLS_CLIENT_CERT_PATH: '/nonexistent/cert.pem' }));
    expect(error.message).toContain('/nonexistent/cert.pem');
  });
});

describe('a duration', () => {
  it.each([
    ['500ms', 500],
    ['90s', 90_000],
    ['1m', 60_000],
    ['24h', 86_400_000],
    ['2d', 172_800_000],
    ['10000d', 864_000_000_000],
    ['0s', 0],
  ])('%s is %d ms', (text, durationMs) => {
    expect(parseDuration(text)).toBe(durationMs);
  });

  it.each(['', '90', 's', '1.5h', '-1s', '1h30m', '1 s', '1S', '999999999999d'])('%j is none', (text) => {
    expect(parseDuration(text)).toBeNull();
  });
});

describe('the relay', () => {
  it('needs a webhook secret and nothing of either vendor', () => {
    expect(loadRelayConfig({ WEBHOOK_SECRETS: `${SECRET}, ${OTHER_SECRET}` })).toMatchObject({
      webhookSecrets: [SECRET, OTHER_SECRET],
      relay: { host: '127.0.0.1', port: 8080, requestsPerMinute: null },
    });
    expect(problemsOf(() => loadRelayConfig({})).problems.map(({ name }) => name)).toEqual(['WEBHOOK_SECRETS']);
  });

  it.each([
    ['no prefix', 'bG9ja3N0ZXAtZXhhbXBsZS1zZWNyZXQ='],
    ['not base64', 'whsec_canary-*!'],
    ['base64 that was cut', `${SECRET.slice(0, -1)}`],
    ['too short a key', `whsec_${Buffer.alloc(15, 1).toString('base64')}`],
    ['one good and one bad', `${SECRET},whsec_canary`],
    ['an empty list', 'none'],
  ])('refuses a secret with %s and does not show it', (_, secrets) => {
    const { message } = problemsOf(() => loadRelayConfig({ WEBHOOK_SECRETS: secrets }));
    expect(message).toContain('WEBHOOK_SECRETS ');
    expect(message).not.toContain('canary');
  });
});

describe('the starter', () => {
  it('needs only what its command uses', () => {
    expect(loadStarterConfig(['temporal', 'temporalUiUrl'], {})).toMatchObject({
      temporal: { namespace: 'default' },
      temporalUiUrl: 'http://127.0.0.1:8233',
    });
    expect(
      problemsOf(() => loadStarterConfig(['temporal', 'dotdigital'], {})).problems.map(({ name }) => name),
    ).toEqual(['DOTDIGITAL_API_USER', 'DOTDIGITAL_API_PASSWORD']);
  });

  it('names a setting that two parts read only once', () => {
    const { problems } = problemsOf(() =>
      loadStarterConfig(['stokly', 'policy'], { ...CREDENTIALS, STOKLY_REFUNDS: 'x' }),
    );
    expect(problems.map(({ name }) => name)).toEqual(['STOKLY_REFUNDS']);
  });
});

describe('.env.example', () => {
  const lines = readFileSync(new URL('../.env.example', import.meta.url), 'utf8').split('\n');

  it('lists every setting once, with its description above it and its default', () => {
    const listed = lines.flatMap((line, at) => {
      const [, hash, name, value] = /^(# )?([A-Z][A-Z_]+)=(.*)$/.exec(line) ?? [];
      return name === undefined ? [] : [{ name, value, isSet: hash === undefined, above: lines[at - 1] }];
    });
    expect(listed).toEqual(
      SETTINGS.map((setting) => ({
        name: setting.name,
        value: setting.isRequired ? '' : (setting.default ?? setting.example),
        isSet: setting.isRequired,
        above: `# ${setting.description}`,
      })),
    );
  });
});
