import type { LogMetadata, Logger as TemporalLogger, LogLevel as TemporalLogLevel } from '@temporalio/common';
import { type DestinationStream, destination, type Logger, pino } from 'pino';

export type Log = Logger;

/** Keys whose values never reach a log, at the top and up to three levels down. */
const REDACTED_KEYS = [
  'accessToken',
  'apiKey',
  'apiPassword',
  'apiUser',
  'authorization',
  'Authorization',
  'billingAddressPostcode',
  'body',
  'clientId',
  'cookie',
  'dataFields',
  'email',
  'forename',
  'fullName',
  'identifiers',
  'password',
  'phone',
  'postcode',
  'secret',
  'secretKey',
  'secrets',
  'shippingAddressPostcode',
  'signature',
  'surname',
  'token',
  'webhook-signature',
] as const;

function redactedPaths(): string[] {
  return REDACTED_KEYS.flatMap((key) => {
    const step = `["${key}"]`;
    return [step, `*${step}`, `*.*${step}`, `*.*.*${step}`];
  });
}

interface LogSettings {
  readonly level: string;
  /** `worker`, `relay`, `starter`: who wrote the line. */
  readonly process: string;
}

/** JSON lines on standard error (or `stream`), written at once, so that none is lost when the process ends. */
export function createLog(settings: LogSettings, stream?: DestinationStream): Log {
  return pino(
    {
      level: settings.level,
      base: { process: settings.process },
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      redact: { paths: redactedPaths(), censor: '[redacted]' },
    },
    stream ?? destination({ dest: 2, sync: true }),
  );
}

const PINO_LEVELS = { TRACE: 'trace', DEBUG: 'debug', INFO: 'info', WARN: 'warn', ERROR: 'error' } as const;

/** The same log as the logger of Temporal's `Runtime`: SDK, workflow and activity lines come out alike. */
export function temporalLogger(log: Log): TemporalLogger {
  const write = (level: TemporalLogLevel, message: string, meta?: LogMetadata): void => {
    log[PINO_LEVELS[level]](plain(meta), message);
  };
  return {
    log: write,
    trace: (message, meta) => write('TRACE', message, meta),
    debug: (message, meta) => write('DEBUG', message, meta),
    info: (message, meta) => write('INFO', message, meta),
    warn: (message, meta) => write('WARN', message, meta),
    error: (message, meta) => write('ERROR', message, meta),
  };
}

/** pino prints an error's text and stack only under the key `err`; the SDK uses `error`. */
function plain(meta: LogMetadata | undefined): Record<string, unknown> {
  if (meta === undefined) return {};
  const { error, ...rest } = meta;
  return error instanceof Error ? { ...rest, err: error } : { ...rest, ...(error === undefined ? {} : { error }) };
}
