import { chmod, mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { gunzipSync } from 'node:zlib';

/** Short for the answer to begin, so that a machine without a way out moves on at once. */
const ANSWER_TIMEOUT_MS = 10_000;
const DOWNLOAD_TIMEOUT_MS = 300_000;
const TAR_BLOCK_BYTES = 512;

/**
 * One file out of a tar archive; plain names up to 100 characters are all that this archive has.
 *
 * @param {Buffer} archive
 * @param {string} name
 * @returns {Buffer | null}
 */
export function fileInTar(archive, name) {
  for (let offset = 0; offset + TAR_BLOCK_BYTES <= archive.length; ) {
    const entryName = archive.toString('utf8', offset, offset + 100).replace(/\0.*$/s, '');
    if (entryName === '') return null;
    const size = Number.parseInt(archive.toString('ascii', offset + 124, offset + 136), 8);
    if (!Number.isInteger(size)) return null;
    const start = offset + TAR_BLOCK_BYTES;
    if (entryName === name || entryName === `./${name}`) return archive.subarray(start, start + size);
    offset = start + Math.ceil(size / TAR_BLOCK_BYTES) * TAR_BLOCK_BYTES;
  }
  return null;
}

/** @param {string} version */
function archiveUrl(version) {
  const arch = process.arch === 'x64' ? 'amd64' : process.arch;
  return `https://temporal.download/cli/archive/v${version}?platform=${process.platform}&arch=${arch}`;
}

/** @param {string} url */
async function fetchArchive(url) {
  const abort = new AbortController();
  const unanswered = setTimeout(() => abort.abort(new Error('no answer in time')), ANSWER_TIMEOUT_MS);
  const response = await fetch(url, {
    signal: AbortSignal.any([abort.signal, AbortSignal.timeout(DOWNLOAD_TIMEOUT_MS)]),
  }).finally(() => clearTimeout(unanswered));
  if (!response.ok) throw new Error(`status ${response.status}`);
  return Buffer.from(await response.arrayBuffer());
}

/**
 * The vendor's download, put in place in one step.
 *
 * @param {string} version
 * @param {string} target
 * @returns {Promise<string | null>} null when done, else why not
 */
export async function downloadTemporal(version, target) {
  const halfDone = `${target}.${process.pid}`;
  try {
    const binary = fileInTar(gunzipSync(await fetchArchive(archiveUrl(version))), 'temporal');
    if (binary === null) return 'the archive holds no file `temporal`';
    await mkdir(dirname(target), { recursive: true });
    await writeFile(halfDone, binary);
    await chmod(halfDone, 0o755);
    await rename(halfDone, target);
    return null;
  } catch (error) {
    await rm(halfDone, { force: true });
    const cause = error instanceof Error && error.cause instanceof Error ? `: ${error.cause.message}` : '';
    return `${error instanceof Error ? error.message : String(error)}${cause}`;
  }
}
