import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PlainError, ROOT, run, tell } from './run-command.mjs';
import { withLock } from './with-lock.mjs';

const NODE_VERSION_MIN = [20, 19];
const INSTALL_STAMP = join(ROOT, 'node_modules', '.lockstep-installed');
const BUILD_STAMP = join(ROOT, 'dist', '.lockstep-built');
/** What the build is made of. */
const BUILD_SOURCES = [
  'src',
  'emulators',
  'demo',
  'bench',
  'soak',
  'scripts/bundle-workflows.mjs',
  'scripts/workflow-code.mjs',
  'tsconfig.json',
  'tsconfig.build.json',
];

const WORKFLOW_BUNDLE = join(ROOT, 'dist', 'workflow-bundle.js');

/** @param {string | Buffer} text */
const hashOf = (text) => createHash('sha256').update(text).digest('hex');

/** @param {string} path */
const readOrNull = (path) => readFile(path, 'utf8').catch(() => null);

function lockPath() {
  // Beside the tree, not in it: node_modules goes away during an install.
  return join(tmpdir(), `lockstep-prepare-${hashOf(ROOT).slice(0, 12)}.lock`);
}

function checkNodeVersion() {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  const [majorMin = 0, minorMin = 0] = NODE_VERSION_MIN;
  if (major > majorMin || (major === majorMin && minor >= minorMin)) return;
  throw new PlainError(`Lockstep needs Node ${NODE_VERSION_MIN.join('.')} or newer; this is ${process.versions.node}.`);
}

/**
 * Whether npm's own record of what is installed says what the lock file asks for: someone ran `npm ci` by hand.
 *
 * @param {string} lockText
 */
async function isInstalledByHand(lockText) {
  const installedText = await readOrNull(join(ROOT, 'node_modules', '.package-lock.json'));
  if (installedText === null) return false;
  const wanted = JSON.parse(lockText).packages;
  const installed = JSON.parse(installedText).packages;
  return Object.entries(wanted).every(
    ([path, entry]) => path === '' || entry.optional === true || installed[path]?.version === entry.version,
  );
}

/** Installs what package-lock.json names, unless that is done already. No package here needs an install script. */
export async function ensureInstalled() {
  checkNodeVersion();
  const lockText = await readFile(join(ROOT, 'package-lock.json'), 'utf8');
  const wanted = hashOf(lockText);
  if ((await readOrNull(INSTALL_STAMP)) === wanted) return;
  await withLock(lockPath(), 'installing or building', async () => {
    if ((await readOrNull(INSTALL_STAMP)) === wanted) return;
    if (!(await isInstalledByHand(lockText))) {
      tell('Installing dependencies (npm ci) …');
      const { code, output } = await run('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund'], { quiet: true });
      if (code !== 0) throw new PlainError(`npm ci failed:\n${output.trim()}`);
    }
    await writeFile(INSTALL_STAMP, wanted);
  });
}

/**
 * @param {string} path below the root
 * @returns {Promise<string[]>} files, sorted
 */
async function filesBelow(path) {
  const entries = await readdir(join(ROOT, path), { withFileTypes: true }).catch(() => null);
  if (entries === null) return existsSync(join(ROOT, path)) ? [path] : [];
  const nested = await Promise.all(
    entries.map(async (entry) => {
      const below = `${path}/${entry.name}`;
      return entry.isDirectory() ? filesBelow(below) : [below];
    }),
  );
  return nested.flat().sort();
}

async function sourcesHash() {
  const files = (await Promise.all(BUILD_SOURCES.map(filesBelow))).flat();
  const contents = await Promise.all(files.map(async (path) => `${path}\n${hashOf(await readFile(join(ROOT, path)))}`));
  return hashOf([await readFile(join(ROOT, 'package-lock.json')).then(hashOf), ...contents].join('\n'));
}

/** Compiles to dist/ and bundles the workflows, unless both are there for exactly these sources. */
export async function ensureBuilt() {
  const wanted = await sourcesHash();
  if ((await readOrNull(BUILD_STAMP)) === wanted) return;
  await withLock(lockPath(), 'installing or building', async () => {
    const now = await sourcesHash();
    if ((await readOrNull(BUILD_STAMP)) === now) return;
    tell('Building …');
    await rm(BUILD_STAMP, { force: true });
    await compile();
    await bundle();
    await mkdir(join(ROOT, 'dist'), { recursive: true });
    await writeFile(BUILD_STAMP, now);
  });
}

async function compile() {
  // What a file that is gone was compiled to must not stay behind.
  for (const folder of ['src', 'emulators', 'demo', 'bench', 'soak'])
    await rm(join(ROOT, 'dist', folder), { recursive: true, force: true });
  const tsc = join(ROOT, 'node_modules', 'typescript', 'bin', 'tsc');
  const { code, output } = await run(process.execPath, [tsc, '-p', 'tsconfig.build.json'], { quiet: true });
  if (code !== 0) throw new PlainError(`The build failed:\n${output.trim()}`);
}

async function bundle() {
  // A process of its own: the bundler comes out of node_modules, which may have been installed a moment ago.
  const args = [join(ROOT, 'scripts', 'bundle-workflows.mjs'), 'dist/src/workflows/index.js', WORKFLOW_BUNDLE];
  const { code, output } = await run(process.execPath, args, { quiet: true });
  if (code !== 0) throw new PlainError(`The workflow bundle failed:\n${output.trim()}`);
}
