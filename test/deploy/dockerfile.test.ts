import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { projectPath } from '../../demo/project-path.js';
import { readCompose } from './compose-file.js';

interface Instruction {
  readonly stage: string;
  readonly name: string;
  readonly rest: string;
}

/** Lines joined, comments gone, each with the stage that it stands in. */
function readInstructions(): Instruction[] {
  const text = readFileSync(projectPath('Dockerfile'), 'utf8')
    .replace(/^#.*\n/gm, '')
    .replace(/\\\n\s*/g, '');
  let stage = '';
  return text
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map((line) => {
      const [name = '', ...rest] = line.split(' ');
      if (name === 'FROM') stage = / AS (\w+)$/.exec(line)?.[1] ?? '';
      return { stage, name, rest: rest.join(' ') };
    });
}

const instructions = readInstructions();
const of = (name: string): Instruction[] => instructions.filter((instruction) => instruction.name === name);
const copies = of('COPY').map(({ stage, rest }) => {
  const words = rest.split(' ');
  const from = words[0]?.startsWith('--from=') === true ? words.shift()?.slice('--from='.length) : undefined;
  return { stage, from, sources: words.slice(0, -1), target: words.at(-1) ?? '' };
});

/** The compiled program's source: what `npm run build` makes it of. */
const sourceOf = (program: string): string => program.replace(/^dist\//, '').replace(/\.js$/, '.ts');

describe('Dockerfile', () => {
  it('copies files that are there and that .dockerignore lets in', () => {
    const sources = copies.filter(({ from }) => from === undefined).flatMap(({ sources: list }) => list);
    expect(sources.length).toBeGreaterThan(8);
    expect(sources.filter((path) => !existsSync(projectPath(path)))).toEqual([]);
    const ignore = readFileSync(projectPath('.dockerignore'), 'utf8').split('\n');
    expect(ignore).toContain('*');
    const allowed = ignore.filter((line) => line.startsWith('!')).map((line) => line.slice(1));
    const isIn = (path: string): boolean => {
      const plain = path.replace(/^\.\//, '');
      return allowed.some((entry) => plain === entry || plain.startsWith(`${entry}/`));
    };
    expect(sources.filter((path) => !isIn(path))).toEqual([]);
    expect(allowed.filter((path) => !existsSync(projectPath(path)))).toEqual([]);
  });

  it('copies between stages what an earlier stage made', () => {
    const made: Record<string, readonly string[]> = {
      build: ['node_modules', 'dist', 'dist/src', 'dist/workflow-bundle.js'],
      dependencies: ['node_modules'],
    };
    for (const { from, sources } of copies) {
      if (from === undefined) continue;
      const wrong = sources.filter((path) => made[from]?.includes(path.replace('/build/', '')) !== true);
      expect(wrong, `from ${from}`).toEqual([]);
    }
    expect(
      of('RUN').filter(({ stage, rest }) => stage === 'build' && rest.includes('node scripts/build.mjs')),
    ).toHaveLength(1);
  });

  it('pins its base image, installs without scripts, and leaves root before it runs', () => {
    expect(of('ARG').map(({ rest }) => rest)).toEqual([
      expect.stringMatching(/^NODE_IMAGE=node:20\.\d+\.\d+-\w+-slim$/),
    ]);
    expect(of('FROM').filter(({ rest }) => !rest.startsWith('${NODE_IMAGE} AS '))).toEqual([]);
    const installs = of('RUN').filter(({ rest }) => rest.includes('npm ci'));
    expect(installs.filter(({ rest }) => !rest.includes('--ignore-scripts'))).toEqual([]);
    expect(installs.find(({ stage }) => stage === 'dependencies')?.rest).toContain('--omit=dev');
    for (const stage of ['lockstep', 'emulators']) {
      const own = instructions.filter((instruction) => instruction.stage === stage).map(({ name }) => name);
      expect(own).toContain('HEALTHCHECK');
      expect(own.indexOf('USER')).toBeGreaterThan(own.lastIndexOf('COPY'));
      expect(own.at(-1)).toBe('CMD');
    }
    expect(of('USER').map(({ rest }) => rest)).toEqual(['1000:1000', '1000:1000']);
  });

  it('has every program that docker-compose.yml starts from it', () => {
    const inImage: Record<string, RegExp> = {
      lockstep: /^(dist\/src\/|deploy\/answers\.mjs$)/,
      emulators: /^(dist\/|deploy\/answers\.mjs$)/,
    };
    const started = Object.entries(readCompose().services).flatMap(
      ([name, { build, entrypoint, command, healthcheck }]) =>
        build === undefined
          ? []
          : [...(entrypoint ?? []), ...(command ?? []), ...(healthcheck?.test ?? [])]
              .filter((word) => /\.m?js$/.test(word))
              .map((program) => ({ name, target: build.target, program })),
    );
    const defaults = [...of('CMD'), ...of('HEALTHCHECK')].flatMap(({ stage, rest }) =>
      [...rest.matchAll(/"([^"]+\.m?js)"/g)].map((match) => ({ name: stage, target: stage, program: match[1] ?? '' })),
    );
    expect(started.length).toBeGreaterThan(8);
    expect(defaults).toHaveLength(4);
    for (const { name, target, program } of [...started, ...defaults]) {
      expect(program, name).toMatch(inImage[target] ?? /^$/);
      expect(existsSync(projectPath(sourceOf(program))), `${name}: ${program}`).toBe(true);
    }
  });

  it('finds every package of worker, relay and starter among the dependencies that it installs', () => {
    const { dependencies } = JSON.parse(readFileSync(projectPath('package.json'), 'utf8')) as {
      dependencies: Record<string, string>;
    };
    const sources = readdirSync(projectPath('src'), { recursive: true, encoding: 'utf8' }).filter((path) =>
      path.endsWith('.ts'),
    );
    const packages = sources.flatMap((path) =>
      [
        ...readFileSync(projectPath(join('src', path)), 'utf8').matchAll(
          /^(?:import|export) (?!type )[^;]*?from '([^.'][^']*)';/gms,
        ),
      ]
        .map((match) => match[1] ?? '')
        .filter((name) => !name.startsWith('node:')),
    );
    const names = [...new Set(packages)].map((name) =>
      name
        .split('/')
        .slice(0, name.startsWith('@') ? 2 : 1)
        .join('/'),
    );
    expect(names).toContain('@temporalio/worker');
    expect(names.filter((name) => !(name in dependencies))).toEqual([]);
  });
});
