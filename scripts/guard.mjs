// Outlives the program that started it, to stop what that program could not: whoever dies by SIGKILL stops nobody.
// Standard input: one line for each process group, `+<pid>` when it starts and `-<pid>` when it has ended.
// The end of standard input is the end of that program.
import { createInterface } from 'node:readline';
import { setTimeout as pause } from 'node:timers/promises';

const GRACE_MS = 5_000;
const LOOK_AGAIN_MS = 100;

/** @type {Set<number>} */
const groups = new Set();

/**
 * @param {number} pid
 * @param {NodeJS.Signals | 0} signal
 */
function signalGroup(pid, signal) {
  try {
    process.kill(-pid, signal);
    return true;
  } catch {
    return false;
  }
}

// Ctrl-C reaches a whole terminal; the guard stays for the end of its program.
for (const signal of /** @type {const} */ (['SIGINT', 'SIGTERM', 'SIGHUP'])) process.on(signal, () => undefined);

for await (const line of createInterface({ input: process.stdin })) {
  const pid = Number(line.slice(1));
  if (line.startsWith('+')) groups.add(pid);
  else groups.delete(pid);
}

for (const pid of groups) signalGroup(pid, 'SIGTERM');
const until = Date.now() + GRACE_MS;
while (Date.now() < until && [...groups].some((pid) => signalGroup(pid, 0))) await pause(LOOK_AGAIN_MS);
for (const pid of groups) signalGroup(pid, 'SIGKILL');
