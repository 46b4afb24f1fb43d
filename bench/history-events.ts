import type { Client } from '@temporalio/client';

/** Events of all runs that a query finds; all runs there are where it is left out. */
export async function countHistoryEvents(client: Client, query?: string): Promise<number> {
  let events = 0;
  const running: { readonly workflowId: string; readonly runId: string }[] = [];
  for await (const run of client.workflow.list(query === undefined ? {} : { query })) {
    // A running one says its length only when it is asked by itself.
    if (run.status.name === 'RUNNING') running.push(run);
    else events += run.historyLength ?? 0;
  }
  for (const { workflowId, runId } of running) {
    const { historyLength } = await client.workflow.getHandle(workflowId, runId).describe();
    events += historyLength ?? 0;
  }
  return events;
}
