import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Processes } from '../demo/processes.js';
import { projectPath } from '../demo/project-path.js';
import { SoakStack, type StackOptions } from './stack.js';

/** The programs that were started late are not those that were started first: what came of it says nothing. */
export class SoakDisturbed extends Error {
  override name = 'SoakDisturbed';

  constructor() {
    super('The project was built anew while it soaked: leave it alone, and soak again.');
  }
}

async function undisturbed<Report>(work: () => Promise<Report>): Promise<Report> {
  const builtAtFirst = await builtFrom();
  const outcome = await work().then(
    (report) => ({ report }),
    (error: unknown) => ({ error }),
  );
  if ((await builtFrom()) !== builtAtFirst) throw new SoakDisturbed();
  if ('error' in outcome) throw outcome.error;
  return outcome.report;
}

/** What `dist/` is built from, as `npm run build` notes it. */
async function builtFrom(): Promise<string> {
  return await readFile(projectPath('dist/.lockstep-built'), 'utf8').catch(() => '');
}

export interface StackedRun extends Omit<StackOptions, 'folder'> {
  /** Keeps the folder with Temporal's database and the log of all processes. */
  readonly isKeeping: boolean;
  readonly tell: (line: string) => void;
}

/** Gives the work a stack in a folder of its own, not started yet, and stops all that it started. */
export async function withStack<Report>(
  { isKeeping, tell, ...options }: StackedRun,
  work: (stack: SoakStack) => Promise<Report>,
): Promise<Report> {
  const folder = await mkdtemp(join(tmpdir(), 'lockstep-soak-'));
  const processes = new Processes({ logPath: join(folder, 'soak.log') });
  const stack = new SoakStack(processes, { ...options, folder });
  try {
    return await undisturbed(() => work(stack));
  } finally {
    await processes.stopAll();
    await stack.stop();
    if (isKeeping) tell(`Kept: ${folder}`);
    else await rm(folder, { recursive: true, force: true });
  }
}
