/** A whole year is read and laid out in one call. */
const CALL_TIMEOUT_MS = 600_000;

/** Plain JSON: what is read here are counts and statuses, no amounts. */
async function call(url: string, method: 'GET' | 'POST' | 'DELETE', body?: unknown): Promise<unknown> {
  const response = await fetch(url, {
    method,
    signal: AbortSignal.timeout(CALL_TIMEOUT_MS),
    ...(body === undefined ? {} : { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
  });
  const text = await response.text();
  if (!response.ok) throw new Error(`${method} ${url} answered ${response.status}: ${text.slice(0, 500)}`);
  return text === '' ? null : JSON.parse(text);
}

/** A change of a record, as the Dotdigital emulator keeps it. */
export interface RecordChange {
  readonly n: number;
  /** ISO 8601, of this machine's clock. */
  readonly at: string;
  readonly key: string;
  /** The record's text; null when it was deleted. */
  readonly json: string | null;
}

/** Far above what this machine can do: the vendors' limits are not what is measured. */
const REQUESTS_PER_MINUTE = 1_000_000;
/** In a seed: the emulator takes it, and answers it, in one piece. */
const SEEDED_AT_A_TIME = 1_000;

/** The Stokly emulator's controls. */
export function stoklyControls(url: string) {
  const control = `${url}/__emulator`;
  return {
    async prepare(latencyMs: number): Promise<void> {
      await call(`${control}/settings`, 'POST', { rateLimit: REQUESTS_PER_MINUTE });
      if (latencyMs > 0) await call(`${control}/faults`, 'POST', { match: {}, kind: 'latency', latencyMs });
    },
    limit: (callsAWindow: number, rateWindowMs: number) =>
      call(`${control}/settings`, 'POST', { rateLimit: callsAWindow, rateWindowMs }),
    /** A shop out of a file, as it is at its end. */
    async seedSample(dataPath: string): Promise<void> {
      await call(`${control}/seed`, 'POST', { sample: { dataPath } });
      const { sample } = (await call(`${control}/state?part=counts`, 'GET')) as { sample: { endsAt: string } };
      await call(`${control}/clock`, 'POST', { to: sample.endsAt });
    },
    async seed(what: 'customers' | 'orders' | 'refunds', objects: readonly object[]): Promise<void> {
      for (let start = 0; start < objects.length; start += SEEDED_AT_A_TIME)
        await call(`${control}/seed`, 'POST', { [what]: objects.slice(start, start + SEEDED_AT_A_TIME) });
    },
    forgetCalls: () => call(`${control}/requests`, 'DELETE'),
    async calls(): Promise<Record<string, number>> {
      const { counts } = (await call(`${control}/requests`, 'GET')) as { counts: Record<string, number> };
      return counts;
    },
  };
}

/** The Dotdigital emulator's controls. */
export function dotdigitalControls(url: string) {
  const control = `${url}/__emulator`;
  return {
    async prepare(latencyMs: number): Promise<void> {
      const rates = { low: REQUESTS_PER_MINUTE, medium: REQUESTS_PER_MINUTE, high: REQUESTS_PER_MINUTE };
      await call(`${control}/settings`, 'POST', { rates });
      if (latencyMs > 0) await call(`${control}/faults`, 'POST', { kind: 'latency', delayMs: latencyMs });
    },
    limit: (rates: { readonly low: number; readonly medium: number; readonly high: number }, windowMs: number) =>
      call(`${control}/settings`, 'POST', { rates: { ...rates, windowMs } }),
    forgetCalls: () => call(`${control}/requests`, 'DELETE'),
    async calls(): Promise<Record<string, number>> {
      // None has so high a number: only the counts are wanted.
      const answer = await call(`${control}/requests?after=${Number.MAX_SAFE_INTEGER}`, 'GET');
      return (answer as { counts: Record<string, number> }).counts;
    },
    /** Changes of records after the one with that number, in their order. */
    async recordChanges(after: number): Promise<readonly RecordChange[]> {
      const answer = await call(`${control}/changes?kind=record&after=${after}`, 'GET');
      return (answer as { changes: RecordChange[] }).changes;
    },
  };
}

export type StoklyControls = ReturnType<typeof stoklyControls>;
export type DotdigitalControls = ReturnType<typeof dotdigitalControls>;
