import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { projectPath } from '../demo/project-path.js';
import { CONTACT_FIELDS } from '../src/domain/contact-fields.js';

const FILE_LINES_MAX = 250;
/** Longer for a reason of their own. */
const LONG_FILES: Record<string, string> = {};

const DATA_FIELD_NAME_MAX = 20;
/** `DATA_FIELD_PREFIX` may take up to this much of it. */
const PREFIX_MAX = 3;

const DOCUMENTS = [
  'README.md',
  'CHANGELOG.md',
  'LICENSE',
  '.env.example',
  'docs/architecture.md',
  'docs/stokly-assumptions.md',
  'docs/runbook.md',
  'docs/data-mapping.md',
  'docs/decisions',
  'samples/README.md',
  'emulators/stokly/README.md',
  'emulators/dotdigital/README.md',
];

/** All that is, or is about to be, in the repository. */
const files = execFileSync('git', ['ls-files', '-co', '--exclude-standard'], {
  cwd: projectPath('.'),
  encoding: 'utf8',
})
  .split('\n')
  .filter((path) => path !== '' && existsSync(projectPath(path)));

const textFiles = files.filter((path) => !/\.(gz|png|jpg|ico)$/.test(path) && !path.startsWith('test/replay/'));
const read = (path: string): string => readFileSync(projectPath(path), 'utf8');

/** Where a pattern stands, as `file:line`. */
function places(paths: readonly string[], pattern: RegExp): string[] {
  return paths.flatMap((path) =>
    read(path)
      .split('\n')
      .flatMap((line, index) => (pattern.test(line) ? [`${path}:${index + 1}`] : [])),
  );
}

/** GitHub's way from a heading to its anchor. */
const anchorOf = (heading: string): string =>
  heading
    .trim()
    .toLowerCase()
    .replace(/[^\p{L}\p{N}\s_-]/gu, '')
    .replace(/\s/g, '-');

function anchorsIn(path: string): string[] {
  return read(path)
    .split('\n')
    .filter((line) => /^#{1,6} /.test(line))
    .map((line) => anchorOf(line.replace(/^#+ /, '')));
}

function brokenLinks(path: string): string[] {
  const withoutCode = read(path).replace(/```[\s\S]*?```/g, '');
  const links = [...withoutCode.matchAll(/\]\(([^)\s]+)\)/g)].map((match) => match[1] ?? '');
  return links
    .filter((link) => !/^[a-z]+:/.test(link))
    .filter((link) => {
      const [target = '', anchor] = link.split('#');
      const file = target === '' ? path : join(dirname(path), target);
      if (!existsSync(projectPath(file))) return true;
      if (anchor === undefined || statSync(projectPath(file)).isDirectory()) return false;
      return file.endsWith('.md') && !anchorsIn(file).includes(anchor);
    })
    .map((link) => `${path}: ${link}`);
}

describe('the tree is tidy', () => {
  it('no source file is longer than a reader wants to hold in mind', () => {
    const sources = files.filter((path) => /^(src|emulators|demo|scripts)\/.*\.(ts|mjs)$/.test(path));
    const tooLong = sources
      .map((path) => ({ path, lines: read(path).trimEnd().split('\n').length }))
      .filter(({ path, lines }) => lines > FILE_LINES_MAX && LONG_FILES[path] === undefined);
    expect(tooLong).toEqual([]);
    expect(Object.keys(LONG_FILES).filter((path) => !files.includes(path))).toEqual([]);
  });

  it('the linter keeps functions on a screen', () => {
    const { rules } = JSON.parse(read('.oxlintrc.json')) as { rules: Record<string, unknown> };
    expect(rules['max-lines-per-function']).toMatchObject(['error', { max: 70 }]);
    expect(
      places(
        files.filter((path) => /^(src|demo)\/.*\.ts$/.test(path)),
        /(oxlint|eslint)-disable/,
      ),
    ).toEqual([]);
  });

  it('every contact field has room for a prefix', () => {
    const names = CONTACT_FIELDS.map(({ name }) => name);
    expect(names.filter((name) => name.length + PREFIX_MAX > DATA_FIELD_NAME_MAX)).toEqual([]);
    expect(new Set(names).size).toBe(names.length);
  });

  it('nothing was left for later', () => {
    // In two halves, so that this line is not one of the places. The third is the ISO code of no currency, too.
    const leftover = new RegExp(`\\b(${'FIX' + 'ME'}|${'TO' + 'DO'})\\b|// ?${'X' + 'XX'}\\b`);
    expect(places(textFiles, leftover)).toEqual([]);
    expect(
      places(
        files.filter((path) => path.startsWith('test/')),
        /\b(it|test|describe)\.(only|todo)\(/,
      ),
    ).toEqual([]);
  });

  it('names no folder of a machine and no registry', () => {
    const machine = new RegExp(
      [
        '/wo' + 'rk/',
        '/ro' + 'ot/',
        '/ho' + 'me/[a-z]',
        '/Us' + 'ers/',
        'registry' + '\\.npmjs',
        'proxy\\.' + 'golang',
      ].join('|'),
    );
    expect(places(textFiles, machine)).toEqual([]);
    const beside = new RegExp('\\.\\./sha' + 'red/');
    // Where the vendor's OpenAPI files may lie; only looked for, never needed.
    expect(
      places(
        textFiles.filter((path) => path !== '.ci/run'),
        beside,
      ),
    ).toEqual([]);
    expect(places(['package-lock.json'], /"resolved"/)).toEqual([]);
  });

  it('has no folder whose name says nothing', () => {
    const vague = /(^|\/)(utils|helpers|common|lib|services|types)\//;
    expect(files.filter((path) => vague.test(path))).toEqual([]);
  });

  it.each(DOCUMENTS)('%s is there', (path) => {
    expect(existsSync(projectPath(path))).toBe(true);
  });

  it('every link in a Markdown file leads somewhere', () => {
    expect(files.filter((path) => path.endsWith('.md')).flatMap(brokenLinks)).toEqual([]);
  });
});
