import { createStoklyEmulator, DEMO_CREDENTIALS, type StoklyEmulator } from './index.js';

const PORT_SETTING = 'STOKLY_EMULATOR_PORT';
const PORT_DEFAULT = 4010;

/**
 * Starts an emulator as the environment says. Throws an error whose message is one line that a person can act on: a port that
 * is none, or one that is taken.
 */
export async function launch(
  environment: Readonly<Record<string, string | undefined>>,
): Promise<{ emulator: StoklyEmulator; url: string }> {
  const port = portOf(environment[PORT_SETTING] ?? String(PORT_DEFAULT));
  const emulator = createStoklyEmulator({
    credentials: {
      accountKey: environment['STOKLY_EMULATOR_ACCOUNT_KEY'] ?? DEMO_CREDENTIALS.accountKey,
      clientId: environment['STOKLY_EMULATOR_CLIENT_ID'] ?? DEMO_CREDENTIALS.clientId,
      secretKey: environment['STOKLY_EMULATOR_SECRET_KEY'] ?? DEMO_CREDENTIALS.secretKey,
    },
    host: environment['STOKLY_EMULATOR_HOST'] ?? '127.0.0.1',
  });
  try {
    return { emulator, ...(await emulator.start(port)) };
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EADDRINUSE') {
      throw new Error(`port ${port} is taken; set ${PORT_SETTING} to a free one`, { cause: error });
    }
    throw error;
  }
}

function portOf(text: string): number {
  const port = /^\d{1,5}$/.test(text) ? Number(text) : Number.NaN;
  if (!(port <= 65_535)) {
    throw new Error(`${PORT_SETTING} must be a port from 0 to 65535, not "${text}"`);
  }
  return port;
}
