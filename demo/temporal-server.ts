import { Connection } from '@temporalio/client';
import { SEARCH_ATTRIBUTES } from '../src/contract/search-attributes.js';
import type { Processes, RunningProcess } from './processes.js';

export interface TemporalServerOptions {
  /** The `temporal` binary. */
  readonly cliPath: string;
  readonly port: number;
  /** Null: no UI. */
  readonly uiPort: number | null;
  /** Null: everything in memory. */
  readonly databasePath: string | null;
  /** More of Temporal's dynamic settings, `key=value`: for tests of its limits. */
  readonly dynamicConfig?: readonly string[];
}

export interface TemporalServer {
  readonly address: string;
  readonly process: RunningProcess;
}

function startArguments(options: TemporalServerOptions): string[] {
  const persistence =
    options.databasePath === null
      ? []
      : // Without these two a database in a file is several times slower, and nothing here has to survive a power cut.
        [
          '--db-filename',
          options.databasePath,
          '--sqlite-pragma',
          'journal_mode=WAL',
          '--sqlite-pragma',
          'synchronous=OFF',
        ];
  const ui = options.uiPort === null ? ['--headless'] : ['--ui-port', String(options.uiPort)];
  const attributes = SEARCH_ATTRIBUTES.flatMap(({ key, typeName }) => [
    '--search-attribute',
    `${key.name}=${typeName}`,
  ]);
  const always = ['--ip', '127.0.0.1', '--port', String(options.port), '--log-level', 'warn'];
  const dynamic = [
    // The server's side of eager activities: they spare a round trip through matching.
    'system.enableActivityEagerExecution=true',
    // Its tasks are read from its one shard 20 times a second by default: under load each step of an order would wait up to 50 ms.
    'history.transferProcessorMaxPollRPS=200',
    // A workflow task that was killed again and again gets ever more time, up to ten minutes, which a further kill lets pass.
    'history.workflowTaskRetryMaxInterval="20s"',
    ...(options.dynamicConfig ?? []),
  ];
  const settings = dynamic.flatMap((setting) => ['--dynamic-config-value', setting]);
  return ['server', 'start-dev', ...always, ...ui, ...persistence, ...attributes, ...settings];
}

async function isServing(address: string): Promise<boolean> {
  const connection = await Connection.connect({ address, connectTimeout: '2s' });
  try {
    await connection.workflowService.describeNamespace({ namespace: 'default' });
    return true;
  } finally {
    await connection.close();
  }
}

/** It chooses its inner ports before it binds them: where another process was quicker it panics at once, and hardly a second time. */
const STARTS_MAX = 3;

/** Starts Temporal's dev server with our search attributes and waits until its namespace answers. */
export async function startTemporalServer(
  processes: Processes,
  options: TemporalServerOptions,
): Promise<TemporalServer> {
  const address = `127.0.0.1:${options.port}`;
  // Go's collector runs a quarter as often: a tenth less CPU for some more memory (docs/performance.md).
  const env = { GOGC: '400', ...process.env };
  const spec = { name: 'temporal', command: options.cliPath, args: startArguments(options), env };
  const isReady = (): Promise<boolean> => isServing(address);
  const running = await processes.startUntilReady(spec, { isReady, startsMax: STARTS_MAX });
  return { address, process: running };
}
