import { DefaultLogger, Runtime } from '@temporalio/worker';
import type { SoakCommand } from './options.js';
import { densePaceOf, paceOf } from './plan.js';
import { reportText } from './report-text.js';
import { plantedDefect } from './planted-defect.js';
import { reviewReportText } from './reviews/report-text.js';
import { runReviewSoak } from './reviews/run.js';
import { runSoak } from './run.js';
import { SoakDisturbed } from './with-stack.js';

export { parseOptions } from './options.js';

function tell(line: string): void {
  process.stderr.write(`${line}\n`);
}

/** Ctrl-C or a request to end: not a failure of the soak, and no success either. */
class Stopped extends Error {
  override name = 'Stopped';
}

/** Runs the soak and prints what came of it. Gives the exit status: 1 when anything is not as promised. */
export async function soakFromCommandLine(command: SoakCommand, temporalCliPath: string): Promise<number> {
  const abort = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => abort.abort(new Stopped()));
  // Replaying thousands of histories says nothing but what the oracle says of them.
  Runtime.install({ logger: new DefaultLogger('ERROR', () => undefined) });
  tell(`Seed ${command.seed}`);
  try {
    const { report, text } = await soakAs(command, { temporalCliPath, signal: abort.signal });
    process.stdout.write(command.isJson ? `${JSON.stringify(report)}\n` : text);
    return report.violations.length === 0 ? 0 : 1;
  } catch (error) {
    if (!abort.signal.aborted && !(error instanceof SoakDisturbed)) throw error;
    tell(error instanceof SoakDisturbed ? error.message : 'Stopped: nothing was judged.');
    return 1;
  }
}

async function soakAs(
  command: SoakCommand,
  { temporalCliPath, signal }: { temporalCliPath: string; signal: AbortSignal },
): Promise<{ report: { readonly violations: readonly string[] }; text: string }> {
  const { seed, isKeeping } = command;
  const common = { seed, temporalCliPath, isKeeping, signal, tell };
  const planted = plantedDefect(process.env['SOAK_BREAK']);
  if (command.restarts !== null) {
    const report = await runReviewSoak({ ...common, restarts: command.restarts, plantedDefect: planted });
    return { report, text: reviewReportText(report) };
  }
  const pace = command.isDense ? densePaceOf(command.minutes) : paceOf(command.minutes);
  const report = await runSoak({ ...common, pace, plantedDefect: planted, isOracleTried: false });
  return { report, text: reportText(report) };
}
