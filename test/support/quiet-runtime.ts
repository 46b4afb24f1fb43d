import { Runtime } from '@temporalio/worker';
import { createLog, temporalLogger } from '../../src/logging.js';

type Listener = (line: string) => void;

const listeners = new Set<Listener>();
let isInstalled = false;
const isLoud = process.env['TEST_TEMPORAL_LOG'] === 'DEBUG';

/**
 * Faults are what tests are about: the SDK's warnings of failed attempts stay out of their output, its errors do not. Its lines
 * are written as in production, and heard by who listens; its traces alone are not, which spell out every payload byte by byte
 * and cost more than all the work.
 */
export function quietRuntime(): void {
  if (isInstalled) return;
  isInstalled = true;
  const log = createLog({ level: 'debug', process: 'test' }, { write });
  Runtime.install({
    logger: temporalLogger(log),
    telemetryOptions: { logging: { forward: {}, filter: { core: 'WARN', other: 'WARN' } } },
  });
}

/** Gives back how to stop listening. */
export function listenToSdk(listener: Listener): () => void {
  listeners.add(listener);
  return () => void listeners.delete(listener);
}

function write(line: string): void {
  for (const listener of listeners) listener(line);
  if (isLoud || line.startsWith('{"level":"error"')) process.stderr.write(line);
}
