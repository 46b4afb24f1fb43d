import { readdir, readFile } from 'node:fs/promises';
import { dirname, extname, join } from 'node:path';
import { bundleWorkflowCode } from '@temporalio/worker';

/** What a workflow file imports of the domain, types left out. */
const DOMAIN_IMPORT = /^import (?!type\b)[^;]*? from '\.\.\/domain\/([\w/-]+)\.js'/gm;

/**
 * The workflows as a worker loads them. Modules of the domain are pure, so they are loaded once and shared by all workflows in
 * the cache (and frozen, which would show one that is not pure); without that each has a copy of its own, a third of its memory.
 *
 * @param {string} entry absolute path of the workflows' index, `.ts` or `.js`
 * @returns {Promise<string>}
 */
export async function bundleWorkflows(entry) {
  const folder = dirname(entry);
  const extension = extname(entry);
  const files = (await readdir(folder)).filter((name) => name.endsWith(extension));
  const texts = await Promise.all(files.map((name) => readFile(join(folder, name), 'utf8')));
  const modules = new Set(texts.flatMap((text) => [...text.matchAll(DOMAIN_IMPORT)].map(([, name = '']) => name)));
  const preloadModules = [...modules].sort().map((name) => join(folder, '..', 'domain', `${name}${extension}`));
  const { code } = await bundleWorkflowCode({ workflowsPath: entry, preloadModules });
  return code;
}
