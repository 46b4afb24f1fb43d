import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { parseEnv } from 'node:util';
import { projectPath } from '../../demo/project-path.js';

export interface ComposeHealthcheck {
  readonly test?: readonly string[];
  readonly disable?: boolean;
}

/** What the tests look at of a service; the whole file is checked against the specification's schema. */
export interface ComposeService {
  readonly image: string;
  readonly build?: { readonly context: string; readonly target: string };
  readonly entrypoint?: readonly string[];
  readonly command?: readonly string[];
  /** Null: taken from `.env`, and absent where it is not there. */
  readonly environment?: Readonly<Record<string, string | null>>;
  readonly ports?: readonly string[];
  readonly volumes?: readonly string[];
  readonly networks?: readonly string[];
  readonly profiles?: readonly string[];
  readonly user?: string;
  readonly read_only?: boolean;
  readonly cap_drop?: readonly string[];
  readonly security_opt?: readonly string[];
  readonly restart?: string;
  readonly stop_grace_period?: string;
  readonly healthcheck?: ComposeHealthcheck;
  readonly depends_on?: Readonly<Record<string, { readonly condition: string; readonly required?: boolean }>>;
}

export interface ComposeFile {
  readonly services: Readonly<Record<string, ComposeService>>;
  readonly volumes: Readonly<Record<string, unknown>>;
  readonly networks: Readonly<Record<string, { readonly internal?: boolean } | null>>;
}

/** The parser that knip reads its own YAML with: none of ours, and only this file needs one. */
const yaml = createRequire(projectPath('node_modules/knip/package.json'))('yaml') as {
  parse(text: string, options: { readonly merge: boolean }): unknown;
};

/** `docker-compose.yml` with its merge keys resolved and nothing filled in. */
export function readCompose(): ComposeFile {
  return yaml.parse(readFileSync(projectPath('docker-compose.yml'), 'utf8'), { merge: true }) as ComposeFile;
}

export function readEnvFile(path: string): Record<string, string> {
  return Object.fromEntries(
    Object.entries(parseEnv(readFileSync(projectPath(path), 'utf8'))).map(([name, value]) => [name, value ?? '']),
  );
}

/** `${NAME}`, `${NAME:-default}` and `${NAME:?why}` as Compose fills them in. Throws for a name that is needed and missing. */
export function fillIn(text: string, env: Readonly<Record<string, string>>): string {
  return text.replace(/\$\{(\w+)(?::([-?])([^}]*))?\}/g, (_whole, name: string, kind?: string, rest?: string) => {
    const value = env[name] ?? '';
    if (value !== '') return value;
    if (kind === '?') throw new Error(`${name}: ${rest ?? 'missing'}`);
    return rest ?? '';
  });
}

/** The environment that a service's container gets, with that `.env`. */
export function serviceEnvironment(
  service: ComposeService,
  env: Readonly<Record<string, string>>,
): Record<string, string> {
  const entries = Object.entries(service.environment ?? {}).flatMap(([name, value]) => {
    const filled = value === null ? env[name] : fillIn(value, env);
    return filled === undefined ? [] : [[name, filled] as const];
  });
  return Object.fromEntries(entries);
}
