import { SingleBar } from 'cli-progress';

export interface Progress {
  /** `note` is shown behind the bar: the shop's day, what is waited for. */
  update(done: number, note: string): void;
  stop(): void;
}

const LINE_EVERY_MS = 10_000;

/** A bar with rate and time left on a terminal; a line now and then elsewhere. Always on standard error. */
export function showProgress(total: number, stream: NodeJS.WriteStream = process.stderr): Progress {
  return stream.isTTY ? showBar(total, stream) : showLines(total, stream);
}

function rateOf(done: number, startedAt: number): number {
  return done / Math.max(0.001, (Date.now() - startedAt) / 1000);
}

function secondsLeft(done: number, total: number, startedAt: number): string {
  const rate = rateOf(done, startedAt);
  return rate === 0 ? '?' : String(Math.ceil((total - done) / rate));
}

function showBar(total: number, stream: NodeJS.WriteStream): Progress {
  const format = '  {bar} {percentage} % · {value}/{total} events · {rate}/s · {left} s left · {note}';
  const bar = new SingleBar({ format, stream, hideCursor: true, clearOnComplete: false, barsize: 24, fps: 5 });
  const startedAt = Date.now();
  bar.start(total, 0, { rate: 0, left: '?', note: '' });
  return {
    update(done, note) {
      const rate = rateOf(done, startedAt).toFixed(0);
      bar.update(done, { rate, left: secondsLeft(done, total, startedAt), note });
    },
    stop: () => bar.stop(),
  };
}

function showLines(total: number, stream: NodeJS.WriteStream): Progress {
  const startedAt = Date.now();
  let toldAt = 0;
  return {
    update(done, note) {
      if (Date.now() - toldAt < LINE_EVERY_MS && done < total) return;
      if (done >= total && toldAt === Number.POSITIVE_INFINITY) return;
      toldAt = done >= total ? Number.POSITIVE_INFINITY : Date.now();
      const rate = rateOf(done, startedAt).toFixed(0);
      const percent = total === 0 ? 100 : Math.floor((done / total) * 100);
      stream.write(
        `  ${percent} % · ${done}/${total} events · ${rate}/s · ${secondsLeft(done, total, startedAt)} s left · ${note}\n`,
      );
    },
    stop: () => undefined,
  };
}
