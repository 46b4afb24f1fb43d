import Table from 'cli-table3';
import type { BackfillRun, HistoryResult } from './run.js';

/** The figures of a history for a person. */
export function historyText(result: HistoryResult): string {
  const table = new Table({ head: ['', 'first', 'over the same data again'], style: { head: [], border: [] } });
  const row = (name: string, figure: (run: BackfillRun) => string): void => {
    table.push([name, figure(result.first), result.second === null ? '' : figure(result.second)]);
  };
  row('seconds, done and reconciled', ({ seconds, isReconciled }) => `${seconds}, ${isReconciled ? 'yes' : 'NO'}`);
  row(
    'Dotdigital write calls, an order in 1,000',
    ({ calls }) => `${calls.dotdigitalWrites}, ${calls.dotdigitalWritesPer1000Orders}`,
  );
  row('contacts created', ({ calls }) => String(calls.dotdigitalCreates));
  row('Stokly calls an order', ({ calls }) => String(calls.stoklyPerOrder));
  row('calls answered 429, of all', ({ calls }) => `${calls.refused}, ${calls.all}`);
  row('history events an order', ({ eventsPerOrder }) => String(eventsPerOrder));
  for (const name of Object.keys(result.first.cpuMsPerOrder))
    row(`CPU ms an order: ${name}`, ({ cpuMsPerOrder }) => String(cpuMsPerOrder[name] ?? 'not known'));
  const { money, live } = result;
  return [
    `${result.orders} orders, ${result.customers} customers; worker at most ${result.workerMiBMax ?? '?'} MiB`,
    table.toString(),
    ...(money === null
      ? []
      : [
          `${money.orders.synced} synced, ${money.orders.held} held, ${money.orders.skipped.total} skipped; unexplained minor units ${money.unexplained}; contacts whose fields differ ${money.spendDiffers}`,
          ...money.problems,
        ]),
    ...(live === null
      ? []
      : [
          `live at ${live.ratePerSecond}/s: p50, p99 alone ${live.alone.p50Ms}, ${live.alone.p99Ms} ms; beside the backfill ${live.beside.p50Ms}, ${live.beside.p99Ms} ms; lost ${live.lost}`,
        ]),
  ].join('\n');
}
