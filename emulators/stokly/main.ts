import { createStoklyEmulator, DEMO_CREDENTIALS } from './index.js';

const PORT_SETTING = 'STOKLY_EMULATOR_PORT';
const PORT_DEFAULT = 4010;

function portFromEnvironment(): number {
  const text = process.env[PORT_SETTING] ?? String(PORT_DEFAULT);
  const port = /^\d{1,5}$/.test(text) ? Number(text) : Number.NaN;
  if (!(port <= 65_535)) {
    throw new Error(`${PORT_SETTING} must be a port from 0 to 65535, not "${text}"`);
  }
  return port;
}

async function main(): Promise<void> {
  const port = portFromEnvironment();
  const emulator = createStoklyEmulator({
    credentials: {
      accountKey: process.env['STOKLY_EMULATOR_ACCOUNT_KEY'] ?? DEMO_CREDENTIALS.accountKey,
      clientId: process.env['STOKLY_EMULATOR_CLIENT_ID'] ?? DEMO_CREDENTIALS.clientId,
      secretKey: process.env['STOKLY_EMULATOR_SECRET_KEY'] ?? DEMO_CREDENTIALS.secretKey,
    },
  });
  const stop = (): void => {
    void emulator.stop().then(() => process.exit(0));
  };
  process.once('SIGTERM', stop);
  process.once('SIGINT', stop);
  const { url } = await emulator.start(port);
  console.log(`Stokly emulator on ${url}`);
}

/** One line that a person can act on. */
function sayWhy(error: unknown): string {
  if (error instanceof Error && 'code' in error && error.code === 'EADDRINUSE') {
    return `Stokly emulator: the port is taken; set ${PORT_SETTING} to a free one`;
  }
  return `Stokly emulator: ${error instanceof Error ? error.message : String(error)}`;
}

main().catch((error: unknown) => {
  console.error(sayWhy(error));
  process.exit(1);
});
