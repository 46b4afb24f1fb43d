import { expect, onTestFinished, test } from 'vitest';
import { createStoklyClient, type StoklyClient } from '../../src/stokly/client.js';
import { clientSettings, openShop } from './shop.js';

const LIMIT = 60;
const WINDOW_MS = 1_000;
const WINDOWS = 8;
/** Callers of each worker that ask again as soon as they are answered; one of four is live. */
const CALLERS = 12;

test('two workers on one account use its limit, and hardly a call of theirs is refused', async () => {
  const { emulator, url } = await openShop({ emulator: { rateLimit: LIMIT, rateWindowMs: WINDOW_MS } });
  const settings = clientSettings(url, { requestsPerMinute: 100_000, windowMs: WINDOW_MS, refusedWaitMsMax: 10_000 });
  const clients = [createStoklyClient(settings), createStoklyClient(settings)];
  onTestFinished(() => clients.forEach((client) => client.close()));
  const asked = { live: 0, history: 0 };
  let isOver = false;
  const running = clients.flatMap((client) => Array.from({ length: CALLERS }, (_none, caller) => ask(client, caller)));
  const windows = () => windowsOf(emulator.account.requests.report().requests);
  while (windows().length <= WINDOWS) await new Promise((resolve) => setTimeout(resolve, 50));
  const whole = windows().slice(0, WINDOWS);
  isOver = true;
  await Promise.all(running);

  const sum = (what: 'taken' | 'refused') => whole.reduce((total, window) => total + window[what], 0);
  expect(sum('refused') / (sum('taken') + sum('refused')), JSON.stringify(whole)).toBeLessThan(0.005);
  // Nine tenths are shown with a clock that stands still when the machine does: test/http/shared-limit.test.ts.
  expect(sum('taken') / (LIMIT * WINDOWS), JSON.stringify(whole)).toBeGreaterThanOrEqual(0.8);
  // A quarter of the callers, each of them served first.
  expect(asked.live).toBeGreaterThan(asked.history);

  async function ask(client: StoklyClient, caller: number): Promise<void> {
    const priority = caller % 4 === 0 ? 'live' : 'history';
    while (!isOver) {
      await client.checkAccess({ priority });
      asked[priority] += 1;
    }
  }
});

/** The vendor's windows, by its own log: one opens with the first call after the end of the one before. */
function windowsOf(requests: readonly { at: string; path: string; status: number | null }[]) {
  const windows: { openedAtMs: number; taken: number; refused: number }[] = [];
  for (const { at, path, status } of requests) {
    if (path === '/v1/grant') continue;
    const atMs = Date.parse(at);
    if (atMs - (windows.at(-1)?.openedAtMs ?? 0) >= WINDOW_MS) windows.push({ openedAtMs: atMs, taken: 0, refused: 0 });
    const window = windows.at(-1);
    if (window !== undefined) window[status === 429 ? 'refused' : 'taken'] += 1;
  }
  return windows;
}
