import { readFileSync } from 'node:fs';
import type { Registry } from 'prom-client';
import { describe, expect, it } from 'vitest';
import { ATTENTIONS } from '../../src/domain/attention.js';
import { createWorkerMetrics } from '../../src/metrics/worker-metrics.js';
import { createRelayMetrics } from '../../src/relay/metrics.js';

const page = readFileSync(new URL('../../docs/metrics.md', import.meta.url), 'utf8');

/** The rows of the table under a heading, cell by cell. */
function rowsUnder(heading: string): string[][] {
  const section = page.split(/^## /m).find((text) => text.startsWith(`${heading}\n`)) ?? '';
  return section
    .split('\n')
    .filter((line) => line.startsWith('| `'))
    .map((row) => row.split(' | ').map((cell) => cell.replace(/^\| | \|$/g, '').trim()));
}

/** Lists of values that are too long for a table, and where the page says them. */
const TOLD_ELSEWHERE: Readonly<Record<string, string>> = {
  'lockstep_orders_settled_total reason': 'none, or [why one is left out](data-mapping.md#orders-that-are-left-out)',
  'lockstep_customers_needing_attention attention': '[see below](#what-needs-a-person)',
};

async function registered(registry: Registry): Promise<string[][]> {
  const metrics = await registry.getMetricsAsJSON();
  return metrics.map(({ name, help, type, values }) => {
    const series = values.map(({ labels }) => labels as Record<string, string | number>);
    const labelNames = [...new Set(series.flatMap((labels) => Object.keys(labels)))].filter((label) => label !== 'le');
    const told = labelNames.map((label) => {
      const all = [...new Set(series.map((labels) => labels[label]).filter((value) => value !== undefined))];
      return `\`${label}\`: ${TOLD_ELSEWHERE[`${name} ${label}`] ?? all.join(', ')}`;
    });
    return [`\`${name}\``, String(type), told.join('; '), help];
  });
}

const relay = createRelayMetrics();
const worker = createWorkerMetrics({
  account: async () => Promise.reject(new Error('not asked')),
  limiters: () => ({ stokly: {}, dotdigital: {} }),
});

describe('the page about metrics', () => {
  it("lists the relay's, as the code registers them, and no other", async () => {
    expect(rowsUnder('Relay')).toEqual(await registered(relay.registry));
  });

  it("lists the worker's, as the code registers them, and no other", async () => {
    expect(rowsUnder('Worker')).toEqual(await registered(worker.registry));
  });

  it('names all that may need a person', () => {
    const section = page.split(/^## /m).find((text) => text.startsWith('What needs a person')) ?? '';
    const named = [...section.matchAll(/`([a-z-]+)`/g)].map(([, name]) => name);
    expect(named).toEqual([...ATTENTIONS]);
  });

  it('alerts only on metrics and values that exist', async () => {
    const all = [...(await registered(relay.registry)), ...(await registered(worker.registry))];
    const names = new Set(all.map(([name = '']) => name.replaceAll('`', '')));
    const used = [...page.matchAll(/lockstep_[a-z_]+/g)].map(([name]) => name.replace(/_(bucket|sum|count)$/, ''));
    expect([...new Set(used)].filter((name) => !names.has(name))).toEqual([]);
    const text = `${await relay.registry.metrics()}\n${await worker.registry.metrics()}`;
    for (const [, name = '', label = '', operator = '', value = ''] of page.matchAll(
      /(lockstep_[a-z_]+)\{([a-z]+)(=~?)"([^"]+)"\}/g,
    )) {
      const wanted = operator === '=~' ? value : value.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
      expect(text).toMatch(new RegExp(`^${name}\\{[^}]*${label}="(?:${wanted})"`, 'm'));
    }
  });

  it('follows the conventions for names: counters end in _total, times in _seconds', async () => {
    for (const [name = '', type = ''] of [
      ...(await registered(relay.registry)),
      ...(await registered(worker.registry)),
    ]) {
      expect(name.endsWith('_total`')).toBe(type === 'counter');
      if (type === 'histogram') expect(name).toMatch(/_seconds`$/);
    }
  });
});
