import Table from 'cli-table3';
import { countsText, violationsText } from '../report-text.js';
import type { ReviewSoakReport } from './run.js';

/** The report for a person. */
export function reviewReportText(report: ReviewSoakReport): string {
  const { violations } = report;
  const table = new Table({ style: { head: [], border: [] }, wordWrap: true, colWidths: [22, 92] });
  table.push(
    ['Seed', `${report.seed}, ${report.secs} s`],
    ['Killed', countsText(report.restarts)],
    ['Decided', countsText(report.decisions)],
    ['Customers', String(report.customers)],
    ['Violations', violations.length === 0 ? 'none' : String(violations.length)],
  );
  return `${[table.toString(), ...violationsText(violations)].join('\n')}\n`;
}
