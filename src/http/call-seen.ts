import type { TransportFailure } from './transport-error.js';

/** One call as it went over the wire, for whoever counts: an answer's status, or why no whole answer came. */
export interface CallSeen {
  readonly result: number | TransportFailure;
  /** From its start to the last byte of the answer; waiting for a limit is not in it. */
  readonly seconds: number;
}

/** Told of each call once, after its end; must not throw. */
export type CallObserver = (call: CallSeen) => void;
