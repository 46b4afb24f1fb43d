import { spawn } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { projectPath } from '../../demo/project-path.js';
import type { HistoryResult } from '../../bench/history/run.js';

/** `npm run bench:history` itself, as a user runs it, with few customers: counts alone are looked at. */
const CUSTOMERS = 40;
/** 4.6 each. */
const ORDERS = 184;

type HistoryLine = HistoryResult & { readonly bench: string; readonly shop: string };

async function benchHistory(args: readonly string[]): Promise<{ code: number | null; stdout: string; stderr: string }> {
  const { BENCH_DATA: _, ...env } = process.env;
  const child = spawn(process.execPath, [projectPath('scripts/bench-history.mjs'), ...args], { env });
  let stdout = '';
  let stderr = '';
  child.stdout.on('data', (chunk: Buffer) => {
    stdout += chunk.toString();
  });
  child.stderr.on('data', (chunk: Buffer) => {
    stderr += chunk.toString();
  });
  const code = await new Promise<number | null>((resolve) => {
    child.on('close', resolve);
  });
  return { code, stdout, stderr };
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
