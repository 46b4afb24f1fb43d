import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { sha256Hex } from '../../../src/domain/review/sha256.js';

const byNode = (text: string): string => createHash('sha256').update(text, 'utf8').digest('hex');

describe('SHA-256 in plain JavaScript', () => {
  it('gives the answer that the standard publishes', () => {
    expect(sha256Hex('abc')).toBe('ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad');
    expect(sha256Hex('')).toBe('e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855');
  });

  it('agrees with the platform at every length around a block', () => {
    for (let length = 0; length <= 200; length++)
      expect(sha256Hex('x'.repeat(length))).toBe(byNode('x'.repeat(length)));
  });

  it('agrees with the platform on any text: umlauts, emoji, halves of emoji', () => {
    const text = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.string({ unit: 'grapheme' }),
      fc.constantFrom('\ud83c', 'ä☕🎁\udfff'),
    );
    fc.assert(fc.property(text, (given) => sha256Hex(given) === byNode(given)));
  });
});
