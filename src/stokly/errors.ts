import { type CallErrorDetail, type CallFailure, VendorCallError } from '../http/errors.js';

/** Stands in the label of a call that is made for several: what went wrong follows. */
export const GATHERED = ' (gathered)';

/**
 * Thrown by everything that calls Stokly, when the caller cannot go on: Stokly is down, limits us, refuses the
 * credentials, or answers what nobody can read. What is wrong with one order is no error: see `UnreadableOrder`.
 */
export class StoklyCallError extends VendorCallError {
  override readonly name = 'StoklyCallError';
  constructor(failure: CallFailure, whatHappened: string, detail: CallErrorDetail = {}) {
    super(failure, `Stokly: ${whatHappened}`, detail);
  }

  /** The same for one of several callers that a call was made for, named by what that one wanted. */
  about(label: string): StoklyCallError {
    const at = this.message.indexOf(GATHERED);
    if (at < 0) return this;
    return new StoklyCallError(this.failure, label + this.message.slice(at + GATHERED.length), this.detail);
  }
}
