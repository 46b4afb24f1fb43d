import { seededRandom } from '../../emulators/stokly/random.js';

/** Numbers from 0 to 1, the same for the same seed; the seed is printed, and `SEED=…` repeats it. */
export function seededDraw(what: string): () => number {
  const given = process.env['SEED'];
  const seed = given === undefined ? Math.floor(Math.random() * 2 ** 31) : Number(given);
  if (!Number.isSafeInteger(seed)) throw new Error(`SEED must be a whole number, and is ${given}`);
  process.stdout.write(`SEED=${seed} repeats ${what}\n`);
  return seededRandom(seed);
}
