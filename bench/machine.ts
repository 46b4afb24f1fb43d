import { execFile } from 'node:child_process';
import { availableParallelism, cpus, loadavg, totalmem } from 'node:os';
import { promisify } from 'node:util';
import { projectPath } from '../demo/project-path.js';

const GIBIBYTE = 1024 ** 3;

export interface Machine {
  readonly cores: number;
  readonly cpu: string;
  readonly memoryGiB: number;
  readonly node: string;
  /** Processes that wanted a core in the last minute: figures of a machine with other work are no figures. */
  readonly load: number;
}

export function describeMachine(): Machine {
  return {
    cores: availableParallelism(),
    cpu: cpus()[0]?.model.trim() ?? 'unknown',
    memoryGiB: Math.round(totalmem() / GIBIBYTE),
    node: process.versions.node,
    load: Math.round((loadavg()[0] ?? 0) * 100) / 100,
  };
}

/** The commit that is measured, with `+` when files differ from it; null outside a git work tree. */
export async function describeCommit(): Promise<string | null> {
  const git = async (...args: string[]) =>
    (await promisify(execFile)('git', args, { cwd: projectPath('.') })).stdout.trim();
  try {
    const commit = await git('rev-parse', '--short=10', 'HEAD');
    return (await git('status', '--porcelain', '--', 'src', 'emulators', 'bench')) === '' ? commit : `${commit}+`;
  } catch {
    return null;
  }
}
