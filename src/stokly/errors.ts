import { type CallErrorDetail, type CallFailure, VendorCallError } from '../http/errors.js';

/**
 * Thrown by everything that calls Stokly, when the caller cannot go on: Stokly is down, limits us, refuses the
 * credentials, or answers what nobody can read. What is wrong with one order is no error: see `UnreadableOrder`.
 */
export class StoklyCallError extends VendorCallError {
  override readonly name = 'StoklyCallError';
  constructor(failure: CallFailure, whatHappened: string, detail: CallErrorDetail = {}) {
    super(failure, `Stokly: ${whatHappened}`, detail);
  }
}
