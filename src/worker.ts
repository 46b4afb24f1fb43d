import { fileURLToPath } from 'node:url';
import { NativeConnection, Runtime } from '@temporalio/worker';
import { ConfigError, loadWorkerConfig, type WorkerConfig } from './config.js';
import { createDotdigitalClient } from './dotdigital/client.js';
import { createLog, type Log, temporalLogger } from './logging.js';
import { createStoklyClient } from './stokly/client.js';
import { connectTemporal, TemporalConnectError } from './temporal.js';
import { admitLoweringPort, openReviewPort, wakeCustomerPort } from './temporal-ports.js';
import { createWorker } from './worker-setup.js';

const workflowBundlePath = fileURLToPath(new URL('../workflow-bundle.js', import.meta.url));

/** Runs until SIGINT or SIGTERM: then takes no new work, lets what is in hand finish, and ends. */
async function main(): Promise<void> {
  const config = loadWorkerConfig();
  const log = createLog({ level: config.logLevel, process: 'worker' });
  installRuntime(config, log);
  const temporal = await connectTemporal(config.temporal);
  const connection = await NativeConnection.connect(config.temporal.connectionOptions);
  const worker = await createWorker({
    connection,
    namespace: config.temporal.namespace,
    workflowBundlePath,
    deps: {
      stokly: createStoklyClient(config.stokly, { log }),
      dotdigital: createDotdigitalClient(config.dotdigital, { log }),
      policy: config.policy,
      consentLowerMaxPerHour: config.consentLowerMaxPerHour,
      wakeCustomer: wakeCustomerPort(temporal.client),
      openReview: openReviewPort(temporal.client),
      reviewPolicy: {
        fourEyesAboveMinor: config.planned.fourEyesAboveMinor,
        remindAfterMs: config.planned.reviewRemindAfterMs,
        escalateAfterMs: config.planned.reviewEscalateAfterMs,
      },
      admitLowering: admitLoweringPort(temporal.client),
      log,
      now: Date.now,
    },
  });
  log.info(
    { address: config.temporal.address, namespace: config.temporal.namespace, writes: config.policy.writes },
    'worker ready',
  );
  try {
    await worker.run();
  } finally {
    await connection.close();
    await temporal.close();
  }
  log.info('worker stopped');
}

function installRuntime(config: WorkerConfig, log: Log): void {
  const { metricsPort } = config;
  Runtime.install({
    logger: temporalLogger(log),
    telemetryOptions: {
      logging: { forward: {}, filter: { core: 'WARN', other: 'WARN' } },
      ...(metricsPort === 0
        ? {}
        : { metrics: { prometheus: { bindAddress: `127.0.0.1:${metricsPort}`, useSecondsForDurations: true } } }),
    },
  });
}

try {
  await main();
} catch (error) {
  if (!(error instanceof ConfigError) && !(error instanceof TemporalConnectError)) throw error;
  process.stderr.write(`worker: ${error.message}\n`);
  process.exitCode = 1;
}
