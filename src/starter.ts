import process from 'node:process';
import { createDotdigitalClient } from './dotdigital/client.js';
import { runStarter } from './starter/program.js';
import { askPerson, interruption } from './starter/terminal.js';
import { createStoklyClient } from './stokly/client.js';
import { connectTemporal } from './temporal.js';

process.exitCode = await runStarter(process.argv.slice(2), {
  print: (text) => void process.stdout.write(`${text}\n`),
  complain: (text) => void process.stderr.write(`${text}\n`),
  ask: askPerson,
  interruption,
  connectTemporal,
  createStokly: (settings) => createStoklyClient(settings),
  createDotdigital: (settings) => createDotdigitalClient(settings),
});
