import { describe, expect, test } from 'vitest';
import { readRate } from '../../src/http/rate-headers.js';

const NOW_MS = Date.UTC(2026, 10, 24, 12, 0, 0);

describe('what an answer says about its budget', () => {
  test('is nothing where it has no headers', () => {
    expect(read({})).toEqual({ limit: null, remaining: null, waitMs: null, isRefusal: false });
  });

  test.each([
    ['an epoch', String(NOW_MS / 1000 + 12), 12_000],
    ['seconds to go', '12', 12_000],
    ['an epoch that is past', String(NOW_MS / 1000 - 12), 0],
    ['text', 'soon', null],
    ['a negative number', '-5', null],
  ])('takes a reset as %s', (_form, text, waitMs) => {
    expect(read({ 'x-ratelimit-reset': text }).waitMs).toBe(waitMs);
  });

  test('counts limit and what remains, and leaves out what is no count', () => {
    expect(read({ 'x-ratelimit-limit': '35', 'x-ratelimit-remaining': '0' })).toMatchObject({
      limit: 35,
      remaining: 0,
    });
    expect(read({ 'x-ratelimit-limit': '1e3', 'x-ratelimit-remaining': 'many' })).toMatchObject({
      limit: null,
      remaining: null,
    });
  });

  test.each([
    ['seconds', '7', 7_000],
    ['a date', new Date(NOW_MS + 30_000).toUTCString(), 30_000],
  ])('prefers Retry-After as %s over the reset on a refusal', (_form, text, waitMs) => {
    const headers = { 'retry-after': text, 'x-ratelimit-reset': '50' };
    expect(readRate(answer(headers), NOW_MS, true).waitMs).toBe(waitMs);
  });
});

function read(headers: Record<string, string>) {
  return readRate(answer(headers), NOW_MS, false);
}

function answer(headers: Record<string, string>) {
  return { status: 200, headers: new Map(Object.entries(headers)), text: '' };
}
