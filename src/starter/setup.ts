import { loadStarterConfig } from '../config.js';
import { SCHEMA_VERSION, type StarterContext, using } from './context.js';
import { inspectDotdigital, makeMissing } from './dotdigital-account.js';
import { type Finding, findingLines, isFine } from './findings.js';
import { addSearchAttributes, inspectSearchAttributes } from './search-attributes.js';

export interface SetupOptions {
  readonly json: boolean;
}

/**
 * Makes Temporal and Dotdigital ready for worker and relay. Looks at everything first and changes nothing where anything
 * is wrong. Repeating it is safe. Resolves with the exit status.
 */
export async function runSetup(options: SetupOptions, context: StarterContext): Promise<number> {
  const config = loadStarterConfig(['temporal', 'dotdigital', 'policy'], context.env);
  return using(await context.connectTemporal(config.temporal), (temporal) =>
    using(context.createDotdigital(config.dotdigital), async (dotdigital) => {
      const attributes = await inspectSearchAttributes(temporal);
      const account = await inspectDotdigital(dotdigital, config.policy);
      const isBlocked = [...attributes, ...account].some(({ state }) => state === 'wrong');
      const findings = isBlocked
        ? [...attributes, ...account]
        : [...(await addSearchAttributes(temporal)), ...(await makeMissing(account, dotdigital, config.policy))];
      return report(findings, isBlocked, { options, context });
    }),
  );
}

function report(
  findings: readonly Finding[],
  isBlocked: boolean,
  { options, context }: { options: SetupOptions; context: StarterContext },
): number {
  const isReady = findings.every(isFine);
  if (options.json) {
    context.print(JSON.stringify({ schemaVersion: SCHEMA_VERSION, isReady, findings }));
  } else {
    for (const line of findingLines(findings)) context.print(line);
    if (isReady) context.print('Ready for worker and relay.');
    else context.print(isBlocked ? 'Nothing was changed: put right what has a ✗ first.' : 'Not ready yet.');
  }
  return isReady ? 0 : 1;
}
