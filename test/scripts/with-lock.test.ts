import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { withLock } from '../../scripts/with-lock.mjs';

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lockstep-lock-'));
  vi.spyOn(process.stderr, 'write').mockReturnValue(true);
});
afterEach(async () => {
  vi.restoreAllMocks();
  await rm(folder, { recursive: true, force: true });
});

describe('a lock between processes', () => {
  it('lets one work at a time', async () => {
    const path = join(folder, 'lock');
    let inside = 0;
    let insideMax = 0;
    const work = async (): Promise<void> => {
      inside += 1;
      insideMax = Math.max(insideMax, inside);
      await new Promise(setImmediate);
      inside -= 1;
    };
    await Promise.all([1, 2, 3].map(() => withLock(path, 'working', work)));
    expect(insideMax).toBe(1);
  });

  it('is taken over from a process that died', async () => {
    const path = join(folder, 'lock');
    // Beyond what a system gives out as a process id.
    await writeFile(path, '99999999');
    expect(await withLock(path, 'working', async () => 'done')).toBe('done');
  });

  it('is given back when the work fails', async () => {
    const path = join(folder, 'lock');
    await expect(withLock(path, 'working', () => Promise.reject(new Error('broken')))).rejects.toThrow('broken');
    expect(await withLock(path, 'working', async () => 'done')).toBe('done');
  });
});
