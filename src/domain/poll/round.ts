import { compareTexts } from '../instants.js';
import { LIMITS } from '../limits.js';
import {
  type Change,
  type ChangeCursor,
  changeKey,
  type ChangesPage,
  type OpenOrdersCompared,
  type PollField,
  POLL_STREAMS,
  type PollStream,
  type WaitingChange,
  type WakesDone,
} from './change.js';
import { firstMemory, type PollMemory, sinceOf, type StreamMark } from './memory.js';

/** One stream in the round that is under way. */
export interface StreamRound {
  /** From when on it is read; the same for all of its pages. */
  readonly since: string;
  readonly cursor: ChangeCursor | null;
  readonly field: PollField | null;
  readonly isDone: boolean;
  readonly isOff: boolean;
  /** Why it could not be read to its end; its watermark then stays. */
  readonly problem: string | null;
  /** There was no room to remember what could not be woken: the watermark stays, and it is found again. */
  readonly isHeldBack: boolean;
  readonly found: number;
  readonly newestAt: string;
  readonly recent: readonly string[];
}

/** All that a round knows; plain JSON, carried over its own continue-as-new. */
export interface PollRound {
  /** ISO instant: what the watermarks move to. */
  readonly startedAt: string;
  readonly memory: PollMemory;
  readonly streams: Readonly<Record<PollStream, StreamRound>>;
  readonly waiting: readonly WaitingChange[];
  readonly openOrders: Readonly<Record<string, string>> | null;
  readonly openUnwatched: number;
  readonly woken: number;
  readonly withoutCustomer: number;
  /** Orders that Stokly did not show within a day. */
  readonly givenUp: number;
  readonly unreadable: number;
}

export function beginRound(left: PollMemory | null, nowMs: number): PollRound {
  const memory = left ?? firstMemory(nowMs);
  const begin = (stream: PollStream): StreamRound => ({
    since: sinceOf(memory.streams[stream]),
    cursor: null,
    field: null,
    isDone: false,
    isOff: false,
    problem: null,
    isHeldBack: false,
    found: 0,
    newestAt: memory.streams[stream].newestAt,
    recent: memory.streams[stream].recent,
  });
  return {
    startedAt: new Date(nowMs).toISOString(),
    memory,
    streams: { orders: begin('orders'), refunds: begin('refunds'), customers: begin('customers') },
    waiting: memory.waiting,
    openOrders: null,
    openUnwatched: 0,
    woken: 0,
    withoutCustomer: 0,
    givenUp: 0,
    unreadable: 0,
  };
}

export function streamsToRead(round: PollRound): PollStream[] {
  return POLL_STREAMS.filter((stream) => !round.streams[stream].isDone);
}

/** The changes of a page that no round has seen yet. */
export function freshOf(round: PollRound, stream: PollStream, page: ChangesPage): Change[] {
  const recent = new Set(round.streams[stream].recent);
  return page.changes.filter((change) => !recent.has(changeKey(change)));
}

export function takePage(round: PollRound, stream: PollStream, page: ChangesPage): PollRound {
  const before = round.streams[stream];
  const newestAt = page.lastAt !== null && page.lastAt > before.newestAt ? page.lastAt : before.newestAt;
  const after: StreamRound = {
    ...before,
    cursor: page.next,
    field: page.field,
    isDone: page.next === null,
    isOff: page.isOff,
    found: before.found + freshOf(round, stream, page).length,
    newestAt,
  };
  return { ...withStream(round, stream, after), unreadable: round.unreadable + page.unreadable };
}

/** The stream waits for the next round: its watermark stays where it was. */
export function failStream(round: PollRound, stream: PollStream, problem: string): PollRound {
  return withStream(round, stream, { ...round.streams[stream], isDone: true, problem });
}

/**
 * What came of waking. What could not be woken waits for the next round, as far as there is room; beyond that it is forgotten here, its stream's
 * watermark stays, and the next round finds it again. An order that Stokly does not show is asked for during a day.
 */
export function takeWakes(round: PollRound, changes: readonly Change[], done: WakesDone): PollRound {
  const { waiting, forgotten, givenUp } = waitingAfter(round, changes, done);
  const remembered = changes.filter((change) => !forgotten.has(change));
  const heldBack = new Set([...forgotten].map(({ stream }) => stream));
  const notWoken = done.failed.length + done.unknown.length + done.withoutCustomer.length;
  const counted: PollRound = {
    ...round,
    waiting,
    givenUp: round.givenUp + givenUp,
    withoutCustomer: round.withoutCustomer + done.withoutCustomer.length,
    woken: round.woken + changes.length - notWoken,
  };
  return POLL_STREAMS.reduce<PollRound>((next, stream) => {
    const before = next.streams[stream];
    const own = remembered.filter((change) => change.stream === stream).map(changeKey);
    return withStream(next, stream, {
      ...before,
      recent: newestOf([...new Set([...before.recent, ...own])]),
      isHeldBack: before.isHeldBack || heldBack.has(stream),
    });
  }, counted);
}

function waitingAfter(round: PollRound, changes: readonly Change[], { failed, unknown }: WakesDone) {
  const since = new Map(round.waiting.map((change) => [changeKey(change), change.since]));
  const handled = new Set(changes.map(changeKey));
  const waiting = round.waiting.filter((change) => !handled.has(changeKey(change)));
  const forgotten = new Set<Change>();
  let givenUp = 0;
  for (const at of [...failed, ...unknown].toSorted((left, right) => left - right)) {
    const change = changes[at];
    if (change === undefined) continue;
    const waitsSince = since.get(changeKey(change)) ?? round.startedAt;
    const waitsMs = Date.parse(round.startedAt) - Date.parse(waitsSince);
    if (unknown.includes(at) && waitsMs >= LIMITS.notFoundGiveUpMs) givenUp += 1;
    else if (waiting.length < LIMITS.pollWaiting) waiting.push({ ...change, since: waitsSince });
    else forgotten.add(change);
  }
  return { waiting, forgotten, givenUp };
}

/** The account has no `timeUpdated`: changes of open orders are found by comparing their headers. */
export function isOpenOrdersDue({ streams: { orders } }: PollRound): boolean {
  return orders.field === 'createdAt' && orders.problem === null;
}

export function takeOpenOrders(round: PollRound, open: OpenOrdersCompared): PollRound {
  const orders = { ...round.streams.orders, found: round.streams.orders.found + open.changes.length };
  return { ...withStream(round, 'orders', orders), openOrders: open.openOrders, openUnwatched: open.unwatched };
}

/** What the round leaves: a stream that was read to its end has its watermark moved, last of all. */
export function memoryAfter(round: PollRound): PollMemory {
  const markOf = (stream: PollStream): StreamMark => {
    const { problem, isHeldBack, isOff, isDone, newestAt, recent } = round.streams[stream];
    const before = round.memory.streams[stream];
    // Off: nothing was asked, so when it comes on again it is read from where it stood.
    if (!isDone || isOff || isHeldBack || problem !== null) return { ...before, recent };
    const mark = { watermark: round.startedAt, newestAt };
    const since = sinceOf(mark);
    return { ...mark, recent: recent.filter((key) => stampOf(key) >= since) };
  };
  return {
    streams: { orders: markOf('orders'), refunds: markOf('refunds'), customers: markOf('customers') },
    waiting: round.waiting,
    openOrders: openOrdersAfter(round),
  };
}

/** Fingerprints that were not taken anew stay as they were, so that what differs is found again. */
function openOrdersAfter({ memory, openOrders, streams: { orders } }: PollRound): PollMemory['openOrders'] {
  if (orders.field === 'timeUpdated') return null;
  return orders.problem !== null || orders.isHeldBack ? memory.openOrders : (openOrders ?? memory.openOrders);
}

/** By their stamps, and not by when they were met: else each round would forget what the next is shown, and wake for all of it again. */
function newestOf(recent: readonly string[]): readonly string[] {
  if (recent.length <= LIMITS.pollRecent) return recent;
  const byStamp = recent.toSorted((left, right) => compareTexts(stampOf(left), stampOf(right)));
  return byStamp.slice(-LIMITS.pollRecent);
}

function stampOf(key: string): string {
  return key.slice(key.lastIndexOf(' ') + 1);
}

function withStream(round: PollRound, stream: PollStream, after: StreamRound): PollRound {
  return { ...round, streams: { ...round.streams, [stream]: after } };
}
