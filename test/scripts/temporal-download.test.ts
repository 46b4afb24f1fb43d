import { execFileSync } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { fileInTar } from '../../scripts/temporal-download.mjs';

let folder = '';
let archive = Buffer.alloc(0);
/** No multiple of a block, so that the padding counts. */
const BINARY = 'x'.repeat(3 * 512 + 77);

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lockstep-tar-'));
  await writeFile(join(folder, 'LICENSE'), 'free\n');
  await writeFile(join(folder, 'temporal'), BINARY);
  execFileSync('tar', ['-cf', 'archive.tar', 'LICENSE', 'temporal'], { cwd: folder });
  archive = await readFile(join(folder, 'archive.tar'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

describe('the downloaded archive', () => {
  it('gives the binary behind the files before it, to the byte', () => {
    expect(fileInTar(archive, 'temporal')?.toString()).toBe(BINARY);
  });

  it('says when the binary is not in it', () => {
    expect(fileInTar(archive, 'temporal.exe')).toBeNull();
    expect(fileInTar(Buffer.from('<html>not found</html>'.repeat(60)), 'temporal')).toBeNull();
  });
});
