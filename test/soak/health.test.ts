import { describe, expect, it } from 'vitest';
import { type Life, trendOf } from '../../soak/health.js';

const MINUTES = 4;

/** A look a second. */
function lifeOf(at: (second: number) => { rssMb: number; files: number }): Life {
  const seconds = Array.from({ length: MINUTES * 60 }, (_, second) => second);
  return { pid: 7, samples: seconds.map((second) => ({ atMs: second * 1000, ...at(second) })) };
}

describe('a life of the worker', () => {
  it('is flat where memory goes up and down and comes back', () => {
    const trend = trendOf(lifeOf((second) => ({ rssMb: 250 + (second % 30) * 5, files: 60 + (second % 10) })));
    expect(trend).toMatchObject({ rssMbEarly: 250, rssMbLate: 250, violations: [] });
  });

  it('may fill its caches at first', () => {
    expect(trendOf(lifeOf((second) => ({ rssMb: 150 + Math.min(second, 75) * 2, files: 60 })))?.violations).toEqual([]);
  });

  it('is not flat where a MB a second is never given back, or a file a second stays open', () => {
    const grown = trendOf(lifeOf((second) => ({ rssMb: 200 + second, files: 60 + second })));
    expect(grown?.violations).toEqual([
      'worker 7: its memory grew from 280 to 360 MB',
      'worker 7: its open files grew from 219 to 299',
    ]);
  });

  it('says nothing when it was short', () => {
    const { pid, samples } = lifeOf((second) => ({ rssMb: 200 + 10 * second, files: 60 }));
    expect(trendOf({ pid, samples: samples.slice(0, 60) })).toBeNull();
  });
});
