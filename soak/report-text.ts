import Table from 'cli-table3';
import type { SoakReport } from './run.js';

const VIOLATIONS_SHOWN = 40;

/** The report for a person. */
export function reportText(report: SoakReport): string {
  const { violations, worker, writes } = report;
  const table = new Table({ style: { head: [], border: [] }, wordWrap: true, colWidths: [22, 92] });
  table.push(
    ['Seed', `${report.seed} (plan ${report.plan})`],
    ['Load', `${report.loadSecs} s, then quiet after ${report.quietSecs} s`],
    ['Happened in the shop', countsText(report.actions)],
    ['Broke', countsText(report.faults)],
    ['Calls struck', `${report.struck.stokly} to Stokly, ${report.struck.dotdigital} to Dotdigital`],
    ['Orders, customers', `${report.orders}, ${report.customers}`],
    ['Webhooks', countsText(report.webhooks)],
    ['Writes', `${writes.all}, of which ${writes.wasted} changed nothing (at most ${writes.wastedMax} may)`],
    [
      'Worker',
      worker === null
        ? 'no life of 80 s or more: memory and files not judged'
        : `${worker.lifeSecs} s: memory ${worker.rssMbEarly} → ${worker.rssMbLate} MB, files ${worker.filesEarly} → ${worker.filesLate}`,
    ],
    ['Violations', violations.length === 0 ? 'none' : String(violations.length)],
  );
  return `${[table.toString(), ...violationsText(violations)].join('\n')}\n`;
}

/** A line each, and how many there are more. */
export function violationsText(violations: readonly string[]): string[] {
  const shown = violations.slice(0, VIOLATIONS_SHOWN).map((violation) => `! ${violation}`);
  return violations.length > shown.length ? [...shown, `! … and ${violations.length - shown.length} more`] : shown;
}

export function countsText(counts: Readonly<Record<string, number>>): string {
  return Object.entries(counts)
    .map(([name, count]) => `${count} ${name}`)
    .join(' · ');
}
