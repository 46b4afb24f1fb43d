import { describe, expect, it } from 'vitest';
import type { HistoryResult } from '../../bench/history/run.js';
import { runScript, type ScriptRun } from '../support/run-script.js';

/** `npm run bench:history` itself, as a user runs it, with few customers: counts alone are looked at. */
const CUSTOMERS = 40;
/** 4.6 each. */
const ORDERS = 184;

type HistoryLine = HistoryResult & { readonly bench: string; readonly shop: string };

function benchHistory(args: readonly string[]): Promise<ScriptRun> {
  const { BENCH_DATA: _, ...env } = process.env;
  return runScript('bench-history.mjs', args, env);
}

describe('npm run bench:history', () => {
  it('brings a whole shop over, to the penny, and writes nothing when it is done over', {
    timeout: 240_000,
  }, async () => {
    const { code, stdout, stderr } = await benchHistory(['--customers', String(CUSTOMERS), '--json']);
    expect(code, stderr).toBe(0);
    const line = JSON.parse(stdout) as HistoryLine;
    expect(line).toMatchObject({ bench: 'history', shop: 'generated', orders: ORDERS, customers: CUSTOMERS });
    expect(line.money).toMatchObject({ orders: { synced: ORDERS }, unexplained: 0, spendDiffers: 0, problems: [] });
    expect(line.first).toMatchObject({ isReconciled: true, calls: { dotdigitalCreates: CUSTOMERS, refused: 0 } });
    // Few customers fill few lists: the bound of a whole history is 1.1.
    expect(line.first.calls.stoklyPerOrder).toBeLessThan(1.4);
    expect(line.first.eventsPerOrder).toBeLessThan(7);
    // Lines, refunds and headers are read again; nothing differs.
    expect(line.second).toMatchObject({ isReconciled: true, calls: { dotdigitalWrites: 0, dotdigitalCreates: 0 } });
  });
});
