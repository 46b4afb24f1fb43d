import { randomInt } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { findTemporal } from '../../scripts/get-temporal.mjs';
import { plantedDefect } from '../../soak/planted-defect.js';
import { densePaceOf } from '../../soak/plan.js';
import { reportText } from '../../soak/report-text.js';
import { runSoak } from '../../soak/run.js';
import { quietRuntime } from '../support/quiet-runtime.js';

/**
 * A short soak with a fault every few seconds, on processes of their own; `npm run soak` is the long one. SOAK_SEED repeats a
 * run; SOAK_BREAK=lose-webhooks or lower-a-total plants a defect, with which it must fail.
 */
const SEED_MAX = 1_000_000;
const LOAD_MINUTES = 0.5;
/** What waits for its next try when the last fault is over, and is read back after that, takes minutes on a busy machine. */
const TIMEOUT_MS = 600_000;

describe('a shop that lives while everything around Lockstep breaks', () => {
  it('comes to rest with everything as promised', { timeout: TIMEOUT_MS }, async ({ signal }) => {
    quietRuntime();
    const seed = Number(process.env['SOAK_SEED'] ?? randomInt(SEED_MAX));
    const told: string[] = [`SOAK_SEED=${seed}`];
    const report = await runSoak({
      seed,
      pace: densePaceOf(LOAD_MINUTES),
      temporalCliPath: await findTemporal(),
      plantedDefect: plantedDefect(process.env['SOAK_BREAK']),
      isOracleTried: true,
      isKeeping: false,
      signal,
      tell: (line) => told.push(line),
    });
    process.stdout.write(`${told.join('\n')}\n${reportText(report)}`);
    expect(report.violations, told.join('\n')).toEqual([]);
    expect(report.webhooks.delivered).toBeGreaterThan(0);
    expect(report.violationsWhenTried?.join('\n')).toMatch(/^record \d+: order_total should be /m);
  });
});
