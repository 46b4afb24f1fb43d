import { DefaultLogger, Runtime } from '@temporalio/worker';

let isInstalled = false;

/** Faults are what tests are about: the SDK's warnings of failed attempts stay out of their output. */
export function quietRuntime(): void {
  if (isInstalled) return;
  isInstalled = true;
  Runtime.install({ logger: new DefaultLogger(process.env['TEST_TEMPORAL_LOG'] === 'DEBUG' ? 'DEBUG' : 'ERROR') });
}
