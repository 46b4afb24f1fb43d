import { expect, it } from 'vitest';
import { canonicalId } from '../../src/domain/ids.js';

it.each([
  ['a UUID in upper case', '3B241101-E2BB-4255-8CAF-4136C566A962', '3b241101-e2bb-4255-8caf-4136c566a962'],
  ['a UUID in mixed case', '3b241101-E2bb-4255-8caf-4136c566a962', '3b241101-e2bb-4255-8caf-4136c566a962'],
  ['a UUID in lower case', '3b241101-e2bb-4255-8caf-4136c566a962', '3b241101-e2bb-4255-8caf-4136c566a962'],
  ['an id that is no UUID, whose case may say something', 'C-17-Ab', 'C-17-Ab'],
])('%s', (_what, given, expected) => {
  expect(canonicalId(given)).toBe(expected);
});
