import { setTimeout as pause } from 'node:timers/promises';

const GIVE_UP_AFTER_MS = 60_000;

/** Waits for a condition, trying often; says what it waited for when it gives up after 60 s. */
export async function untilTrue(
  what: string,
  check: () => Promise<boolean> | boolean,
  detail: () => string = () => '',
): Promise<void> {
  const giveUpAt = Date.now() + GIVE_UP_AFTER_MS;
  let problem = '';
  for (;;) {
    try {
      if (await check()) return;
      problem = '';
    } catch (error) {
      problem = String(error);
    }
    if (Date.now() > giveUpAt) throw new Error(`gave up waiting: ${what} ${problem} ${detail()}`);
    await pause(50);
  }
}
