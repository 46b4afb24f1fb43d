import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bundleWorkflowCode } from '@temporalio/worker';
import 'vitest';
import type { TestProject } from 'vitest/node';
import { freePort } from '../../demo/ports.js';
import { Processes } from '../../demo/processes.js';
import { projectPath } from '../../demo/project-path.js';
import { startTemporalServer } from '../../demo/temporal-server.js';
import { findTemporal } from '../../scripts/get-temporal.mjs';

declare module 'vitest' {
  interface ProvidedContext {
    /** The one dev server of this run, in memory, with our search attributes. Each test has its own task queue and ids. */
    temporalAddress: string;
    /** The workflows, bundled once from the sources of this run: for `workflowBundle: { codePath }`. */
    workflowBundlePath: string;
  }
}

/** Starts Temporal and bundles the workflows, once for a whole run of the tests that need them. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const folder = await mkdtemp(join(tmpdir(), 'lockstep-e2e-'));
  const processes = new Processes({ logPath: join(folder, 'temporal.log') });
  const teardown = async (): Promise<void> => {
    await processes.stopAll();
    await rm(folder, { recursive: true, force: true });
  };
  try {
    const cliPath = await findTemporal();
    const port = await freePort();
    const { address } = await startTemporalServer(processes, { cliPath, port, uiPort: null, databasePath: null });
    const { code } = await bundleWorkflowCode({ workflowsPath: projectPath('src/workflows/index.ts') });
    const workflowBundlePath = join(folder, 'workflow-bundle.js');
    await writeFile(workflowBundlePath, code);
    project.provide('temporalAddress', address);
    project.provide('workflowBundlePath', workflowBundlePath);
    return teardown;
  } catch (error) {
    await teardown();
    throw error;
  }
}
