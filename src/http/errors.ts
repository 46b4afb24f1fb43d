/** What went wrong with a call, for whoever decides about trying again. */
export const CALL_FAILURES = [
  'unavailable',
  'rate-limited',
  'credentials-refused',
  'unreadable-answer',
  'refused',
  'aborted',
] as const;
export type CallFailure = (typeof CALL_FAILURES)[number];

/**
 * Thrown by both vendors' clients, by subclasses that name the vendor. Carries no request, header, body, address or
 * personal data: only what was tried (a label such as `GET saleorders/{id}/items`), on which id, and what came back.
 */
export class VendorCallError extends Error {
  override readonly name: string = 'VendorCallError';
  constructor(
    readonly failure: CallFailure,
    message: string,
    readonly detail: CallErrorDetail = {},
  ) {
    super(message);
  }
}

export interface CallErrorDetail {
  /** HTTP status; absent when no answer came. */
  readonly status?: number;
  /** When a next try may go out, in ms from now. */
  readonly retryAfterMs?: number;
  /** True when a write may have taken effect although no answer said so. */
  readonly isEffectUnknown?: boolean;
  /** True when the call was never sent: the limit held it back for as long as its caller had. */
  readonly isHeldBack?: boolean;
  /** True when the call was never sent: for as long as its caller had, another one looked whether the credentials work. */
  readonly isAtGate?: boolean;
  /** The vendor's own error code; never its free text. */
  readonly code?: string;
}
