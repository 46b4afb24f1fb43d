import { cp, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { projectPath } from '../demo/project-path.js';
import { run } from '../scripts/run-command.mjs';

/** `yes`: may import it · `types`: only types of it · nothing: may not. */
type Verdict = 'yes' | 'types';

/** What the layers of src may import, as docs/architecture.md says. What is not named here must be red. */
const LAYERS: Record<string, Partial<Record<string, Verdict>>> = {
  domain: { domain: 'yes' },
  contract: { contract: 'yes', domain: 'types' },
  workflows: { workflows: 'yes', contract: 'yes', domain: 'yes', activities: 'types' },
  activities: { activities: 'yes', stokly: 'yes', dotdigital: 'yes', domain: 'yes', contract: 'yes' },
  stokly: { stokly: 'yes', http: 'yes', domain: 'yes' },
  dotdigital: { dotdigital: 'yes', http: 'yes', domain: 'yes' },
  http: { http: 'yes' },
  metrics: { metrics: 'yes', contract: 'yes', domain: 'yes' },
  relay: { relay: 'yes', contract: 'yes', domain: 'yes', metrics: 'yes' },
  starter: { starter: 'yes', contract: 'yes', domain: 'yes', stokly: 'yes', dotdigital: 'yes' },
};

/** Packages that a layer may not have, one for each trap. */
const PACKAGES_REFUSED: Record<string, readonly string[]> = {
  domain: ['zod', 'axios', 'node:crypto', '@temporalio/common', 'pino', 'fastify'],
  contract: ['zod', 'axios', 'node:fs', '@temporalio/client', '@temporalio/worker'],
  workflows: ['zod', 'axios', 'node:crypto', '@temporalio/client', '@temporalio/worker', '@temporalio/activity'],
  activities: ['axios', 'fastify', '@temporalio/worker', '@temporalio/workflow'],
  stokly: ['axios', 'fastify', '@temporalio/activity', '@temporalio/common'],
  dotdigital: ['axios', 'fastify', '@temporalio/activity', '@temporalio/common'],
  http: ['fastify', '@temporalio/common'],
  metrics: ['axios', 'fastify', '@temporalio/worker', '@temporalio/workflow', '@temporalio/activity'],
  relay: ['axios', '@temporalio/worker', '@temporalio/workflow', '@temporalio/activity'],
  starter: ['axios', 'fastify', '@temporalio/worker', '@temporalio/workflow', '@temporalio/activity'],
};

const OUTSIDE_SRC = ['../../emulators/stokly/app.js', '../../demo/report.js', '../../test/support/orders.js'];

interface Expectation {
  readonly path: string;
  readonly what: string;
  readonly source: string;
  /** The rule that must be broken; null: must be clean. */
  readonly rule: string | null;
}

const IMPORTS = 'eslint(no-restricted-imports)';
const expectations: Expectation[] = [];

function expectRule(folder: string, source: string, options: { what: string; rule: string | null }): void {
  const path = `${folder}/case-${expectations.length}.ts`;
  expectations.push({ path, source, ...options });
}

for (const [layer, allowed] of Object.entries(LAYERS)) {
  for (const target of Object.keys(LAYERS)) {
    const specifier = target === layer ? './other.js' : `../${target}/thing.js`;
    const verdict = allowed[target];
    expectRule(`src/${layer}`, `import { thing } from '${specifier}';\nexport const kept = thing;\n`, {
      what: `${layer} ${verdict === 'yes' ? 'may' : 'may not'} import ${target}`,
      rule: verdict === 'yes' ? null : IMPORTS,
    });
    if (verdict !== 'types') continue;
    expectRule(`src/${layer}`, `import type { Thing } from '${specifier}';\nexport type Kept = Thing;\n`, {
      what: `${layer} may import types of ${target}`,
      rule: null,
    });
  }
  for (const specifier of [...(PACKAGES_REFUSED[layer] ?? []), ...OUTSIDE_SRC, '../config.js', '../temporal.js']) {
    // The starter's commands and doctor look at settings and Temporal themselves.
    if (layer === 'starter' && specifier.startsWith('../') && !specifier.startsWith('../../')) continue;
    // The relay's routes speak to Temporal.
    if (layer === 'relay' && specifier === '../temporal.js') continue;
    expectRule(`src/${layer}`, `import { thing } from '${specifier}';\nexport const kept = thing;\n`, {
      what: `${layer} may not import ${specifier}`,
      rule: IMPORTS,
    });
  }
}

for (const [folder, specifier] of [
  ['emulators/stokly', '../../src/domain/money.js'],
  ['emulators/stokly', '../dotdigital/app.js'],
  ['emulators/dotdigital', '../../src/domain/money.js'],
  ['emulators/dotdigital', '../stokly/app.js'],
  ['emulators/dotdigital/contacts', '../../../src/domain/money.js'],
  ['emulators', '../src/domain/money.js'],
  ['src', '../emulators/stokly/app.js'],
  ['src', '../demo/report.js'],
  ['demo', '../src/workflows/sync-customer.js'],
  ['demo', '../src/activities/fetch-orders.js'],
  ['demo', '../src/stokly/client.js'],
] as const) {
  expectRule(folder, `import { thing } from '${specifier}';\nexport const kept = thing;\n`, {
    what: `${folder} may not import ${specifier}`,
    rule: IMPORTS,
  });
}

expectRule('src/domain', "export const home = process.env['HOME'];\n", {
  what: 'domain may not read the environment',
  rule: 'node(no-process-env)',
});
expectRule('src/relay', "export function say(): void {\n  console.log('x');\n}\n", {
  what: 'the relay may not write to the console',
  rule: 'eslint(no-console)',
});
expectRule('src/domain', 'export const kept = (value: any): unknown => value;\n', {
  what: 'nothing may be any',
  rule: 'typescript(no-explicit-any)',
});
expectRule(
  'src/activities',
  'async function work(): Promise<void> {}\nexport function start(): void {\n  work();\n}\n',
  {
    what: 'no promise may be forgotten',
    rule: 'typescript(no-floating-promises)',
  },
);
expectRule(
  'src/workflows',
  "type Kind = 'a' | 'b';\nexport function of(kind: Kind): number {\n  switch (kind) {\n    case 'a':\n      return 1;\n  }\n  return 0;\n}\n",
  { what: 'a switch names every case', rule: 'typescript(switch-exhaustiveness-check)' },
);
for (const [name, other] of [
  ['a', 'b'],
  ['b', 'a'],
] as const) {
  expectations.push({
    path: `src/http/cycle-${name}.ts`,
    source: `import type { ${other} } from './cycle-${other}.js';\nexport interface ${name} {\n  readonly next: ${other} | null;\n}\n`,
    what: `no cycle, of types either (${name})`,
    rule: 'import(no-cycle)',
  });
}

/** A tree of its own with our rules: nothing bad can ever be left behind in src. */
async function lintTree(): Promise<Map<string, string[]>> {
  const root = await mkdtemp(join(tmpdir(), 'lockstep-layers-'));
  try {
    for (const file of ['.oxlintrc.json', 'tsconfig.json', 'package.json'])
      await cp(projectPath(file), join(root, file));
    await symlink(projectPath('node_modules'), join(root, 'node_modules'));
    for (const { path, source } of expectations) {
      await mkdir(dirname(join(root, path)), { recursive: true });
      await writeFile(join(root, path), source);
    }
    const oxlint = projectPath('node_modules/oxlint/bin/oxlint');
    const args = [oxlint, '--type-aware', '--format', 'json', '.'];
    const { output } = await run(process.execPath, args, { cwd: root, quiet: true });
    const found = new Map<string, string[]>();
    const { diagnostics } = JSON.parse(output) as { diagnostics: { filename: string; code: string }[] };
    for (const { filename, code } of diagnostics) found.set(filename, [...(found.get(filename) ?? []), code]);
    return found;
  } finally {
    await rm(root, { recursive: true, force: true });
  }
}

describe('the linter holds the layers', () => {
  let found = new Map<string, string[]>();
  beforeAll(async () => {
    found = await lintTree();
  }, 60_000);
  afterAll(() => found.clear());

  it.each(expectations)('$what', ({ path, rule }) => {
    expect([...new Set(found.get(path))]).toEqual(rule === null ? [] : [rule]);
  });
});
