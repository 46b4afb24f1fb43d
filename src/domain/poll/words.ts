import { POLL_STREAMS, type PollStream } from './change.js';

/** What is said of a round; a part of `PollChangesResult`. */
interface SaidOfRound {
  readonly found: Readonly<Record<PollStream, number>>;
  readonly woken: number;
  readonly withoutCustomer: number;
  readonly waiting: number;
  readonly givenUp: number;
  readonly unreadable: number;
  readonly problems: Readonly<Partial<Record<PollStream, string>>>;
  readonly openOrders: { readonly watched: number; readonly unwatched: number } | null;
}

/** One round in words, for details and for people: what was found, what came of it, what is wrong. */
export function pollText(round: SaidOfRound): string {
  const found = POLL_STREAMS.filter((stream) => round.found[stream] > 0)
    .map((stream) => `${round.found[stream]} ${round.found[stream] === 1 ? stream.slice(0, -1) : stream}`)
    .join(', ');
  const parts = [
    found === '' ? 'nothing new' : `new or changed: ${found}`,
    round.woken > 0 ? `${round.woken} woken` : null,
    round.withoutCustomer > 0 ? `${round.withoutCustomer} without customer` : null,
    round.waiting > 0 ? `${round.waiting} could not be woken and go into the next round` : null,
    round.givenUp > 0 ? `${round.givenUp} given up: Stokly did not show the order within a day` : null,
    round.unreadable > 0 ? `${round.unreadable} rows could not be read` : null,
    openText(round.openOrders),
    ...POLL_STREAMS.map((stream) => problemText(stream, round.problems[stream])),
  ];
  return parts.filter((part) => part !== null).join('; ');
}

function openText(open: SaidOfRound['openOrders']): string | null {
  if (open === null) return null;
  const unwatched = open.unwatched > 0 ? `, ${open.unwatched} older ones are not` : '';
  return `${open.watched} open orders watched by fingerprint${unwatched}`;
}

function problemText(stream: PollStream, problem: string | undefined): string | null {
  return problem === undefined ? null : `${stream} not read to the end (${problem})`;
}
