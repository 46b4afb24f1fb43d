import { describe, expect, it } from 'vitest';
import { freePort } from '../../demo/ports.js';
import { REASONS } from '../../src/domain/reasons.js';
import { runScript, type ScriptRun } from '../support/run-script.js';

/**
 * `npm start` itself, as a user runs it, with the first days of the month. Expected numbers of orders come from the sample's
 * rules, written by hand beside the importer; money is compared by the report, and its sums once more here.
 */
const INVOICES = 60;

interface Amounts {
  readonly gross: number;
  readonly refunded: number;
  readonly net: number;
}

interface Report {
  readonly orders: {
    readonly inStokly: number;
    readonly synced: number;
    readonly held: number;
    readonly skipped: { readonly total: number; readonly byReason: Record<string, number> };
  };
  readonly contacts: { readonly spendDiffers: number };
  readonly money: {
    readonly stokly: Amounts;
    readonly dotdigital: Amounts;
    readonly difference: Amounts;
    readonly explained: { readonly held: Amounts; readonly skippedByReason: Record<string, Amounts> };
    readonly unexplained: number;
  };
  readonly heldOrders: readonly unknown[];
  readonly links: Record<string, string>;
}

async function start(args: readonly string[]): Promise<ScriptRun> {
  const ports = [
    'TEMPORAL_PORT',
    'TEMPORAL_UI_PORT',
    'STOKLY_EMULATOR_PORT',
    'DOTDIGITAL_EMULATOR_PORT',
    'RELAY_PORT',
    'METRICS_PORT',
  ];
  const env: Record<string, string> = {};
  for (const name of ports) env[name] = String(await freePort());
  return await runScript('start.mjs', args, { ...process.env, ...env });
}

describe('npm start', () => {
  it('brings real orders over to the penny, ends with status 0, and its JSON adds up', async () => {
    const { code, stdout, stderr } = await start(['--exit', '--json', '--orders', String(INVOICES)]);
    expect(code, stderr).toBe(0);
    const report = JSON.parse(stdout) as Report;
    const { orders, money } = report;
    expect(orders.inStokly).toBeGreaterThan(40);
    expect(orders.synced + orders.held + orders.skipped.total).toBe(orders.inStokly);
    expect(Object.keys(orders.skipped.byReason)).toEqual(Object.keys(REASONS));
    expect(Object.values(orders.skipped.byReason).reduce((sum, count) => sum + count)).toBe(orders.skipped.total);
    expect(orders.synced).toBeGreaterThan(orders.inStokly / 2);
    expect(report.contacts.spendDiffers).toBe(0);
    for (const kind of ['gross', 'refunded', 'net'] as const) {
      const skipped = Object.values(money.explained.skippedByReason).reduce((sum, amounts) => sum + amounts[kind], 0);
      expect(money.stokly[kind] - money.dotdigital[kind]).toBe(money.difference[kind]);
      expect(money.explained.held[kind] + skipped).toBe(money.difference[kind]);
    }
    expect(money.unexplained).toBe(0);
    expect(stderr).toContain('Replayed');
  }, 300_000);

  it('refuses what it does not know in one clear line', async () => {
    const { code, stdout, stderr } = await start(['--orders', 'many']);
    expect([code, stdout]).toEqual([1, '']);
    expect(stderr.trim().split('\n').at(-1)).toMatch(/orders/);
  });
});
