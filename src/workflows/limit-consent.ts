import {
  allHandlersFinished,
  condition,
  continueAsNew,
  getExternalWorkflowHandle,
  setCurrentDetails,
  setHandler,
  workflowInfo,
} from '@temporalio/workflow';
import { customerWorkflowId } from '../contract/ids.js';
import {
  type AdmitLowering,
  admitLoweringUpdate,
  breakerStateQuery,
  type BreakerState,
  type LoweringAnswer,
  releaseLoweringsSignal,
  wakeCustomerSignal,
} from '../contract/messages.js';
import { LIMITS } from '../domain/limits.js';

interface BreakerCarried {
  /** Epoch ms of each admitted lowering within the last hour. */
  admittedAtMs: number[];
  openedAtMs: number | null;
  refusedSinceOpened: number;
  /** Bounded by `LIMITS.breakerWaiting`: whom to wake when it is released. */
  waitingCustomers: string[];
}

const HOUR_MS = 3_600_000;

/**
 * The account's one consent breaker (`consent-breaker`): each lowering of a subscription asks it first. More than the allowed
 * number within an hour opens it, and then nothing is lowered until a person releases it: a bad import in the ERP must not
 * unsubscribe a whole list. Never ends; continues as new.
 */
export async function limitConsentWorkflow(carried: Partial<BreakerCarried> = {}): Promise<never> {
  const state: BreakerCarried = {
    admittedAtMs: [],
    openedAtMs: null,
    refusedSinceOpened: 0,
    waitingCustomers: [],
    ...carried,
  };
  let toWake: string[] = [];
  setHandler(admitLoweringUpdate, (ask) => admit(state, ask), {
    description: 'Asked before each lowering. Example: {"customerId":"<uuid>","maxPerHour":25}',
    validator: ({ customerId, maxPerHour }) => {
      if (typeof customerId !== 'string' || typeof maxPerHour !== 'number')
        throw new Error('customerId (text) and maxPerHour (number) are needed');
    },
  });
  setHandler(breakerStateQuery, () => breakerState(state), {
    description: 'Whether lowerings are admitted, and who waits.',
  });
  setHandler(
    releaseLoweringsSignal,
    () => {
      toWake = [...toWake, ...state.waitingCustomers];
      Object.assign(state, { admittedAtMs: [], openedAtMs: null, refusedSinceOpened: 0, waitingCustomers: [] });
    },
    { description: 'Lets lowerings go on. Example: {"actor":"jane","reason":"checked the import of 24 November"}' },
  );
  for (;;) {
    setCurrentDetails(breakerWords(state));
    await condition(() => toWake.length > 0 || mustContinue());
    const waking = toWake;
    toWake = [];
    for (const customerId of waking) await wakeWaiting(customerId);
    if (mustContinue() && toWake.length === 0 && allHandlersFinished())
      await continueAsNew<typeof limitConsentWorkflow>(state);
  }
}

function mustContinue(): boolean {
  return workflowInfo().continueAsNewSuggested || workflowInfo().historyLength >= LIMITS.eventsPerRun;
}

function admit(state: BreakerCarried, { customerId, maxPerHour }: AdmitLowering): LoweringAnswer {
  const nowMs = Date.now();
  state.admittedAtMs = state.admittedAtMs.filter((at) => nowMs - at < HOUR_MS);
  if (state.openedAtMs === null && state.admittedAtMs.length >= maxPerHour) state.openedAtMs = nowMs;
  const isAdmitted = state.openedAtMs === null;
  if (isAdmitted) {
    state.admittedAtMs.push(nowMs);
  } else {
    state.refusedSinceOpened += 1;
    if (!state.waitingCustomers.includes(customerId) && state.waitingCustomers.length < LIMITS.breakerWaiting)
      state.waitingCustomers.push(customerId);
  }
  setCurrentDetails(breakerWords(state));
  return { isAdmitted, admittedLastHour: state.admittedAtMs.length };
}

function breakerState(state: BreakerCarried): BreakerState {
  const nowMs = Date.now();
  return {
    isOpen: state.openedAtMs !== null,
    admittedLastHour: state.admittedAtMs.filter((at) => nowMs - at < HOUR_MS).length,
    openedAt: state.openedAtMs === null ? null : new Date(state.openedAtMs).toISOString(),
    refusedSinceOpened: state.refusedSinceOpened,
    waitingCustomers: state.waitingCustomers,
  };
}

function breakerWords(state: BreakerCarried): string {
  const { isOpen, admittedLastHour, openedAt, refusedSinceOpened } = breakerState(state);
  if (!isOpen) return `**closed** · ${admittedLastHour} subscription(s) lowered within the last hour`;
  return `**OPEN since ${openedAt ?? ''}** · ${refusedSinceOpened} lowering(s) wait. Look at why so many people lost consent at once; then signal \`releaseLowerings\` with {"actor":"…","reason":"…"}`;
}

/** A customer that is not there any more is no reason to fail. */
async function wakeWaiting(customerId: string): Promise<void> {
  try {
    const eventId = `consent-released:${customerId}:${workflowInfo().historyLength}`;
    await getExternalWorkflowHandle(customerWorkflowId(customerId)).signal(wakeCustomerSignal, {
      eventId,
      kind: 'customer',
    });
  } catch {
    setCurrentDetails(`Could not wake customer ${customerId}: its workflow is not there.`);
  }
}
