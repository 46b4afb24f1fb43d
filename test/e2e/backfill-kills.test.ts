import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { backfillResultOf, historyOf, startBackfill } from '../support/backfills.js';
import { type Chronicle, followStokly, violationsOf } from '../support/oracle.js';
import { createWorld, untilTrue, type World } from '../support/world.js';
import { type WorkerProcesses, workerProcesses } from '../support/worker-process.js';

/** R4 and T6: whoever works on it is killed again and again, at whatever page. */
let world: World;
let chronicle: Chronicle;
let workers: WorkerProcesses;

const CUSTOMERS = 30;
const KILLS = 3;

beforeAll(async () => {
  world = await createWorld({ hasWorker: false });
  chronicle = followStokly(world);
  // Writes of a killed worker may have landed: they are read back soon.
  workers = workerProcesses(world, { WRITE_DOUBT_AFTER: '2s' });
  await historyOf(world, CUSTOMERS, 2);
});
afterAll(async () => {
  await workers.stopAll();
  await world.close();
});

describe('a backfill whose workers are killed again and again', () => {
  it('loses nothing, doubles nothing, and its sum is Stokly’s count', async () => {
    const handle = await startBackfill(world, 'killed', { pageSize: 6, pagesAtOnce: 2 });
    let running = workers.start();
    for (let kills = 0; kills < KILLS; kills += 1) {
      const before = await writesOf();
      await untilTrue('it has written more', async () => (await writesOf()) > before || (await isDone(handle)));
      await workers.kill(running);
      running = workers.start();
    }
    const result = await backfillResultOf(handle);
    expect(result).toMatchObject({
      ending: 'done',
      isReconciled: true,
      customers: { answered: CUSTOMERS, unanswered: 0 },
      orders: { inStokly: CUSTOMERS * 2, withOutcome: CUSTOMERS * 2, waiting: 0 },
    });
    expect(await violationsOf(world, { chronicle, wastedWritesMax: KILLS * 24, isLateAllowed: true })).toEqual([]);
  });
});

async function writesOf(): Promise<number> {
  return world.dotdigital.account.log.all.length;
}

async function isDone(handle: Awaited<ReturnType<typeof startBackfill>>): Promise<boolean> {
  return (await handle.describe()).status.name !== 'RUNNING';
}
