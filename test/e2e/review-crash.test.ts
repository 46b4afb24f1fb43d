import { randomInt } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { findTemporal } from '../../scripts/get-temporal.mjs';
import { plantedDefect } from '../../soak/planted-defect.js';
import { reviewReportText } from '../../soak/reviews/report-text.js';
import { runReviewSoak } from '../../soak/reviews/run.js';
import { quietRuntime } from '../support/quiet-runtime.js';

/**
 * `kill -9` of worker and of Temporal while people decide, between a decision and its read, its write and its answer;
 * `npm run soak -- --reviews` is the long one. SOAK_SEED repeats a run; SOAK_BREAK=lose-decision sends one decision less than
 * the plan has, with which it must fail.
 */
const SEED_MAX = 1_000_000;
const RESTARTS = 10;
const TIMEOUT_MS = 480_000;

describe('people decide while worker and Temporal are killed', () => {
  it(`over ${RESTARTS} restarts no decision is lost, and none is carried out twice`, {
    timeout: TIMEOUT_MS,
  }, async ({ signal }) => {
    quietRuntime();
    const seed = Number(process.env['SOAK_SEED'] ?? randomInt(SEED_MAX));
    const told: string[] = [`SOAK_SEED=${seed}`];
    const report = await runReviewSoak({
      seed,
      restarts: RESTARTS,
      temporalCliPath: await findTemporal(),
      plantedDefect: plantedDefect(process.env['SOAK_BREAK']),
      isKeeping: false,
      signal,
      tell: (line) => told.push(line),
    });
    process.stdout.write(`${told.join('\n')}\n${reviewReportText(report)}`);
    expect(report.violations, told.join('\n')).toEqual([]);
  });
});
