import { setMaxListeners } from 'node:events';

/**
 * Calls `listener` once when the signal is aborted; gives back how to stop listening. One activity makes many calls under
 * one signal: Node would take more than ten listeners for a leak and warn.
 */
export function onAbort(signal: AbortSignal | undefined, listener: () => void): () => void {
  if (signal === undefined) return () => undefined;
  setMaxListeners(0, signal);
  signal.addEventListener('abort', listener, { once: true });
  return () => signal.removeEventListener('abort', listener);
}
