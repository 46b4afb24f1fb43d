import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

function findRoot(folder: string): string {
  if (existsSync(join(folder, 'package.json'))) return folder;
  const parent = dirname(folder);
  if (parent === folder) throw new Error('No package.json above this file.');
  return findRoot(parent);
}

/** A path from the project's root; the same from demo/ and from dist/demo/. */
export function projectPath(path: string): string {
  return join(findRoot(dirname(fileURLToPath(import.meta.url))), path);
}
