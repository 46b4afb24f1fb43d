import { expect, test } from 'vitest';
import { limitWords } from '../../src/http/limit-words.js';

test.each([
  [{ live: 12, history: 600 }, 'and 612 wait (12 of live work)'],
  [{ live: 0, history: 1 }, 'and 1 waits (0 of live work)'],
  [{ live: 0, history: 0 }, 'and no other call waits'],
])('says how many wait, and of nobody that he waits for nobody: %o', (waiting, words) => {
  const state = { limit: 600, remaining: 0, resetAtMs: null, waiting, waitedMs: 0 };
  expect(limitWords(state, 60_000)).toBe(`was not sent: 600 calls in 60 s are allowed, ${words}`);
});
