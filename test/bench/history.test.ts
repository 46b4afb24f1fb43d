import { describe, expect, it } from 'vitest';
import { callsBetween, shareOfLimits } from '../../bench/history/calls.js';
import { parseHistoryOptions } from '../../bench/history/options.js';
import { generatedShop } from '../../bench/history/shop.js';

describe('a generated shop', () => {
  it('has 4.6 orders a customer, and a refund for every fifth number', () => {
    const { customers, orders, refunds } = generatedShop({ from: 0, count: 200 });
    expect([customers.length, orders.length]).toEqual([200, 920]);
    const numbers = orders.map((order) => (order as { niceId: number }).niceId - 1_000_001);
    expect(refunds).toHaveLength(numbers.filter((number) => number % 5 === 0).length);
  });

  it('is the same whatever pieces it is made in', () => {
    const whole = generatedShop({ from: 0, count: 60 });
    const pieces = [generatedShop({ from: 0, count: 25 }), generatedShop({ from: 25, count: 35 })];
    expect(pieces.flatMap(({ orders }) => orders)).toEqual(whole.orders);
    const ids = whole.orders.map((order) => (order as { saleOrderId: string }).saleOrderId);
    expect(new Set(ids).size).toBe(ids.length);
  });
});

describe('the options of npm run bench:history', () => {
  it('stand for the real shop’s size without limits', () => {
    expect(parseHistoryOptions([], {})).toEqual({
      dataPath: null,
      customers: 4_337,
      latencyMs: 5,
      limitWindowMs: null,
      liveRate: null,
      workerHeapMiB: 400,
      isOnce: false,
      isJson: false,
      profileFolder: null,
    });
  });

  it('can be told', () => {
    expect(
      parseHistoryOptions(['--customers', '50', '--limits', '--live', '5', '--latency', '0', '--once'], {}),
    ).toMatchObject({
      customers: 50,
      limitWindowMs: 1_000,
      liveRate: 5,
      latencyMs: 0,
      isOnce: true,
    });
    expect(parseHistoryOptions([], { BENCH_DATA: 'package.json' }).dataPath).toMatch(/package\.json$/);
  });
});

describe('calls between two moments', () => {
  const read = (dotdigital: Record<string, number>, stokly: Record<string, number>) => ({
    stokly,
    dotdigital,
    refused: 0,
    all: 0,
    cpuMs: { worker: 100 },
  });

  it('count writes without creates and polls', () => {
    const before = read({ 'PUT /insightData/v3/import': 1 }, { 'GET /v2/saleorders': 5 });
    const after = read(
      {
        'PUT /insightData/v3/import': 4,
        'POST /contacts/v3': 9,
        'GET /contacts/v3/import/:importId': 7,
        'PATCH /contacts/v3/:identifier/:value': 1,
      },
      { 'GET /v2/saleorders': 15 },
    );
    const { calls, cpu } = callsBetween(before, { ...after, cpuMs: { worker: 300 } }, 100);
    expect(calls).toMatchObject({
      dotdigitalWrites: 4,
      dotdigitalWritesPer1000Orders: 40,
      dotdigitalCreates: 9,
      stoklyPerOrder: 0.1,
    });
    expect(cpu).toEqual({ worker: 2 });
  });
});

describe('the part of the limits that was used', () => {
  it('is what was sent in each tier, of what its windows let out', () => {
    const byCall = {
      'GET /v2/saleorders': 600,
      'POST /contacts/v3': 100,
      'PATCH /contacts/v3/:identifier/:value': 50,
      'GET /contacts/v3/:identifier/:value': 75,
      'PUT /contacts/v3/import': 7,
      'GET /contacts/v3/import/:importId': 900,
    };
    // Two windows of five seconds.
    expect(shareOfLimits(byCall, { seconds: 10, limitWindowMs: 5_000 })).toEqual({
      stokly: 0.5,
      low: 0.1,
      medium: 0.5,
      high: 0.25,
    });
  });
});
