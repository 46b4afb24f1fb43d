import { type StarterContext, StarterError } from './context.js';

/**
 * Has the person type a word before something is changed that cannot be taken back.
 * @throws StarterError when anything else is typed, or nobody is there to type
 */
export async function confirm(word: string, isSaidAlready: boolean, context: StarterContext): Promise<void> {
  if (isSaidAlready) return;
  const typed = await context.ask(`Type ${word} to go on: `);
  if (typed?.trim() !== word) {
    throw new StarterError(`nothing was changed: ${word} was not typed (or give --yes)`);
  }
}
