import { createDotdigitalEmulator, DEMO_PASSWORD, DEMO_USER } from './index.js';

const PORT_SETTING = 'DOTDIGITAL_EMULATOR_PORT';
const port = Number(process.env[PORT_SETTING] ?? '4020');
if (!Number.isInteger(port) || port < 0 || port > 65_535)
  fail(`${PORT_SETTING} is not a port: ${process.env[PORT_SETTING]}`);

const emulator = createDotdigitalEmulator({
  user: process.env['DOTDIGITAL_EMULATOR_USER'] ?? DEMO_USER,
  password: process.env['DOTDIGITAL_EMULATOR_PASSWORD'] ?? DEMO_PASSWORD,
});

for (const signal of ['SIGTERM', 'SIGINT'] as const) {
  process.once(signal, () => {
    emulator.stop().then(
      () => process.exit(0),
      (error: unknown) => fail(`could not stop: ${String(error)}`),
    );
  });
}

try {
  const { url } = await emulator.start(port, process.env['DOTDIGITAL_EMULATOR_HOST'] ?? '127.0.0.1');
  console.log(`Dotdigital emulator on ${url}`);
} catch (error) {
  const isTaken = error instanceof Error && 'code' in error && error.code === 'EADDRINUSE';
  fail(isTaken ? `port ${port} is taken: set ${PORT_SETTING} to a free one` : String(error));
}

function fail(why: string): never {
  console.error(`Dotdigital emulator: ${why}`);
  process.exit(1);
}
