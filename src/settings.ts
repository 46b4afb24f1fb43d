import { z } from 'zod';
import { MARKETPLACE_DOMAINS, PLACEHOLDER_EMAILS } from './domain/email.js';
import { currencyScale } from './domain/money.js';
import { ORDER_STATUSES } from './domain/order.js';
import { optional, required, setting } from './setting-shape.js';
import { schedules } from './setting-schedules.js';
import {
  credential,
  duration,
  emailPatterns,
  host,
  hostAndPort,
  httpUrl,
  list,
  listOf,
  matching,
  oneOf,
  onOrOff,
  webhookSecrets,
  wholeNumber,
} from './setting-values.js';

const port = wholeNumber(0, 65_535);
const minorUnits = wholeNumber(0, 1_000_000_000);
const ORDER_STATUSES_SYNCED = ORDER_STATUSES.filter((status) => status !== 'cancelled');
const EMAILS_EXCLUDED = [...PLACEHOLDER_EMAILS, ...MARKETPLACE_DOMAINS];

/** Read by `@temporalio/envconfig` too, which knows a few more names and a configuration file. */
const temporal = {
  TEMPORAL_ADDRESS: setting(hostAndPort, 'localhost:7233', { description: 'Where Temporal listens: host:port.' }),
  TEMPORAL_NAMESPACE: setting(matching(/^\S{2,255}$/, 'is not a namespace name'), 'default', {
    description: 'The namespace at Temporal.',
  }),
  TEMPORAL_API_KEY: optional(credential, {
    description: 'API key of Temporal Cloud; turns TLS on.',
    example: 'eyJhbGciOi…',
    isSecret: true,
  }),
  TEMPORAL_TLS: optional(oneOf(['true', 'false']), {
    description: 'TLS towards Temporal without a client certificate.',
    example: 'true',
  }),
  TEMPORAL_TLS_CLIENT_CERT_PATH: optional(z.string(), {
    description: 'Client certificate (PEM file) for mTLS.',
    example: '/etc/lockstep/temporal.pem',
  }),
  TEMPORAL_TLS_CLIENT_KEY_PATH: optional(z.string(), {
    description: 'Its private key (PEM file).',
    example: '/etc/lockstep/temporal.key',
  }),
  TEMPORAL_TLS_SERVER_CA_CERT_PATH: optional(z.string(), {
    description: 'Authority of the server certificate (PEM file).',
    example: '/etc/lockstep/ca.pem',
  }),
  TEMPORAL_TLS_SERVER_NAME: optional(z.string(), {
    description: 'Name that the server certificate must carry.',
    example: 'temporal.example.com',
  }),
};

const stokly = {
  STOKLY_API_URL: setting(httpUrl, 'https://api.stok.ly', { description: "Stokly's API." }),
  STOKLY_ACCOUNT_KEY: required(credential, { description: "The account's key.", example: 'acme', isSecret: true }),
  STOKLY_CLIENT_ID: required(credential, {
    description: 'Client id of the API credentials.',
    example: '6f1c0a52',
    isSecret: true,
  }),
  STOKLY_SECRET_KEY: required(credential, {
    description: 'Secret key of the API credentials.',
    example: 'b3d9…',
    isSecret: true,
  }),
  STOKLY_REQUESTS_PER_MINUTE: setting(wholeNumber(1, 1_000_000), '120', {
    description:
      'Where the limiter starts; the header x-ratelimit-remaining rules from the first answer on. `starter backfill start` opens as many customers as this lets it read.',
  }),
  STOKLY_PAGE_SIZE: setting(wholeNumber(1, 1000), '100', { description: 'Rows a page.' }),
  STOKLY_WINDOW_MS: setting(wholeNumber(1, 3_600_000), '60000', { description: "Stokly's rate window in ms." }),
  STOKLY_REFUNDS: setting(onOrOff, 'on', { description: '`off` for accounts without the refunds resource.' }),
  STOKLY_TIME_UPDATED: setting(onOrOff, 'on', { description: '`off` for accounts whose orders have no timeUpdated.' }),
};

const dotdigital = {
  DOTDIGITAL_API_URL: optional(httpUrl, {
    description: "Dotdigital's API. Left out: the account's own endpoint is asked for.",
    example: 'https://r1-api.dotdigital.com',
  }),
  DOTDIGITAL_API_USER: required(credential, {
    description: 'The API user.',
    example: 'apiuser-0123456789ab@apiconnector.com',
    isSecret: true,
  }),
  DOTDIGITAL_API_PASSWORD: required(z.string(), {
    description: "The API user's password.",
    example: '…',
    isSecret: true,
  }),
};

const where = {
  ORDERS_COLLECTION: setting(
    matching(/^[-A-Za-z_][-A-Za-z0-9_]{1,254}$/, 'is not a collection name (letters, digits, - and _, no digit first)'),
    'Orders',
    { description: 'The insight-data collection of the order records.' },
  ),
  DATA_FIELD_PREFIX: setting(
    matching(/^[A-Z0-9_]{0,3}$/, 'is not at most 3 characters out of A-Z, 0-9 and _ (a field name has room for 20)'),
    '',
    { description: 'Put before the name of each contact data field, next to another connector.', example: 'LS_' },
  ),
};

const policy = {
  ORDER_KEY: setting(oneOf(['niceId', 'sourceReferenceId']), 'niceId', {
    description: "What a record's key and id are: Stokly's order number, or the channel's own reference.",
  }),
  STOKLY_GUEST_TYPES: setting(list, 'none', {
    description: 'Values of a customer’s `type` that mean guest.',
    example: '2',
  }),
  CONTACT_POLICY: setting(oneOf(['consented', 'all', 'existing']), 'consented', {
    description:
      'Who gets a contact: `consented` (created only with granted consent), `all`, `existing` (none created).',
  }),
  GUEST_POLICY: setting(oneOf(['skip']), 'skip', { description: 'Guests are left out; the only value for now.' }),
  CHANNELS_EXCLUDED: setting(list, 'none', {
    description: 'Channels (channelName) whose orders are left out.',
    example: 'Wholesale,Staff shop',
  }),
  CUSTOMERS_EXCLUDED: setting(
    listOf((part) => /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(part), 'has an entry that is not a UUID'),
    'none',
    { description: 'Customer ids that are left out.', example: '3b241101-e2bb-4255-8caf-4136c566a962' },
  ),
  EMAILS_EXCLUDED: setting(emailPatterns, EMAILS_EXCLUDED.join(','), {
    description: 'Placeholder addresses, and @domains of marketplaces, that get no contact.',
  }),
  ORDER_STATUSES_SYNCED: setting(
    listOf(
      (part) => ORDER_STATUSES.some((status) => status === part),
      `has an entry that is none of: ${ORDER_STATUSES.join(', ')}`,
    ),
    ORDER_STATUSES_SYNCED.join(','),
    { description: 'Order statuses that are written.' },
  ),
  ACCOUNT_CURRENCY: setting(
    z.string().refine((text) => currencyScale(text) !== null, { message: 'is not an ISO 4217 code in capitals' }),
    'GBP',
    { description: 'Currency of the spend fields. Orders in others are never converted.' },
  ),
  ROUNDING_TOLERANCE_MINOR: setting(minorUnits, '1', {
    description: 'Rounding let pass, in minor units a line (at most 1.00 or 0.5 % of the order).',
  }),
  GOODWILL_MAX_MINOR: setting(minorUnits, '1000', {
    description: 'How far refunds may exceed the order where that is a stated adjustment, in minor units.',
  }),
  HOLD_AFTER: setting(duration, '1m', {
    description: 'An order is held only if it still does not add up on a second read this much later.',
  }),
  TRIGGER_MAX_AGE: setting(duration, '2d', {
    description: 'LAST_ORDER_STATUS is withheld for facts older than this, so that old history triggers nothing.',
  }),
  WRITES: setting(onOrOff, 'on', {
    description: '`off`: everything is read, judged and counted; nothing is written to Dotdigital.',
  }),
  WRITE_DOUBT_AFTER: setting(duration, '2m', { description: 'A write of unknown fate is read back this much later.' }),
  CONSENT_LOWER_MAX: setting(wholeNumber(0, 1_000_000), '25', {
    description: 'Subscriptions lowered an hour before lowering stops until a person releases it.',
  }),
};

const reviews = {
  FOUR_EYES_ABOVE_MINOR: setting(minorUnits, '50000', {
    description: 'A second person confirms what is decided in a review above this amount, in minor units.',
  }),
  REVIEW_REMIND_AFTER: setting(duration, '24h', {
    description: 'A review that nobody decided reminds after this long.',
  }),
  REVIEW_ESCALATE_AFTER: setting(duration, '72h', { description: 'It escalates after this long.' }),
  NOTIFY_WEBHOOK_URL: optional(httpUrl, {
    description: 'Where digests are posted, signed; they are logged in any case.',
    example: 'https://hooks.example.com/lockstep',
  }),
  NOTIFY_WEBHOOK_SECRET: optional(webhookSecrets, {
    description:
      'Signs them (Standard Webhooks): the first of a comma list of whsec_… secrets. Needed with NOTIFY_WEBHOOK_URL.',
    example: 'whsec_bG9ja3N0ZXAtZXhhbXBsZS1zZWNyZXQ=',
    isSecret: true,
  }),
};

const planned = {
  HISTORY_FROM: optional(z.iso.date({ message: 'is not a date such as 2025-01-31' }), {
    description: 'The backfill leaves out customers without an order since this day.',
    example: '2025-01-31',
  }),
};

const relay = {
  WEBHOOK_SECRETS: required(webhookSecrets, {
    description:
      'Comma list of the whsec_… secrets that a webhook may be signed with: two while one replaces the other.',
    example: 'whsec_bG9ja3N0ZXAtZXhhbXBsZS1zZWNyZXQ=',
    isSecret: true,
  }),
  RELAY_HOST: setting(host, '127.0.0.1', { description: 'Where the relay listens.' }),
  RELAY_PORT: setting(port, '8080', { description: 'Its port.' }),
  RELAY_REQUESTS_PER_MINUTE: setting(wholeNumber(0, 1_000_000), '0', {
    description: 'Requests a minute that one address may send; 0 = no limit.',
  }),
};

const worker = {
  METRICS_HOST: setting(host, '127.0.0.1', { description: "Where the worker's Prometheus page listens." }),
  METRICS_PORT: setting(port, '9464', { description: "Port of the worker's Prometheus page; 0 = off." }),
};

const log = {
  LOG_LEVEL: setting(oneOf(['trace', 'debug', 'info', 'warn', 'error', 'silent']), 'info', {
    description: 'What is logged, as JSON on standard error.',
  }),
};

const starter = {
  TEMPORAL_UI_URL: setting(httpUrl, 'http://127.0.0.1:8233', {
    description: "Where Temporal's UI is: for links in what the starter prints.",
  }),
};

/** Every setting, by the part of Lockstep that it belongs to. */
export const SETTING_SHAPES = {
  temporal,
  stokly,
  dotdigital,
  where,
  policy,
  reviews,
  schedules,
  planned,
  relay,
  worker,
  log,
  starter,
};
