export const POLL_STREAMS = ['orders', 'refunds', 'customers'] as const;
/** What Stokly keeps apart, and the poll too: each has a watermark of its own. */
export type PollStream = (typeof POLL_STREAMS)[number];

/** The field by which a stream is read: `createdAt` for accounts without `timeUpdated`, and then only new rows are seen. */
export type PollField = 'timeUpdated' | 'createdAt';

/** A row of Stokly's that is new or changed. A hint, never the data; no personal data. Instants are ISO texts in UTC. */
export interface Change {
  readonly stream: PollStream;
  /** Of the order, the refund or the customer. */
  readonly id: string;
  /** Absent for a customer. */
  readonly orderId?: string;
  /** Null: an order without customer (a till sale), nobody to wake. Absent: to be asked for by the order (a refund names none). */
  readonly customerId?: string | null;
  /** When it changed, or was found changed. */
  readonly at: string;
  /** Absent for accounts without `timeUpdated`: a wake without a version is always read. */
  readonly version?: string;
}

/** A change whose customer could not be woken: it goes into the next round. */
export interface WaitingChange extends Change {
  /** ISO instant of the first round that could not. */
  readonly since: string;
}

/** Where the reading of a stream has come to. */
export interface ChangeCursor {
  readonly field: PollField;
  readonly at: string;
  readonly id: string;
}

/** One page of a stream. */
export interface ChangesPage {
  readonly field: PollField;
  /** The account does not have this stream (setting `STOKLY_REFUNDS`): nothing was asked. */
  readonly isOff: boolean;
  readonly changes: readonly Change[];
  /** Rows that could not be read so far that anyone could be woken for them. */
  readonly unreadable: number;
  /** When the last row of the page changed, readable or not; null where there was none. */
  readonly lastAt: string | null;
  /** Null: that was the last page. */
  readonly next: ChangeCursor | null;
}

/** Open orders held against their fingerprints of the round before. */
export interface OpenOrdersCompared {
  /** Those that differ, and those that are not open any more. */
  readonly changes: readonly Change[];
  /** Fingerprint by order id. */
  readonly openOrders: Readonly<Record<string, string>>;
  /** Open orders beyond the bound, the oldest: what changes in them is not seen. */
  readonly unwatched: number;
}

/** What waking came to: all but these were woken. Positions in the list that was given. */
export interface WakesDone {
  readonly withoutCustomer: readonly number[];
  /** Stokly does not show the order yet. */
  readonly unknown: readonly number[];
  /** Temporal refused the signal (a run takes 10,000), or Stokly did not say whose order it is. */
  readonly failed: readonly number[];
}

const EVENT_PREFIX = 'poll:';

/** One change and one only: a row that was found twice with the same stamp is the same change. */
export function changeKey({ id, at }: Pick<Change, 'id' | 'at'>): string {
  return `${id} ${at}`;
}

/** Repeats of one change carry one event id, so that a customer takes it once. */
export function changeEventId({ stream, id, at }: Change): string {
  return `${EVENT_PREFIX}${stream}:${id}:${at}`;
}

/** Whether the poll sent it: most of what it sends has come by webhook already, and is not worth a word. */
export function isPollEvent(eventId: string): boolean {
  return eventId.startsWith(EVENT_PREFIX);
}
