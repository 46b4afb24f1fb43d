import { Ajv2020 } from 'ajv/dist/2020.js';
import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { projectPath } from '../../demo/project-path.js';
import { serverEnvironment, TEMPORAL_SERVER_VERSION } from '../../scripts/cluster-temporal.mjs';
import { loadRelayConfig, loadStarterConfig, loadWorkerConfig } from '../../src/config.js';
import { SETTING_SHAPES } from '../../src/settings.js';
import { type ComposeService, fillIn, readCompose, readEnvFile, serviceEnvironment } from './compose-file.js';

const compose = readCompose();
const services = Object.entries(compose.services);
const lookEnv = readEnvFile('deploy/emulators.env');

const settingNames = (...parts: (keyof typeof SETTING_SHAPES)[]): string[] =>
  parts.flatMap((part) => Object.keys(SETTING_SHAPES[part])).sort();

/** Which settings each of our programs reads: the parts that its loader in src/config.ts asks for. */
const READ_BY = {
  worker: settingNames(
    'temporal',
    'stokly',
    'dotdigital',
    'where',
    'policy',
    'reviews',
    'schedules',
    'planned',
    'worker',
    'log',
  ),
  relay: settingNames('temporal', 'relay', 'log'),
  setup: [
    ...settingNames('temporal', 'dotdigital', 'where', 'policy', 'log'),
    'STOKLY_REFUNDS',
    'STOKLY_TIME_UPDATED',
  ].sort(),
  starter: settingNames('temporal', 'stokly', 'dotdigital', 'where', 'policy', 'schedules', 'relay', 'log', 'starter'),
};

const DURATION_SECS: Record<string, number> = { s: 1, m: 60 };
function secs(duration: string): number {
  const [, count, unit] = /^(\d+)([sm])$/.exec(duration) ?? [];
  return Number(count) * (DURATION_SECS[unit ?? ''] ?? Number.NaN);
}

function service(name: string): ComposeService {
  const found = compose.services[name];
  if (found === undefined) throw new Error(`docker-compose.yml has no service ${name}`);
  return found;
}

describe('docker-compose.yml', () => {
  it('is what the Compose specification allows', () => {
    const schema = JSON.parse(
      readFileSync(projectPath('test/deploy/compose-spec/compose-spec.json'), 'utf8'),
    ) as object;
    const ajv = new Ajv2020({ strict: false, validateFormats: false });
    const validate = ajv.compile(schema);
    expect(validate(compose) ? [] : validate.errors).toEqual([]);
  });

  it.each(Object.entries(READ_BY))('gives the %s exactly the settings that it reads', (name, read) => {
    expect(Object.keys(service(name).environment ?? {}).sort()).toEqual(read);
  });

  it('gives settings that the programs accept', () => {
    expect(() => loadWorkerConfig(serviceEnvironment(service('worker'), lookEnv))).not.toThrow();
    expect(() => loadRelayConfig(serviceEnvironment(service('relay'), lookEnv))).not.toThrow();
    const starter = serviceEnvironment(service('starter'), lookEnv);
    expect(() => loadStarterConfig(['temporal', 'stokly', 'dotdigital', 'policy', 'schedules'], starter)).not.toThrow();
    const setup = serviceEnvironment(service('setup'), lookEnv);
    expect(() => loadStarterConfig(['temporal', 'dotdigital', 'policy'], setup)).not.toThrow();
  });

  it('holds no secret, and says which one is missing', () => {
    const secrets = services.flatMap(([name, { environment }]) =>
      Object.entries(environment ?? {})
        .filter(([setting]) => /PASSWORD|PWD|SECRET|API_KEY|ACCOUNT_KEY|CLIENT_ID/.test(setting))
        .map(([setting, value]) => ({ name, setting, value })),
    );
    expect(secrets.length).toBeGreaterThan(8);
    expect(secrets.filter(({ value }) => value !== null && !/^\$\{\w+:\?[^}]+\}$/.test(value))).toEqual([]);
    expect(() => fillIn('${WEBHOOK_SECRETS:?set it in .env}', {})).toThrow('WEBHOOK_SECRETS: set it in .env');
  });

  it('gives a database password to Temporal alone, and the vendors’ credentials not to the relay', () => {
    const withPassword = services.filter(([, { environment }]) =>
      Object.values(environment ?? {}).some((value) => value?.includes('POSTGRES_PASSWORD') === true),
    );
    expect(withPassword.map(([name]) => name)).toEqual(['postgres', 'temporal-schema', 'temporal']);
    expect(Object.keys(service('relay').environment ?? {}).filter((name) => /STOKLY|DOTDIGITAL/.test(name))).toEqual(
      [],
    );
  });

  it('pins every image, and the Temporal version that the tests’ cluster runs', () => {
    const loose = services.filter(
      ([, { image, build }]) => build === undefined && !/^[\w./-]+:\d+\.\d[\w.-]*$/.test(image),
    );
    expect(loose).toEqual([]);
    expect(service('temporal').image).toBe(`temporalio/server:${TEMPORAL_SERVER_VERSION}`);
    expect(service('temporal-schema').image).toBe(`temporalio/admin-tools:${TEMPORAL_SERVER_VERSION}`);
    expect(readFileSync(projectPath('tools/temporal-cluster/go.mod'), 'utf8')).toContain(
      `go.temporal.io/server v${TEMPORAL_SERVER_VERSION}`,
    );
  });

  it('starts Temporal as the tests’ cluster does', () => {
    const ports = { frontend: 1, http: 2, history: 3, matching: 4, worker: 5, members: [6, 7, 8, 9] };
    const cluster: Record<string, string> = serverEnvironment({ postgresPort: 5432, password: 'p', ports });
    const elsewhere = ['POSTGRES_SEEDS', 'BIND_ON_IP', 'DYNAMIC_CONFIG_FILE_PATH', 'POSTGRES_PWD'];
    for (const [name, value] of Object.entries(service('temporal').environment ?? {})) {
      expect(cluster, `serverEnvironment() has no ${name}`).toHaveProperty(name);
      if (!elsewhere.includes(name)) expect({ [name]: cluster[name] }).toEqual({ [name]: value });
    }
  });

  it('shows nothing to other machines', () => {
    const ports = services.flatMap(([, { ports: published }]) => published ?? []);
    expect(ports.length).toBeGreaterThan(0);
    expect(ports.filter((port) => !port.startsWith('127.0.0.1:'))).toEqual([]);
    expect(service('postgres').networks).toEqual(['database']);
    expect(compose.networks['database']?.internal).toBe(true);
    expect(compose.networks['lockstep']?.internal).toBe(true);
    const onDatabase = services.filter(([, { networks }]) => networks?.includes('database') === true);
    expect(onDatabase.map(([name]) => name)).toEqual(['postgres', 'temporal-schema', 'temporal']);
  });

  it('runs nothing as root, with capabilities, or on a file system that it can change', () => {
    // The UI's image has a user of its own and fills in its configuration at the start.
    const ours = services.filter(([name]) => name !== 'temporal-ui');
    expect(ours.filter(([, { user }]) => !/^[1-9]\d*:[1-9]\d*$/.test(user ?? '')).map(([name]) => name)).toEqual([]);
    expect(ours.filter(([, { read_only }]) => read_only !== true).map(([name]) => name)).toEqual([]);
    const open = services.filter(
      ([, { cap_drop, security_opt }]) =>
        cap_drop?.[0] !== 'ALL' || security_opt?.includes('no-new-privileges:true') !== true,
    );
    expect(open.map(([name]) => name)).toEqual([]);
  });

  it('lets the worker finish: its 30 s and some, before it is killed', () => {
    expect(secs(service('worker').stop_grace_period ?? '')).toBeGreaterThan(30);
    expect(secs(service('relay').stop_grace_period ?? '')).toBeGreaterThan(15);
  });

  it('waits for what is there, and only for the health of what has a health check', () => {
    const waits = services.flatMap(([name, { depends_on }]) =>
      Object.entries(depends_on ?? {}).map(([on, wait]) => ({ name, on, ...wait })),
    );
    for (const { name, on, condition, required } of waits) {
      const awaited = service(on);
      if (condition === 'service_healthy') {
        const own = awaited.healthcheck?.test ?? [];
        expect(own.length, `${name} waits for the health of ${on}`).toBeGreaterThan(1);
      } else expect({ name, on, condition }).toEqual({ name, on, condition: 'service_completed_successfully' });
      if (condition !== 'service_healthy') expect(awaited.restart, on).toBe('no');
      const isOptional = awaited.profiles !== undefined && service(name).profiles === undefined;
      expect(required ?? true, `${name} needs ${on} in every profile`).toBe(!isOptional);
    }
  });

  it('mounts files that are there', () => {
    const mounts = services.flatMap(([, { volumes }]) => volumes ?? []);
    const files = mounts.map((mount) => mount.split(':')[0] ?? '').filter((source) => source.startsWith('.'));
    expect(files.filter((path) => !existsSync(projectPath(path)))).toEqual([]);
    const named = mounts.map((mount) => mount.split(':')[0] ?? '').filter((source) => !source.startsWith('.'));
    expect(named.filter((name) => !(name in compose.volumes))).toEqual([]);
    for (const [name, { command }] of services) {
      const script = command?.find((word) => word.startsWith('/deploy/'));
      if (script !== undefined)
        expect(existsSync(projectPath(script.replace('/deploy/', 'deploy/temporal/'))), name).toBe(true);
    }
  });
});
