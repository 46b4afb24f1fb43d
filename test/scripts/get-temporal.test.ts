import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { findTemporal } from '../../scripts/get-temporal.mjs';

let folder = '';
let told = '';

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lockstep-temporal-'));
  told = '';
  vi.spyOn(process.stderr, 'write').mockImplementation((text) => {
    told += String(text);
    return true;
  });
});

afterEach(async () => {
  vi.restoreAllMocks();
  await rm(folder, { recursive: true, force: true });
});

/** A program that answers `--version` as Temporal's command line does. */
async function placeTemporal(path: string, version: string): Promise<string> {
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, `#!/bin/sh\necho "temporal version ${version} (Server 1.31.2, UI 2.50.1)"\n`);
  await chmod(path, 0o755);
  return path;
}

interface Machine {
  readonly named?: string;
  readonly onPath?: string;
  readonly download?: (target: string) => Promise<string | null>;
  readonly build?: (target: string) => Promise<string | null>;
}

const cached = (): string => join(folder, 'cache', 'temporal');

function searchOn({ named, onPath, download, build }: Machine): Promise<string> {
  return findTemporal({
    env: { PATH: onPath ?? '/nowhere', ...(named === undefined ? {} : { TEMPORAL_CLI_PATH: named }) },
    cacheFolder: join(folder, 'cache'),
    download: download ?? (async () => 'no way out'),
    build: build ?? (async () => 'no Go'),
  });
}

/** The stand-ins are shell scripts: `/bin/sh` itself needs no PATH. */
const pathWith = async (version: string): Promise<string> =>
  dirname(await placeTemporal(join(folder, 'bin', 'temporal'), version));

describe('finding Temporal', () => {
  it('takes what TEMPORAL_CLI_PATH names before anything else', async () => {
    const named = await placeTemporal(join(folder, 'mine'), '1.7.0');
    await placeTemporal(cached(), '1.8.2');
    expect(await searchOn({ named, onPath: await pathWith('1.8.0') })).toBe(named);
    expect(told).toBe(`Temporal: 1.7.0, from TEMPORAL_CLI_PATH (${named})\n`);
  });

  it('does not look further when TEMPORAL_CLI_PATH names nothing that runs', async () => {
    await placeTemporal(cached(), '1.8.2');
    await expect(searchOn({ named: join(folder, 'nothing') })).rejects.toThrow(
      /TEMPORAL_CLI_PATH names .*does not run/,
    );
  });

  it('takes the one on the PATH before the cache', async () => {
    await placeTemporal(cached(), '1.8.2');
    expect(await searchOn({ onPath: await pathWith('1.5.0') })).toBe('temporal');
  });

  it('passes over one on the PATH that is too old', async () => {
    await placeTemporal(cached(), '1.8.2');
    expect(await searchOn({ onPath: await pathWith('1.4.9') })).toBe(cached());
    expect(told).toContain('from the cache');
  });

  it('downloads before it builds, and finds the download in the cache the next time', async () => {
    const build = vi.fn(async () => 'not asked');
    const download = vi.fn(async (target: string) => {
      await placeTemporal(target, '1.8.2');
      return null;
    });
    expect(await searchOn({ download, build })).toBe(cached());
    expect(await searchOn({ download, build })).toBe(cached());
    expect(download).toHaveBeenCalledTimes(1);
    expect(build).not.toHaveBeenCalled();
  });

  it('builds when the download does not come', async () => {
    const build = async (target: string): Promise<null> => {
      await placeTemporal(target, '1.8.2');
      return null;
    };
    expect(await searchOn({ build })).toBe(cached());
    expect(told).toContain('built from source');
  });

  it('gets it once when two look for it at the same time', async () => {
    const build = vi.fn(async (target: string) => {
      await placeTemporal(target, '1.8.2');
      return null;
    });
    expect(await Promise.all([searchOn({ build }), searchOn({ build })])).toEqual([cached(), cached()]);
    expect(build).toHaveBeenCalledTimes(1);
  });

  it('names every way, and why each failed, when there is none', async () => {
    const failure = await searchOn({}).catch((error: unknown) => String(error));
    for (const words of ['TEMPORAL_CLI_PATH', 'PATH', cached(), 'temporal.download', 'Go', 'no way out', 'no Go']) {
      expect(failure).toContain(words);
    }
  });
});
