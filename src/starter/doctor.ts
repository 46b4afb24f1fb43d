import { ConfigError, loadStarterConfig, type SettingProblem, type StarterConfig } from '../config.js';
import { DotdigitalCallError } from '../dotdigital/errors.js';
import { StoklyCallError } from '../stokly/errors.js';
import { type TemporalAccess, TemporalConnectError } from '../temporal.js';
import { LIVE, SCHEMA_VERSION, type StarterContext, using } from './context.js';
import { inspectDotdigital } from './dotdigital-account.js';
import { type Finding, findingLines, isFine, ok, wrong } from './findings.js';
import { inspectSchedules } from './inspect-schedules.js';
import { inspectSearchAttributes } from './search-attributes.js';

export interface DoctorOptions {
  readonly json: boolean;
}

/** Looks at everything, changes nothing, and goes on past what is broken. Resolves with the exit status: 1 if anything is. */
export async function runDoctor(options: DoctorOptions, context: StarterContext): Promise<number> {
  const settings = readSettings(context);
  const findings = [
    ...settings.findings,
    ...(await inspectTemporal(settings.config, context)),
    ...(await inspectStokly(settings.config.stokly, context)),
    ...(await inspectDotdigitalSide(settings.config, context)),
  ];
  const isHealthy = findings.every(isFine);
  if (options.json) {
    context.print(JSON.stringify({ schemaVersion: SCHEMA_VERSION, isHealthy, findings }));
  } else {
    for (const line of findingLines(findings)) context.print(line);
    const count = findings.filter((finding) => !isFine(finding)).length;
    context.print(isHealthy ? 'All is well.' : `${count} of ${findings.length} need a hand.`);
  }
  return isHealthy ? 0 : 1;
}

const PARTS = ['temporal', 'schedules', 'stokly', 'dotdigital', 'policy'] as const;
type Loaded = { [P in (typeof PARTS)[number]]?: StarterConfig[P] };

/** Each part by itself: with Stokly's credentials missing, Dotdigital can still be looked at. */
function readSettings(context: StarterContext): { readonly findings: Finding[]; readonly config: Loaded } {
  const problems = new Map<string, SettingProblem>();
  const config: Loaded = {};
  for (const part of PARTS) {
    try {
      Object.assign(config, loadStarterConfig([part], context.env));
    } catch (error) {
      if (!(error instanceof ConfigError)) throw error;
      for (const problem of error.problems) problems.set(problem.name, problem);
    }
  }
  const findings = [...problems.values()].map(({ name, problem, example }) =>
    wrong(`setting ${name}`, problem, `for example: ${name}=${example}`),
  );
  return { findings: findings.length > 0 ? findings : [ok('settings', 'can be read')], config };
}

async function inspectTemporal({ temporal: settings, schedules }: Loaded, context: StarterContext): Promise<Finding[]> {
  if (settings === undefined) return [];
  const subject = `Temporal ${settings.address}`;
  let access: TemporalAccess;
  try {
    access = await context.connectTemporal(settings);
  } catch (error) {
    if (!(error instanceof TemporalConnectError)) throw error;
    return [wrong(subject, error.message, 'start it, or put the settings TEMPORAL_… right')];
  }
  return using(access, async () => {
    const reached = ok(subject, `answers, namespace ${settings.namespace}`);
    const attributes = await inspectSearchAttributes(access);
    return [reached, ...attributes, ...(schedules === undefined ? [] : await inspectSchedules(access, schedules))];
  });
}

async function inspectStokly(settings: Loaded['stokly'], context: StarterContext): Promise<Finding[]> {
  if (settings === undefined) return [];
  return using(context.createStokly(settings), (stokly) =>
    calling('Stokly', 'STOKLY_…', async () => {
      const { orderCount } = await stokly.checkAccess(LIVE);
      return [ok('Stokly', `credentials work, ${orderCount} orders`)];
    }),
  );
}

async function inspectDotdigitalSide({ dotdigital, policy }: Loaded, context: StarterContext): Promise<Finding[]> {
  if (dotdigital === undefined) return [];
  return using(context.createDotdigital(dotdigital), async (client) => {
    const reached = await calling('Dotdigital', 'DOTDIGITAL_…', async () => {
      const endpoint = await client.accountEndpoint(LIVE);
      return [ok('Dotdigital', `credentials work, endpoint ${endpoint ?? 'not named'}`)];
    });
    if (policy === undefined || !reached.every(isFine)) return reached;
    const account = await calling('Dotdigital account', 'DOTDIGITAL_…', () => inspectDotdigital(client, policy));
    return [...reached, ...account];
  });
}

async function calling(subject: string, settings: string, look: () => Promise<Finding[]>): Promise<Finding[]> {
  try {
    return await look();
  } catch (error) {
    if (!(error instanceof StoklyCallError || error instanceof DotdigitalCallError)) throw error;
    const todo =
      error.failure === 'credentials-refused'
        ? `put the settings ${settings} right`
        : 'try again; if it stays, ask the vendor';
    // The message begins with the vendor's name, and so does the line.
    return [wrong(subject, error.message.replace(/^\w+: /, ''), todo)];
  }
}
