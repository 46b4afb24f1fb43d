import { customerWorkflowId } from '../src/contract/ids.js';
import { customerStateQuery, type CustomerState } from '../src/contract/messages.js';
import { projectPath } from '../demo/project-path.js';
import { Health, type Trend } from './health.js';
import { followStokly } from './oracle/chronicle.js';
import { countWrites } from './oracle/changes.js';
import { failedTasksSoFar } from './oracle/histories.js';
import { violationsOf } from './oracle/oracle.js';
import type { Scene } from './oracle/scene.js';
import { lowerATotal, type SoakBreak } from './planted-defect.js';
import { playFaults } from './play-faults.js';
import { playShop } from './play-shop.js';
import { planSoak, type SoakPace, type SoakPlan } from './plan.js';
import { untilQuiet } from './quiet.js';
import { control, type SoakStack } from './stack.js';
import { untilTrue } from './until-true.js';
import { withStack } from './with-stack.js';

export interface SoakOptions {
  readonly seed: number;
  readonly pace: SoakPace;
  readonly temporalCliPath: string;
  readonly plantedDefect: SoakBreak | null;
  /** When all is judged, takes a penny from a record and judges again: what shows that the oracle looks. */
  readonly isOracleTried: boolean;
  /** Keeps the folder with Temporal's database and the log of all processes. */
  readonly isKeeping: boolean;
  readonly signal: AbortSignal;
  /** Told what happens, a line each. */
  readonly tell: (line: string) => void;
}

export interface SoakReport {
  readonly seed: number;
  readonly plan: string;
  readonly loadSecs: number;
  readonly quietSecs: number;
  readonly actions: Readonly<Record<string, number>>;
  readonly faults: Readonly<Record<string, number>>;
  readonly orders: number;
  readonly customers: number;
  readonly webhooks: { readonly delivered: number; readonly refused: number; readonly duplicated: number };
  /** Calls that a fault struck, at each stand-in. */
  readonly struck: { readonly stokly: number; readonly dotdigital: number };
  readonly writes: { readonly all: number; readonly wasted: number; readonly wastedMax: number };
  /** Null where the worker did not live long enough to say. */
  readonly worker: Trend | null;
  readonly violations: readonly string[];
  /** What the oracle said of the penny; null when it was not tried. */
  readonly violationsWhenTried: readonly string[] | null;
}

/** Between the end of the last fault and quiet: the longest pause between two tries of a failed drain, and a second one. */
const QUIET_MS_MAX = 420_000;
const SHARE_SENT_TWICE = 0.1;

/** The whole soak: starts everything, lets the plan happen, waits until all is quiet, judges, stops what it started. */
export async function runSoak(options: SoakOptions): Promise<SoakReport> {
  const plan = planSoak(options.seed, options.pace);
  const loss = options.plantedDefect === 'lose-webhooks' ? 0.25 : 0;
  return await withStack({ ...options, duplicates: SHARE_SENT_TWICE, loss }, (stack) => soak(stack, plan, options));
}

async function soak(stack: SoakStack, plan: SoakPlan, options: SoakOptions): Promise<SoakReport> {
  const { tell } = options;
  const chronicle = followStokly(stack);
  const health = new Health();
  tell('Starting Temporal, both stand-ins, worker and relay …');
  await stack.start();
  tell(`Soaking: ${plan.actions.length} things happen in the shop, ${plan.faults.length} things break.`);
  const startedAtMs = performance.now();
  const actions = await play(stack, { plan, health, startedAtMs, options });
  const endedAtMs = performance.now();
  tell('Nothing breaks any more. Waiting until all is quiet …');
  const notQuiet = await untilQuiet(stack, { giveUpAfterMs: QUIET_MS_MAX, signal: options.signal, tell });
  const quietAtMs = performance.now();
  if (options.plantedDefect === 'lower-a-total') await lowerATotal(stack);
  tell('Judging …');
  const wastedMax = wastedWritesMax(stack, plan);
  const trend = health.trend();
  const judge = () => violationsOf(sceneOf(stack), { chronicle, wastedWritesMax: wastedMax, isLateAllowed: true });
  const violations = [
    ...stack.unexpectedEnds,
    ...(notQuiet === null ? await judge() : [notQuiet, ...(await failedTasksSoFar(stack))]),
    ...(trend?.violations ?? []),
  ];
  return {
    ...(await countsOf(stack, { plan, actions })),
    loadSecs: Math.round((endedAtMs - startedAtMs) / 1000),
    quietSecs: Math.round((quietAtMs - endedAtMs) / 1000),
    writes: { ...writesOf(stack), wastedMax },
    worker: trend,
    violations,
    violationsWhenTried: options.isOracleTried ? await violationsOfAPenny(stack, judge) : null,
  };
}

async function violationsOfAPenny(stack: SoakStack, judge: () => Promise<string[]>): Promise<string[]> {
  await lowerATotal(stack);
  return await judge();
}

interface Play {
  readonly plan: SoakPlan;
  readonly health: Health;
  readonly startedAtMs: number;
  readonly options: SoakOptions;
}

/** Shop and faults side by side. The worker is watched only while there is load: at rest it would look smaller than it is. */
async function play(stack: SoakStack, { plan, health, startedAtMs, options }: Play): Promise<Map<string, number>> {
  const { tell } = options;
  const end = new AbortController();
  const signal = AbortSignal.any([options.signal, end.signal]);
  const watching = health.watch(() => stack.workerPid, signal);
  try {
    const [actions] = await Promise.all([
      playShop(stack, plan.actions, { startedAtMs, signal }),
      playFaults(stack, plan.faults, { startedAtMs, signal, tell }),
    ]);
    return actions;
  } finally {
    end.abort(new Error('the other half of the soak failed'));
    await watching;
  }
}

function sceneOf(stack: SoakStack): Scene {
  const { client } = stack;
  return {
    stokly: stack.stokly,
    stoklyUrl: stack.stoklyUrl,
    dotdigital: stack.dotdigital,
    dotdigitalUrl: stack.dotdigitalUrl,
    client,
    workflowBundlePath: projectPath('dist/workflow-bundle.js'),
    async settled(customerId, until) {
      let last: CustomerState | null = null;
      await untilTrue(`customer ${customerId} is settled`, async () => {
        last = await client.workflow.getHandle(customerWorkflowId(customerId)).query(customerStateQuery, 'full');
        return !last.isBusy && last.queued === 0 && until(last);
      });
      if (last === null) throw new Error('no state');
      return last;
    },
  };
}

function writesOf(stack: SoakStack): { all: number; wasted: number } {
  const { writes, wasted } = countWrites(stack.dotdigital);
  return { all: writes, wasted: wasted.length };
}

function struckIn(stack: SoakStack): { stokly: number; dotdigital: number } {
  const { requests } = stack.stokly.account.requests.report();
  return {
    stokly: requests.filter(({ fault }) => fault !== null).length,
    dotdigital: stack.dotdigital.account.requests.all.filter(({ fault }) => fault !== null).length,
  };
}

/** A struck or refused call repeats what its attempt had written before, at most these. */
const REPEATS_OF_A_CALL_MAX = 5;
/** What a kill of worker or Temporal may find written and not yet known. */
const REPEATS_OF_A_KILL_MAX = 10;
/** Writes that chance makes superfluous: two webhooks of one order, read one after the other. */
const SHARE_WASTED_MAX = 0.02;

/** Writes that may have changed nothing. What repeats without such a reason is a defect. */
function wastedWritesMax({ dotdigital }: SoakStack, { faults }: SoakPlan): number {
  const lost = dotdigital.account.requests.all.filter(
    ({ method, status, fault }) => method !== 'GET' && (fault !== null || (status ?? 0) >= 400),
  );
  const kills = faults.filter(
    ({ what }) => what === 'kill worker' || what === 'stop worker' || what === 'kill Temporal',
  );
  const { writes } = countWrites(dotdigital);
  return Math.ceil(
    lost.length * REPEATS_OF_A_CALL_MAX + kills.length * REPEATS_OF_A_KILL_MAX + writes * SHARE_WASTED_MAX,
  );
}

async function countsOf(stack: SoakStack, run: { plan: SoakPlan; actions: ReadonlyMap<string, number> }) {
  const { delivered, refused, duplicated } = (await control(stack.stoklyUrl, ['GET', 'webhooks'])) as {
    delivered: number;
    refused: number;
    duplicated: number;
  };
  const faults: Record<string, number> = {};
  for (const fault of run.plan.faults) {
    const name = fault.what === 'vendor fault' ? `${fault.of} ${fault.name}` : fault.what;
    faults[name] = (faults[name] ?? 0) + 1;
  }
  const { orders, customers } = stack.stokly.account.store.counts();
  return {
    seed: run.plan.seed,
    plan: run.plan.fingerprint,
    actions: Object.fromEntries(run.actions),
    faults,
    orders,
    customers,
    webhooks: { delivered, refused, duplicated },
    struck: struckIn(stack),
  };
}
