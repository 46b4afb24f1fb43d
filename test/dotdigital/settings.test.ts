import { describe, expect, test } from 'vitest';
import { regionUrl } from '../../src/dotdigital/settings.js';

describe('the endpoint that an account names', () => {
  test.each([
    ['https://r2-api.dotdigital.com/', 'https://r2-api.dotdigital.com'],
    ['https://R3-api.dotmailer.com', 'https://r3-api.dotmailer.com'],
  ])('%s is followed', (named, url) => {
    expect(regionUrl(named)).toBe(url);
  });

  test.each([
    'http://r1-api.dotdigital.com',
    'https://r1-api.dotdigital.com.example.com',
    'https://r1-api.dotdigital.com@example.com',
    'https://example.com/r1-api.dotdigital.com',
    'https://r1-api.dotdigital.com:8443',
    '',
    null,
  ])('%s gets no credentials', (named) => {
    expect(regionUrl(named)).toBeNull();
  });
});
