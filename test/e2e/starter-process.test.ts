import { spawn } from 'node:child_process';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { projectPath } from '../../demo/project-path.js';
import { controlDotdigital, newBuyer, orderEvent, placeOrder } from '../support/shop-events.js';
import { starterEnv } from '../support/starter-on-world.js';
import { createWorld, untilTrue, type World } from '../support/world.js';

/** The starter as a process of its own, with a person at its standard input. Needs `dist/` as built from these sources. */
let world: World;
beforeAll(async () => {
  world = await createWorld();
});
afterAll(async () => {
  await world.close();
});

interface Ended {
  readonly status: number | null;
  readonly out: string;
  readonly err: string;
}

function start(args: readonly string[]) {
  const env = { PATH: process.env['PATH'] ?? '', TEMPORAL_CONFIG_FILE: '/nonexistent', ...starterEnv(world) };
  const child = spawn(process.execPath, [projectPath('dist/src/starter.js'), ...args], { env });
  const said = { out: '', err: '' };
  child.stdout.on('data', (text) => (said.out += String(text)));
  child.stderr.on('data', (text) => (said.err += String(text)));
  const ended = new Promise<Ended>((resolve) => {
    child.on('close', (status) => {
      world.watch.hear('output of starter processes', said.out + said.err);
      resolve({ status, ...said });
    });
  });
  return { child, said, ended };
}

async function stoppedCustomer(): Promise<string> {
  const { customerId, email } = await newBuyer(world);
  await orderEvent(world, await placeOrder(world, customerId));
  await world.settled(customerId, ({ outcomes, ledgerComplete }) => ledgerComplete && outcomes.synced === 1);
  await controlDotdigital(world, 'POST', 'person', { email, action: 'delete' });
  await orderEvent(world, await placeOrder(world, customerId));
  await world.settled(customerId, ({ status }) => status === 'stopped');
  await controlDotdigital(world, 'POST', 'person', { email, action: 'restore' });
  return customerId;
}

it('a release asks on standard error, and changes nothing when nobody answers', async () => {
  const customerId = await stoppedCustomer();
  const args = ['release', '--customer', customerId, '--actor', 'jane', '--reason', 'by mistake'];
  const unanswered = start(args);
  unanswered.child.stdin.end();
  expect(await unanswered.ended).toMatchObject({
    status: 1,
    err: expect.stringContaining('nothing was changed: release was not typed'),
  });
  expect((await world.state(customerId)).status).toBe('stopped');
  const answered = start(args);
  await untilTrue('it asks', () => answered.said.err.includes('Type release to go on: '));
  answered.child.stdin.end('release\n');
  expect(await answered.ended).toMatchObject({ status: 0, out: expect.stringContaining('Done.') });
  await world.settled(customerId, ({ outcomes }) => outcomes.synced === 2);
});

it('Ctrl-C ends tail with status 0', async () => {
  const { child, said, ended } = start(['tail']);
  await untilTrue('it watches', () => said.out.includes('Watching '));
  child.kill('SIGINT');
  expect(await ended).toMatchObject({ status: 0, err: '' });
});
