/** What the clients ask of a logger (pino's shape). Only labels, counts, key paths and ids go in; never values. */
export interface CallLog {
  info(fields: Readonly<Record<string, unknown>>, message: string): void;
  warn(fields: Readonly<Record<string, unknown>>, message: string): void;
}

export const SILENT_LOG: CallLog = { info: () => undefined, warn: () => undefined };
