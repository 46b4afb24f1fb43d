/** Thrown by a handler to answer with that status and Stokly's error body `{message}`. */
export class ApiError extends Error {
  constructor(
    readonly status: number,
    message: string,
    readonly headers: Readonly<Record<string, string>> = {},
  ) {
    super(message);
    this.name = 'ApiError';
  }
}

export function notFound(): ApiError {
  return new ApiError(404, 'Not found');
}

export function badRequest(message: string): ApiError {
  return new ApiError(400, message);
}
