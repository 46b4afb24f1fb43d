import { type PollStream, POLL_STREAMS } from './change.js';
import { memoryAfter, type PollRound } from './round.js';

/** What a round came to, as its run gives it back: `contract/poll.ts` says what each means. */
export function resultOf(round: PollRound, nowMs: number) {
  const { orders, refunds, customers } = round.streams;
  const problems = POLL_STREAMS.flatMap((stream): [PollStream, string][] => {
    const { problem } = round.streams[stream];
    return problem === null ? [] : [[stream, problem]];
  });
  const memory = memoryAfter(round);
  return {
    startedAt: round.startedAt,
    endedAt: new Date(nowMs).toISOString(),
    found: { orders: orders.found, refunds: refunds.found, customers: customers.found },
    woken: round.woken,
    withoutCustomer: round.withoutCustomer,
    waiting: round.waiting.length,
    givenUp: round.givenUp,
    unreadable: round.unreadable,
    problems: Object.fromEntries(problems),
    openOrders:
      memory.openOrders === null
        ? null
        : { watched: Object.keys(memory.openOrders).length, unwatched: round.openUnwatched },
    memory,
  };
}
