import { Client, Connection } from '@temporalio/client';
import type { TemporalSettings } from './config.js';

/** A client with its own connection. */
export interface TemporalAccess {
  readonly client: Client;
  readonly connection: Connection;
  readonly namespace: string;
  close(): Promise<void>;
}

/** Thrown when Temporal does not answer or refuses us; its message says where and what to look at, never a key. */
export class TemporalConnectError extends Error {
  override readonly name: string = 'TemporalConnectError';
}

/**
 * gRPC waits longer and longer (up to two minutes) before it tries a lost server again. Whoever waits for us is a webhook
 * sender or a person: try at least every two seconds.
 */
const RECONNECT = { 'grpc.initial_reconnect_backoff_ms': 250, 'grpc.max_reconnect_backoff_ms': 2_000 };

/** Answers at once and connects with the first call: for processes that outlive an outage of Temporal. */
export function openTemporal(settings: TemporalSettings): TemporalAccess {
  return withClient(Connection.lazy({ ...settings.connectionOptions, channelArgs: RECONNECT }), settings.namespace);
}

/**
 * Connects now and sees that the namespace is there.
 * @throws TemporalConnectError
 */
export async function connectTemporal(settings: TemporalSettings, timeoutMs = 5_000): Promise<TemporalAccess> {
  const access = openTemporal(settings);
  try {
    await access.client.withDeadline(Date.now() + timeoutMs, () =>
      access.connection.workflowService.describeNamespace({ namespace: settings.namespace }),
    );
    return access;
  } catch (error) {
    await access.close();
    throw new TemporalConnectError(describeConnectFailure(error, settings), { cause: error });
  }
}

/** gRPC status codes, from https://grpc.io/docs/guides/status-codes/. */
const NOT_FOUND = 5;
const PERMISSION_DENIED = 7;
const UNAUTHENTICATED = 16;

function describeConnectFailure(error: unknown, { address, namespace }: TemporalSettings): string {
  const code = grpcCodeOf(error);
  if (code === NOT_FOUND) {
    return `Temporal at ${address} has no namespace ${namespace}: create it, or set TEMPORAL_NAMESPACE`;
  }
  if (code === PERMISSION_DENIED || code === UNAUTHENTICATED) {
    return `Temporal at ${address} refuses access to namespace ${namespace}: look at TEMPORAL_API_KEY or the TLS settings`;
  }
  return `Temporal does not answer at ${address}: is it running, and is TEMPORAL_ADDRESS right?`;
}

/** The gRPC status code of an error of the client, or of what caused it; null for any other error. */
export function grpcCodeOf(error: unknown): number | null {
  if (!(error instanceof Error)) return null;
  if ('code' in error && typeof error.code === 'number') return error.code;
  return grpcCodeOf(error.cause);
}

/** gRPC status codes of a query that no worker answers: CANCELLED, DEADLINE_EXCEEDED, FAILED_PRECONDITION. */
const UNANSWERED = new Set([1, 4, 9]);

/** Whether a query failed because no worker answered it in time. */
export function isUnanswered(error: unknown): boolean {
  return UNANSWERED.has(grpcCodeOf(error) ?? -1);
}

function withClient(connection: Connection, namespace: string): TemporalAccess {
  return {
    client: new Client({ connection, namespace }),
    connection,
    namespace,
    close: () => connection.close(),
  };
}
