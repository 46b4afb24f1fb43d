import { existsSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { percentile } from '../../bench/load.js';
import { parseOptions } from '../../bench/options.js';
import { cpuMsOf, residentBytesOf } from '../../bench/process-stats.js';
import { sumOfSeries } from '../../bench/worker-metrics.js';

describe('percentiles', () => {
  it.each([
    { percent: 50, of: 50 },
    { percent: 99, of: 99 },
    { percent: 100, of: 100 },
  ])('the $percent of 1 … 100 is $of, in whatever order they came', ({ percent, of }) => {
    const values = Array.from({ length: 100 }, (_, index) => ((index * 37) % 100) + 1);
    expect(percentile(values, percent)).toBe(of);
  });

  it('are values that were measured, of few ones too', () => {
    expect([percentile([7, 3], 50), percentile([7, 3], 99), percentile([], 99)]).toEqual([3, 7, 0]);
  });
});

describe('a metric of the worker', () => {
  const page = [
    '# HELP temporal_tasks_count tasks',
    '# TYPE temporal_tasks_count counter',
    'temporal_tasks_count{workflow_type="a",labels="with } and {"} 3',
    'temporal_tasks_count{workflow_type="b"} 4',
    'temporal_tasks_count_total{workflow_type="b"} 100',
    'temporal_size 5',
  ].join('\n');

  it('is summed over its labels, and no other with it', () => {
    expect(sumOfSeries(page, 'temporal_tasks_count')).toBe(7);
    expect(sumOfSeries(page, 'temporal_size')).toBe(5);
    expect(sumOfSeries(page, 'temporal_absent')).toBe(0);
  });
});

describe.runIf(existsSync('/proc/self/stat'))('what /proc says of this process', () => {
  it('is its CPU time, as Node counts it', async () => {
    const { user, system } = process.cpuUsage();
    const counted = (user + system) / 1_000;
    const read = (await cpuMsOf(process.pid)) ?? 0;
    // Ticks of 10 ms, and what this test itself needs.
    expect(Math.abs(read - counted)).toBeLessThan(1_000);
    expect(read).toBeGreaterThan(0);
  });

  it('is its resident memory, as Node counts it, within half', async () => {
    const read = (await residentBytesOf(process.pid)) ?? 0;
    expect(read / process.memoryUsage().rss).toBeGreaterThan(0.5);
    expect(read / process.memoryUsage().rss).toBeLessThan(2);
  });

  it('is nothing for a process that is not there', async () => {
    expect([await cpuMsOf(2 ** 30), await residentBytesOf(2 ** 30)]).toEqual([null, null]);
  });
});

describe('the options of the bench', () => {
  it('are a load of 3,000 orders of 200 customers at 5 ms, unless told otherwise', () => {
    expect(parseOptions([])).toMatchObject({
      kind: 'load',
      orders: 3_000,
      customers: 200,
      latencyMs: 5,
      isJson: false,
    });
    expect(parseOptions(['--orders', '30', '--customers', '3', '--latency', '0', '--json'])).toMatchObject({
      kind: 'load',
      orders: 30,
      customers: 3,
      latencyMs: 0,
      isJson: true,
    });
  });

  it('are one order each of 10,000 customers for the memory', () => {
    expect(parseOptions(['--memory'])).toMatchObject({ kind: 'memory', orders: 10_000, customers: 10_000 });
    expect(parseOptions(['--memory', '--customers', '50'])).toMatchObject({ orders: 50, customers: 50 });
  });
});
