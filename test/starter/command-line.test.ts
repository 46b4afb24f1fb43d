import { describe, expect, it } from 'vitest';
import { NOWHERE, starter } from './starter-under-test.js';

const COMMANDS = [
  'setup',
  'doctor',
  'stokly probe',
  'show',
  'skipped',
  'tail',
  'send',
  'wake',
  'resync',
  'release',
  'backfill start',
  'backfill schedule add',
  'backfill schedule list',
  'backfill schedule remove',
];
const CUSTOMER = '3b241101-e2bb-4255-8caf-4136c566a962';
const SETTINGS = {
  TEMPORAL_ADDRESS: NOWHERE,
  STOKLY_API_URL: `http://${NOWHERE}`,
  STOKLY_ACCOUNT_KEY: 'canary-account',
  STOKLY_CLIENT_ID: 'canary-client',
  STOKLY_SECRET_KEY: 'canary-secret',
  DOTDIGITAL_API_URL: `http://${NOWHERE}`,
  DOTDIGITAL_API_USER: 'canary-user',
  DOTDIGITAL_API_PASSWORD: 'canary-password',
};

describe('the command line', () => {
  it.each(COMMANDS)('explains %s with an example and --json', async (command) => {
    const { status, out, err } = await starter([...command.split(' '), '--help']);
    expect(status).toBe(0);
    expect(err).toEqual([]);
    expect(out.join('\n')).toContain(`Example:\n  $ starter ${command}`);
    expect(out.join('\n')).toContain('--json');
  });

  it('names its commands', async () => {
    const { status, out } = await starter(['--help']);
    expect(status).toBe(0);
    for (const command of COMMANDS) expect(out.join('\n')).toContain(`\n  ${command.split(' ')[0]} `);
  });

  it.each([
    ['an unknown command', ['destroy'], "error: unknown command 'destroy'"],
    ['an unknown option', ['setup', '--fast'], "error: unknown option '--fast'"],
    ['no order or customer', ['show'], 'starter: say which: --order <number or id> or --customer <id>'],
    ['both', ['wake', '--order', '1', '--customer', 'x'], 'starter: give --order or --customer, not both'],
    [
      'an order that is none',
      ['show', '--order', 'ten'],
      'starter: --order takes an order number (536365) or an order id (a UUID)',
    ],
    ['a customer that is none', ['wake', '--customer', '42'], 'starter: --customer takes a customer id (a UUID)'],
    [
      'an event type that the relay does not know',
      ['send', '--type', 'order.exploded', '--order', '1'],
      'starter: --type is none of: order.created, order.updated, order.despatched, order.cancelled, order.refunded, customer.created, customer.updated, customer.deleted, item.updated, item.discontinued',
    ],
    ['an order event of no order', ['send', '--type', 'order.updated'], 'starter: order.updated needs --order'],
    [
      'an event id that the relay would refuse',
      ['send', '--type', 'order.updated', '--order', '1', '--id', 'a b'],
      'starter: --id takes up to 128 of A-Z a-z 0-9 _ . : -',
    ],
    [
      'a time that is none',
      ['resync', '--order', '1', '--wait', 'long'],
      'starter: --wait takes a time such as 30s, 2m or 1h',
    ],
    ['a release of nothing', ['release', '--actor', 'a'], 'starter: say which: --customer <id> or --consent'],
    [
      'a release by nobody',
      ['release', '--customer', CUSTOMER, '--reason', 'r'],
      'starter: --actor is needed: it is kept with what happened',
    ],
    [
      'a release for no reason',
      ['release', '--consent', '--actor', 'a', '--reason', ' '],
      'starter: --reason is needed: it is kept with what happened',
    ],
    [
      'an address where no Temporal is',
      ['setup'],
      'starter: Temporal does not answer at 127.0.0.1:1: is it running, and is TEMPORAL_ADDRESS right?',
    ],
  ])('tells %s in one line and ends with 1', async (_, args, line) => {
    const { status, out, err } = await starter(args, SETTINGS);
    expect({ status, out, err }).toEqual({ status: 1, out: [], err: [line] });
  });

  it('tells a vendor that is down in one line, without credentials', async () => {
    const { status, out, err } = await starter(['show', '--order', '1'], SETTINGS);
    expect({ status, out }).toEqual({ status: 1, out: [] });
    expect(err).toHaveLength(1);
    expect(err[0]).toMatch(/^starter: Stokly: /);
    expect(err[0]).not.toContain('canary');
    expect(err[0]).not.toContain(' at ');
  });

  it('tells a relay that is down in one line', async () => {
    const secret = `whsec_${Buffer.alloc(24, 7).toString('base64')}`;
    const args = ['send', '--type', 'customer.updated', '--customer', CUSTOMER];
    const { status, err } = await starter(args, { WEBHOOK_SECRETS: secret, RELAY_PORT: '1' });
    expect(status).toBe(1);
    expect(err).toEqual([
      'starter: the relay does not answer at http://127.0.0.1:1/webhooks/stokly: is it running, and are RELAY_HOST and RELAY_PORT (or --url) right?',
    ]);
  });

  it('tells each setting that the command needs, and no other', async () => {
    const { status, err } = await starter(['wake', '--order', '1'], { STOKLY_PAGE_SIZE: 'many' });
    expect(status).toBe(1);
    expect(err.map((line) => line.split(' ').slice(0, 2).join(' '))).toEqual([
      'starter: STOKLY_ACCOUNT_KEY',
      'starter: STOKLY_CLIENT_ID',
      'starter: STOKLY_SECRET_KEY',
      'starter: STOKLY_PAGE_SIZE',
    ]);
  });
});

describe('doctor', () => {
  it('goes on past whatever is broken, ends with 1 and shows no credential', async () => {
    const { STOKLY_SECRET_KEY: _, ...settings } = SETTINGS;
    const { status, out, err } = await starter(['doctor'], { ...settings, WRITES: 'canary' });
    expect({ status, err }).toEqual({ status: 1, err: [] });
    const text = out.join('\n');
    expect(text).toContain('✗ setting STOKLY_SECRET_KEY: is not set');
    expect(text).toContain('✗ setting WRITES: is neither on nor off');
    expect(text).toContain('✗ Temporal 127.0.0.1:1: ');
    expect(text).toContain('✗ Dotdigital: ');
    expect(text).not.toContain('✓');
    expect(text).not.toContain('canary');
  });

  it('prints one JSON object when asked', async () => {
    const { status, out } = await starter(['doctor', '--json'], SETTINGS);
    expect(status).toBe(1);
    expect(out).toHaveLength(1);
    const answer = JSON.parse(out[0] ?? '');
    expect(answer).toMatchObject({ schemaVersion: 1, isHealthy: false });
    expect(answer.findings).toContainEqual({ subject: 'settings', state: 'ok', text: 'can be read', todo: null });
  });
});
