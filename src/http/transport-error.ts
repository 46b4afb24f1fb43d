import type { CallErrorDetail, CallFailure } from './errors.js';

/** Why no whole answer came. */
export type TransportFailure = 'aborted' | 'timed-out' | 'not-reached' | 'connection-lost' | 'answer-too-large';

/** Thrown by the transport alone. Carries nothing of the request; the vendor clients turn it into their own error. */
export class TransportError extends Error {
  override readonly name = 'TransportError';
  constructor(
    readonly failure: TransportFailure,
    /** False only where it is certain that the other side got nothing. */
    readonly wasSent: boolean,
  ) {
    super(failure);
  }
}

/** What a vendor client says about a call that got no whole answer. */
export interface TransportVerdict {
  readonly failure: CallFailure;
  /** Goes behind the label of the call. */
  readonly words: string;
  readonly detail: CallErrorDetail;
}

const WORDS: Readonly<Record<TransportFailure, string>> = {
  aborted: 'was given up by its caller',
  'timed-out': 'got no whole answer in time',
  'not-reached': 'could not be sent: the address does not answer',
  'connection-lost': 'lost its connection before the answer was whole',
  'answer-too-large': 'got an answer larger than any that is expected',
};

/** Reads nothing twice: a read has no effect, a write that was sent may have had one. */
export function judgeTransportError(error: TransportError, isWrite: boolean): TransportVerdict {
  const detail = isWrite && error.wasSent ? { isEffectUnknown: true } : {};
  return { failure: callFailureOf(error.failure), words: WORDS[error.failure], detail };
}

function callFailureOf(failure: TransportFailure): CallFailure {
  switch (failure) {
    case 'aborted':
      return 'aborted';
    case 'answer-too-large':
      return 'unreadable-answer';
    case 'timed-out':
    case 'not-reached':
    case 'connection-lost':
      return 'unavailable';
  }
}
