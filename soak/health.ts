import { readdir, readFile } from 'node:fs/promises';
import { setTimeout as pause } from 'node:timers/promises';

/** One look at a process from outside, Linux's `/proc`. */
export interface Sample {
  readonly atMs: number;
  readonly rssMb: number;
  readonly files: number;
}

/** From one start of the worker to its end. */
export interface Life {
  readonly pid: number;
  readonly samples: Sample[];
}

export interface Trend {
  readonly lifeSecs: number;
  readonly rssMbEarly: number;
  readonly rssMbLate: number;
  readonly filesEarly: number;
  readonly filesLate: number;
  /** What grew, in words; empty when all is flat. */
  readonly violations: readonly string[];
}

const LOOK_EVERY_MS = 1_000;
/** A shorter life says nothing: its caches are still filling. */
const LIFE_SECS_MIN = 80;
/**
 * What memory may grow by between the two stretches. The worker keeps the customers that it has seen, up to a bound, and V8
 * collects when it likes: a leak of a few KB an order shows above this within minutes, and goes on growing.
 */
const RSS_GROWTH_MAX = 0.2;
const RSS_GROWTH_MB_MAX = 32;
/** Connections that come and go. */
const FILES_GROWTH_MAX = 24;

/** Watches the worker, whichever process it is just then, until it is told to stop. */
export class Health {
  readonly #lives: Life[] = [];

  async watch(pidOf: () => number | null, signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      const pid = pidOf();
      const sample = pid === null ? null : await look(pid);
      if (pid !== null && sample !== null) this.#lifeOf(pid).samples.push(sample);
      await pause(LOOK_EVERY_MS, undefined, { signal }).catch(() => undefined);
    }
  }

  #lifeOf(pid: number): Life {
    const known = this.#lives.find((life) => life.pid === pid);
    if (known !== undefined) return known;
    const life = { pid, samples: [] };
    this.#lives.push(life);
    return life;
  }

  /**
   * Each life of at least 80 s, for itself: its first third is left out (start, caches), and then the lowest memory of
   * its middle third, which is what is left after collections, is compared with that of its last third; so are the most files
   * that were open. Null where no life was long enough, or this is no Linux.
   */
  trend(): Trend | null {
    const long = this.#lives.map(trendOf).filter((trend) => trend !== null);
    const last = long.at(-1);
    return last === undefined ? null : { ...last, violations: long.flatMap(({ violations }) => violations) };
  }
}

async function look(pid: number): Promise<Sample | null> {
  try {
    const status = await readFile(`/proc/${pid}/status`, 'utf8');
    const files = (await readdir(`/proc/${pid}/fd`)).length;
    const [, rssKb] = /^VmRSS:\s+(\d+) kB$/m.exec(status) ?? [];
    return rssKb === undefined ? null : { atMs: performance.now(), rssMb: Number(rssKb) / 1024, files };
  } catch {
    // It has just ended.
    return null;
  }
}

/** Null where the life was too short to say anything. */
export function trendOf({ pid, samples }: Life): Trend | null {
  const [first, last] = [samples[0], samples.at(-1)];
  const lifeMs = first === undefined || last === undefined ? 0 : last.atMs - first.atMs;
  if (first === undefined || lifeMs < LIFE_SECS_MIN * 1000) return null;
  const third = (n: number): Sample[] =>
    samples.filter(({ atMs }) => Math.min(2, Math.floor((3 * (atMs - first.atMs)) / lifeMs)) === n);
  const lowest = (some: Sample[]): number => Math.round(Math.min(...some.map(({ rssMb }) => rssMb)));
  const most = (some: Sample[]): number => Math.max(...some.map(({ files }) => files));
  const [early, late] = [third(1), third(2)];
  const [rssMbEarly, rssMbLate] = [lowest(early), lowest(late)];
  const [filesEarly, filesLate] = [most(early), most(late)];
  const violations = [];
  if (rssMbLate - rssMbEarly > Math.max(RSS_GROWTH_MB_MAX, RSS_GROWTH_MAX * rssMbEarly))
    violations.push(`worker ${pid}: its memory grew from ${rssMbEarly} to ${rssMbLate} MB`);
  if (filesLate - filesEarly > FILES_GROWTH_MAX)
    violations.push(`worker ${pid}: its open files grew from ${filesEarly} to ${filesLate}`);
  return { lifeSecs: Math.round(lifeMs / 1000), rssMbEarly, rssMbLate, filesEarly, filesLate, violations };
}
