import { describe, expect, it } from 'vitest';
import {
  CANARY_CREDENTIALS,
  CANARY_CUSTOMER,
  CANARY_ORDER,
  canariesIn,
  canaryWebhookSecret,
  textIn,
} from './canary.js';

const base64 = (text: string): string => Buffer.from(text).toString('base64');

/** Everything that must never be seen. */
const SEEN: [string, string][] = [
  ...Object.entries(CANARY_CREDENTIALS.stokly),
  ...Object.entries(CANARY_CREDENTIALS.dotdigital),
  ...Object.entries(CANARY_CUSTOMER),
  ...Object.entries(CANARY_ORDER),
].map(([name, value]) => [name, String(value)]);

describe('a canary is found', () => {
  it.each(SEEN)('as it is: %s', (_, value) => {
    expect(canariesIn(`{"note":"${value}"}`)).not.toEqual([]);
  });

  it.each(SEEN.filter(([name]) => name !== 'user'))('in base64, wherever in a text it stood: %s', (_, value) => {
    for (const before of ['', '"', '{"']) {
      expect(canariesIn(`data: ${base64(`${before}${value}", more`)}`), before).not.toEqual([]);
    }
  });

  it('in the header that authorizes us at Dotdigital', () => {
    const { user, password } = CANARY_CREDENTIALS.dotdigital;
    expect(canariesIn(`Basic ${base64(`${user}:${password}`)}`)).not.toEqual([]);
  });

  it('in a webhook secret, as text and as the bytes that it stands for', () => {
    const secret = canaryWebhookSecret('7d1');
    expect(canariesIn(secret)).not.toEqual([]);
    expect(canariesIn(Buffer.from(secret.slice('whsec_'.length), 'base64').toString())).not.toEqual([]);
  });

  it('in JSON in JSON in bytes', () => {
    const inner = JSON.stringify({ name: 'Canarietta' });
    const payload = { payloads: [{ data: new TextEncoder().encode(JSON.stringify({ inner })) }] };
    expect(canariesIn(textIn(payload))).not.toEqual([]);
  });

  it('whatever its case, and without its spaces', () => {
    for (const text of ['CANARIETTA', '+441632960987', 'qv97zx', encodeURIComponent('Zwitscherling & Sons')]) {
      expect(canariesIn(text), text).not.toEqual([]);
    }
  });

  it('where it is an address of anyone, or a secret of one run', () => {
    expect(canariesIn('to somebody.else@shop.test')).not.toEqual([]);
    expect(canariesIn('Bearer 11f3', ['11f3'])).not.toEqual([]);
  });
});

describe('nothing is found', () => {
  it.each([
    'worker@1.24.0 started',
    '{"identity":"8123@builder.example.org"}',
    'type.googleapis.com: \\x1aB\\n@type.googleapis.com/temporal.api.errordetails.v1.NotFoundFailure',
    base64('an order of 12.00 GBP'),
    'order 536365 written, contact 4711',
  ])('in %s', (text) => {
    expect(canariesIn(text)).toEqual([]);
  });
});
