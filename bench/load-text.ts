import Table from 'cli-table3';
import type { LoadResult, PhaseResult } from './load.js';

/** The figures of a load for a person. */
export function loadText(result: LoadResult): string {
  const { burst, halfRate } = result;
  const table = new Table({
    head: ['', 'all at once', `at ${halfRate.ratePerSecond} orders a second`],
    style: { head: [], border: [] },
  });
  const row = (name: string, figure: (phase: PhaseResult) => string): void => {
    table.push([name, figure(burst), figure(halfRate)]);
  };
  row('orders, events', ({ orders, events }) => `${orders}, ${events}`);
  row('acknowledged a second', (phase) => String(phase.acknowledgedPerSecond));
  row('orders done a second', (phase) => String(phase.donePerSecond));
  row('end to end, p50 and p99', ({ p50Ms, p99Ms }) => `${p50Ms} ms, ${p99Ms} ms`);
  row('lost', (phase) => String(phase.lost));
  for (const name of Object.keys(burst.perOrder.cpuMs) as (keyof PhaseResult['perOrder']['cpuMs'])[])
    row(`CPU ms an order: ${name}`, ({ perOrder }) => String(perOrder.cpuMs[name] ?? 'not known'));
  row('calls an order: Stokly, Dotdigital', ({ perOrder }) => `${perOrder.stoklyCalls}, ${perOrder.dotdigitalCalls}`);
  row('an order: workflow tasks, activities', ({ perOrder }) => `${perOrder.workflowTasks}, ${perOrder.activities}`);
  row('history events an order', ({ perOrder }) => String(perOrder.historyEvents));
  return `${table.toString()}\nrecords that went back: ${result.orderViolations}`;
}
