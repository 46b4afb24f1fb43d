/** Thrown by a route to answer with this status and body; `null` answers without a body. */
export class AnswerError extends Error {
  override readonly name = 'AnswerError';
  constructor(
    readonly status: number,
    readonly body: Readonly<Record<string, unknown>> | null,
  ) {
    super(`answers ${status}`);
  }
}

export interface ErrorDetail {
  readonly item: string;
  readonly description: string;
}

/** A v3 error: `errorCode` is `<service>:<code>` (vendor's OpenAPI, `errorResponse`). */
export function v3Error(
  status: number,
  code: string,
  rest: { description: string; details?: ErrorDetail[] },
): AnswerError {
  return new AnswerError(status, { errorCode: code, ...rest });
}

/** A v2 error: one sentence that ends in an `ERROR_…` token. */
export function v2Error(status: number, message: string): AnswerError {
  return new AnswerError(status, { message });
}

/** What this emulator does not imitate says so, by name: a test must never pass on a guess. */
export function notEmulated(what: string): AnswerError {
  return new AnswerError(501, { errorCode: 'emulator:notEmulated', description: `not emulated: ${what}` });
}
