import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdtemp, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, inject, it } from 'vitest';
import { freePort } from '../../demo/ports.js';
import { Processes, type RunningProcess } from '../../demo/processes.js';
import { projectPath } from '../../demo/project-path.js';
import { findTemporal } from '../../scripts/get-temporal.mjs';
import { type ComposeService, readCompose, readEnvFile, serviceEnvironment } from '../deploy/compose-file.js';
import { untilTrue } from '../support/world.js';

/**
 * What `docker compose --profile emulators up` does from Temporal on, without containers: every command, setting and health check as
 * docker-compose.yml has it. Only where things listen is put in: each container port has a free one of this machine.
 */
const CONTAINER_PORTS = {
  relay: 8080,
  worker: 9464,
  'stokly-emulator': 4010,
  'dotdigital-emulator': 4020,
} as const;

const compose = readCompose();
const processes = new Processes({ logPath: null });
const ports = new Map<string, { readonly service: string; readonly container: number; readonly here: number }>();
let folder = '';
const namespace = `containers-${randomUUID()}`;
const env = { ...readEnvFile('deploy/emulators.env'), TEMPORAL_NAMESPACE: namespace };

function serviceOf(name: string): ComposeService {
  const service = compose.services[name];
  if (service === undefined) throw new Error(`no service ${name}`);
  return service;
}

/** A word of a container's command or environment, as it has to be outside a container. */
function here(text: string): string {
  let word = text
    .replaceAll('temporal:7233', inject('temporalAddress'))
    .replaceAll('0.0.0.0', '127.0.0.1')
    .replaceAll('/deploy/', `${projectPath('deploy/temporal')}/`);
  for (const { service, container, here: port } of ports.values()) {
    word = word.replaceAll(`//${service}:${container}`, `//127.0.0.1:${port}`);
    word = word.replaceAll(`//127.0.0.1:${container}`, `//127.0.0.1:${port}`);
    if (word === String(container)) word = String(port);
  }
  return word;
}

function specOf(name: string, more: readonly string[] = []) {
  const service = serviceOf(name);
  const [command = '', ...args] = [
    ...(service.entrypoint ?? []),
    ...(more.length > 0 && service.entrypoint ? [] : (service.command ?? [])),
  ];
  const settings = Object.entries(serviceEnvironment(service, env)).map(([key, value]) => [key, here(value)]);
  return {
    name,
    command,
    args: [...args, ...more].map(here),
    // HOME is what every container has; Temporal's command line looks for its configuration there.
    env: {
      HOME: folder,
      PATH: `${folder}:${process.env['PATH'] ?? ''}`,
      ...Object.fromEntries(settings),
    } as NodeJS.ProcessEnv,
  };
}

/** The health check as Docker runs it: its exit status alone counts. */
function isHealthy(name: string): Promise<boolean> {
  const [kind, command = '', ...args] = serviceOf(name).healthcheck?.test ?? [];
  expect(kind).toBe('CMD');
  return new Promise((resolve) => {
    const child = spawn(command, args.map(here), { stdio: 'ignore', env: specOf(name).env });
    child.on('error', () => resolve(false));
    child.on('close', (code) => resolve(code === 0));
  });
}

async function up(name: string): Promise<RunningProcess> {
  const running = processes.start(specOf(name));
  await processes.waitUntilReady(running, () => isHealthy(name));
  return running;
}

/** A service that does its work once; its standard output. */
async function toItsEnd(name: string, more: readonly string[] = []): Promise<string> {
  const lines: string[] = [];
  await processes.runToEnd({ ...specOf(name, more), onLine: (line) => lines.push(line) });
  return lines.join('\n');
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lockstep-containers-'));
  const temporal = await findTemporal();
  if (temporal !== 'temporal') await symlink(temporal, join(folder, 'temporal'));
  for (const [service, container] of Object.entries(CONTAINER_PORTS)) {
    ports.set(service, { service, container, here: await freePort() });
  }
});

afterAll(async () => {
  await processes.stopAll();
  await rm(folder, { recursive: true, force: true });
});

async function recordCount(): Promise<number> {
  const response = await fetch(here('http://dotdigital-emulator:4020/__emulator/state'));
  const { records } = (await response.json()) as { records: Record<string, unknown[]> };
  return records['Orders']?.length ?? 0;
}

it('what docker-compose.yml starts comes up in its order, shows the sample shop, and stops when told', async () => {
  await toItsEnd('temporal-namespace');
  // Repeated, as every later `up` does.
  expect(await toItsEnd('temporal-namespace')).toContain(`The namespace ${namespace} is there.`);
  expect(await isHealthy('dotdigital-emulator')).toBe(false);
  await up('dotdigital-emulator');
  await up('stokly-emulator');
  expect(await toItsEnd('setup')).toContain('Ready for worker and relay.');
  expect(await isHealthy('worker')).toBe(false);
  const worker = await up('worker');
  expect(await isHealthy('relay')).toBe(false);
  const relay = await up('relay');
  expect(await toItsEnd('starter', ['doctor'])).not.toContain('✗');

  await toItsEnd('sample-shop', ['--invoices=25']);
  await untilTrue('order records stand in Dotdigital', async () => (await recordCount()) >= 15);
  // Started once more, as after a restart of the machine: it goes on where the shop is.
  await toItsEnd('sample-shop', ['--invoices=25']);

  process.kill(relay.pid, 'SIGTERM');
  expect(await relay.ended).toBe('status 0');
  process.kill(worker.pid, 'SIGTERM');
  expect(await worker.ended).toBe('status 0');
});

it('keeps the commands and health checks of every service that this test can start', () => {
  const here = Object.entries(compose.services).filter(([, { build }]) => build !== undefined);
  const started = ['setup', 'worker', 'relay', 'starter', 'stokly-emulator', 'dotdigital-emulator', 'sample-shop'];
  expect(here.map(([name]) => name).sort()).toEqual(started.sort());
});
