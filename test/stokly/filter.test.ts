import { describe, expect, test } from 'vitest';
import { StoklyCallError } from '../../src/stokly/errors.js';
import { allOf, equals, greaterThan, isFilterValue, oneOf } from '../../src/stokly/filter.js';

describe('a filter', () => {
  test('is written in the brackets that Stokly takes today', () => {
    expect(equals('customerId', 'a-1').expression).toBe('[customerId]=={a-1}');
    expect(oneOf('saleOrderId', ['a', 'b']).expression).toBe('[saleOrderId]=*{a,b}');
    expect(allOf(equals('stage', 'order'), greaterThan('niceId', '7')).expression).toBe(
      '[stage]=={order}&&[niceId]>>{7}',
    );
  });

  test.each([
    '}',
    'a}',
    'a,b',
    'a;b',
    '{a',
    '@null',
    'a&&b',
    'a||b',
    'a b',
    'a(b',
    '[a]',
    '',
    "a'b",
    'ä',
    'a\nb',
    'x'.repeat(200),
  ])('takes no value that could change its meaning: %j', (value) => {
    expect(isFilterValue(value)).toBe(false);
    expect(() => equals('customerId', value)).toThrow(StoklyCallError);
    expect(() => oneOf('customerId', ['fine', value])).toThrow(StoklyCallError);
  });

  test('is refused without values: it would match everything or nothing', () => {
    expect(() => oneOf('customerId', [])).toThrow(StoklyCallError);
  });
});
