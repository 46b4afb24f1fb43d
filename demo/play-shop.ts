import { parseArgs } from 'node:util';
import { dotdigitalControls, type StoklyControls, stoklyControls } from './emulator-calls.js';
import { showProgress } from './progress.js';
import { replayMonth } from './replay.js';
import { EMULATOR_REQUESTS_PER_MINUTE } from './surroundings.js';

const USAGE = `node dist/demo/play-shop.js --stokly URL --dotdigital URL --relay URL [--invoices N]
Lets a month of the sample shop happen in a Stokly emulator that runs already, its webhooks sent to the relay's URL.
Webhooks are signed with the first of WEBHOOK_SECRETS. Run it after \`starter setup\`; repeated, it goes on where it was.`;

interface Options {
  readonly stoklyUrl: string;
  readonly dotdigitalUrl: string;
  readonly relayUrl: string;
  readonly secret: string;
  /** Only the first so many; null: all. */
  readonly invoices: number | null;
}

function readOptions(): Options {
  const text = { type: 'string' } as const;
  const { values } = parseArgs({ options: { stokly: text, dotdigital: text, relay: text, invoices: text } });
  const secret = (process.env['WEBHOOK_SECRETS'] ?? '').split(',')[0]?.trim() ?? '';
  const { stokly, dotdigital, relay } = values;
  if (stokly === undefined || dotdigital === undefined || relay === undefined || secret === '') throw new Error(USAGE);
  if (values.invoices !== undefined && !/^[1-9]\d{0,5}$/.test(values.invoices)) throw new Error(USAGE);
  const invoices = values.invoices === undefined ? null : Number(values.invoices);
  return { stoklyUrl: stokly, dotdigitalUrl: dotdigital, relayUrl: relay, secret, invoices };
}

/** The emulator forgets when it ends, and its clock goes only forward: what is loaded stays loaded. */
async function isLoaded(stokly: StoklyControls): Promise<boolean> {
  return stokly.replayState().then(
    () => true,
    () => false,
  );
}

async function main(): Promise<void> {
  const options = readOptions();
  const stokly = stoklyControls(options.stoklyUrl);
  await stokly.raiseLimits(EMULATOR_REQUESTS_PER_MINUTE);
  if (!(await isLoaded(stokly))) {
    await stokly.loadSample(options.invoices);
    await dotdigitalControls(options.dotdigitalUrl).seedContacts(await stokly.sampleContacts());
  }
  await stokly.pointWebhooks({ url: options.relayUrl, secret: options.secret });
  const { eventsLeft } = await stokly.replayState();
  const progress = showProgress(eventsLeft);
  await replayMonth(stokly, progress, new AbortController().signal);
  progress.stop();
}

main().catch((error: unknown) => {
  process.stderr.write(`play-shop: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exit(1);
});
