import { type CallErrorDetail, type CallFailure, VendorCallError } from '../http/errors.js';

/**
 * Thrown by everything that calls Dotdigital, when the caller cannot go on: Dotdigital is down, limits us, refuses the
 * credentials, or answers what nobody can read. A record-level no is no error: see `Refused`.
 */
export class DotdigitalCallError extends VendorCallError {
  override readonly name = 'DotdigitalCallError';
  constructor(failure: CallFailure, whatHappened: string, detail: CallErrorDetail = {}) {
    super(failure, `Dotdigital: ${whatHappened}`, detail);
  }
}
