import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Connection } from '@temporalio/client';
import 'vitest';
import type { TestProject } from 'vitest/node';
import { freePort } from '../../demo/ports.js';
import { Processes } from '../../demo/processes.js';
import { projectPath } from '../../demo/project-path.js';
import { startTemporalServer } from '../../demo/temporal-server.js';
import { findTemporal } from '../../scripts/get-temporal.mjs';
import { bundleWorkflows } from '../../scripts/workflow-code.mjs';

declare module 'vitest' {
  interface ProvidedContext {
    /** The one server of this run: a dev server in memory, unless a setting names another. Each test file has a namespace of its own. */
    temporalAddress: string;
    /** The workflows, bundled once from the sources of this run: for `workflowBundle: { codePath }`. */
    workflowBundlePath: string;
  }
}

/** `TEST_TEMPORAL_ADDRESS=host:port` runs the tests against a server that runs already, such as `npm run cluster -- up` starts. */
const ADDRESS_SETTING = 'TEST_TEMPORAL_ADDRESS';

/** What a server does from time to time, for tests that wait for it. With a server that runs already they wait longer, and see the same. */
const MORE_OFTEN = [
  // Each world has a namespace of its own, with search attributes: everyone in the server is to know it. Default two seconds.
  'system.namespaceCacheRefreshInterval="200ms"',
  // How much waits in a task queue. Default five seconds.
  'matching.TaskQueueInfoByBuildIdTTL="200ms"',
  // A closed run is deleted once these two have noted that it is closed. Default thirty seconds.
  'history.transferProcessorUpdateAckInterval="1s"',
  'history.visibilityProcessorUpdateAckInterval="1s"',
];

/** What a run has once, for all of its projects. */
interface Shared {
  readonly address: string;
  readonly workflowBundlePath: string;
  stop(): Promise<void>;
}

/** Each project loads this file anew. */
const OF_THE_RUN = globalThis as { lockstepTests?: { readonly shared: Promise<Shared>; users: number } };

/** Starts Temporal and bundles the workflows, once for a whole run of the tests that need them. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  OF_THE_RUN.lockstepTests ??= { shared: startShared(), users: 0 };
  const run = OF_THE_RUN.lockstepTests;
  run.users += 1;
  const shared = await run.shared;
  project.provide('temporalAddress', shared.address);
  project.provide('workflowBundlePath', shared.workflowBundlePath);
  return async () => {
    run.users -= 1;
    if (run.users === 0) await shared.stop();
  };
}

async function startShared(): Promise<Shared> {
  const folder = await mkdtemp(join(tmpdir(), 'lockstep-e2e-'));
  const processes = new Processes({ logPath: join(folder, 'temporal.log') });
  const stop = async (): Promise<void> => {
    await processes.stopAll();
    await rm(folder, { recursive: true, force: true });
  };
  try {
    const address = (await givenServer()) ?? (await ownServer(processes));
    const code = await bundleWorkflows(projectPath('src/workflows/index.ts'));
    const workflowBundlePath = join(folder, 'workflow-bundle.js');
    await writeFile(workflowBundlePath, code);
    return { address, workflowBundlePath, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function givenServer(): Promise<string | null> {
  const address = process.env[ADDRESS_SETTING]?.trim() ?? '';
  if (address === '') return null;
  try {
    const connection = await Connection.connect({ address, connectTimeout: '5s' });
    const { serverVersion } = await connection.workflowService.getSystemInfo({});
    await connection.close();
    process.stderr.write(`Temporal ${serverVersion} at ${address}, from ${ADDRESS_SETTING}\n`);
    return address;
  } catch (error) {
    throw new Error(`${ADDRESS_SETTING} names ${address}, but no Temporal server answers there.`, { cause: error });
  }
}

async function ownServer(processes: Processes): Promise<string> {
  const cliPath = await findTemporal();
  const port = await freePort();
  const { address } = await startTemporalServer(processes, {
    cliPath,
    port,
    uiPort: null,
    databasePath: null,
    dynamicConfig: MORE_OFTEN,
  });
  return address;
}
