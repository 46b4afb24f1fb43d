import { launch } from './launch.js';

async function main(): Promise<void> {
  const { emulator, url } = await launch(process.env);
  const stop = (): void => {
    void emulator.stop().then(() => process.exit(0));
  };
  process.once('SIGTERM', stop);
  process.once('SIGINT', stop);
  console.log(`Stokly emulator on ${url}`);
}

main().catch((error: unknown) => {
  console.error(`Stokly emulator: ${error instanceof Error ? error.message : String(error)}`);
  process.exit(1);
});
