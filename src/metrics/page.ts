import { createServer, type Server, type ServerResponse } from 'node:http';
import { Registry } from 'prom-client';

/** Thrown when the page cannot be shown where the settings say; its message says which to change. */
export class MetricsPageError extends Error {
  override readonly name = 'MetricsPageError';
}

export interface MetricsPageOptions {
  readonly host: string;
  readonly port: number;
  /** Our own metrics. */
  readonly text: () => Promise<string>;
  /** Where Temporal's SDK shows its own: they stand below ours. */
  readonly temporalUrl: string;
}

export interface MetricsPage {
  readonly url: string;
  close(): Promise<void>;
}

/** The SDK's page lies on this machine; whoever looks at ours must not wait for it longer. */
const TEMPORAL_TIMEOUT_MS = 1_000;

/**
 * `GET /metrics`, and nothing else: all that one process counts, on one page.
 * @throws MetricsPageError
 */
export async function openMetricsPage(options: MetricsPageOptions): Promise<MetricsPage> {
  const server = createServer((request, response) => {
    if (request.url !== '/metrics' || request.method !== 'GET') {
      answer(response, 404, 'GET /metrics is all there is\n');
      return;
    }
    Promise.all([options.text(), temporalText(options.temporalUrl)]).then(
      (parts) => answer(response, 200, parts.join('')),
      () => answer(response, 500, 'the metrics could not be read\n'),
    );
  });
  server.requestTimeout = 5_000;
  server.headersTimeout = 5_000;
  const port = await listen(server, options);
  return {
    url: `http://${options.host.includes(':') ? `[${options.host}]` : options.host}:${port}/metrics`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function answer(response: ServerResponse, status: number, text: string): void {
  response.writeHead(status, { 'content-type': status === 200 ? Registry.PROMETHEUS_CONTENT_TYPE : 'text/plain' });
  response.end(text);
}

async function temporalText(url: string): Promise<string> {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(TEMPORAL_TIMEOUT_MS) });
    return await response.text();
  } catch {
    return "# Temporal's own metrics could not be read this time\n";
  }
}

async function listen(server: Server, { host, port }: MetricsPageOptions): Promise<number> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error) => reject(new MetricsPageError(describe(error, `${host}:${port}`), { cause: error })));
    server.listen(port, host, resolve);
  });
  const address = server.address();
  return typeof address === 'object' && address !== null ? address.port : port;
}

function describe(error: Error, where: string): string {
  if ('code' in error && error.code === 'EADDRINUSE') {
    return `the page of metrics cannot be shown at ${where}, the port is taken: set METRICS_PORT to a free one, or to 0 for no page`;
  }
  return `the page of metrics cannot be shown at ${where}: look at METRICS_HOST and METRICS_PORT`;
}
