import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { CallOptions } from '../../src/stokly/api.js';
import { GATHERED, StoklyCallError } from '../../src/stokly/errors.js';
import { type Batch, Gatherer } from '../../src/stokly/gather.js';

const HISTORY: CallOptions = { priority: 'history' };
const LIVE: CallOptions = { priority: 'live' };

beforeEach(() => {
  vi.useFakeTimers({ now: Date.UTC(2026, 10, 24) });
});
afterEach(() => {
  vi.useRealTimers();
});

describe.each([LIVE, HISTORY])('with priority $priority', (options) => {
  test('a lone caller goes out at once, and so does the next one after its answer', async () => {
    const calls = callsOf();
    const first = calls.gatherer.ask(['a'], options, 'first');
    expect(calls.sent()).toEqual([['a']]);
    calls.answer(0);
    expect([...(await first)]).toEqual([['a', 'value of a']]);
    void calls.gatherer.ask(['b'], options, 'second');
    expect(calls.sent()).toEqual([['a'], ['b']]);
  });

  test('those who come while a call is out go together when it returns, each with its own answer', async () => {
    const calls = callsOf();
    void calls.gatherer.ask(['a'], options, 'first');
    const second = calls.gatherer.ask(['b'], options, 'second');
    const third = calls.gatherer.ask(['c', 'b'], options, 'third');
    expect(calls.sent()).toEqual([['a']]);
    calls.answer(0);
    await vi.advanceTimersByTimeAsync(0);
    expect(calls.sent()).toEqual([['a'], ['b', 'c']]);
    calls.answer(1);
    expect([...(await second).keys()]).toEqual(['b']);
    expect([...(await third).keys()]).toEqual(['c', 'b']);
  });

  test('nobody waits long for the answer to the call of somebody else, which may hang', async () => {
    const calls = callsOf();
    void calls.gatherer.ask(['a'], options, 'first');
    void calls.gatherer.ask(['b'], options, 'second');
    await vi.advanceTimersByTimeAsync(249);
    expect(calls.sent()).toHaveLength(1);
    await vi.advanceTimersByTimeAsync(1);
    expect(calls.sent()).toEqual([['a'], ['b']]);
  });

  test('a full call goes out though another one is out, and what is beyond it waits', async () => {
    const calls = callsOf();
    void calls.gatherer.ask(['a'], options, 'first');
    void calls.gatherer.ask(['b', 'c', 'd', 'e'], options, 'second');
    expect(calls.sent()).toEqual([['a'], ['b', 'c', 'd']]);
    calls.answer(0);
    await vi.advanceTimersByTimeAsync(0);
    expect(calls.sent()).toEqual([['a'], ['b', 'c', 'd'], ['e']]);
  });

  test('a call that waits for its turn takes callers until it is sent, and none afterwards', async () => {
    const calls = callsOf({ isHeld: true });
    void calls.gatherer.ask(['a'], options, 'first');
    void calls.gatherer.ask(['b'], options, 'second');
    calls.send(0);
    void calls.gatherer.ask(['c'], options, 'third');
    calls.answer(0);
    await vi.advanceTimersByTimeAsync(0);
    calls.send(1);
    expect(calls.sent()).toEqual([['a', 'b'], ['c']]);
  });
});

test('a call takes the place of the caller whose work began first', async () => {
  const calls = callsOf();
  void calls.gatherer.ask(['a'], { ...HISTORY, begunAtMs: 30 }, 'first');
  void calls.gatherer.ask(['b'], { ...HISTORY, begunAtMs: 20 }, 'second');
  void calls.gatherer.ask(['c'], { ...HISTORY, begunAtMs: 10 }, 'third');
  calls.answer(0);
  await vi.advanceTimersByTimeAsync(0);
  expect(calls.batches.map((batch) => batch.options)).toMatchObject([{ begunAtMs: 30 }, { begunAtMs: 10 }]);
});

test('live callers never wait for a call of history, and share none with it', () => {
  const calls = callsOf();
  void calls.gatherer.ask(['a'], HISTORY, 'history');
  void calls.gatherer.ask(['b'], HISTORY, 'history');
  void calls.gatherer.ask(['c'], LIVE, 'live');
  expect(calls.sent()).toEqual([['a'], ['c']]);
});

describe('busy history', () => {
  test('waits for others though no call is out, two seconds at most', async () => {
    const calls = callsOf({ keysMax: 50 });
    await makeBusy(calls);
    const coming = ['a', 'b', 'c', 'd', 'e', 'f', 'g'];
    for (const key of coming) {
      void calls.gatherer.ask([key], HISTORY, key);
      await vi.advanceTimersByTimeAsync(285);
    }
    expect(calls.sent()).toHaveLength(3);
    await vi.advanceTimersByTimeAsync(5);
    expect(calls.sent().slice(3)).toEqual([coming]);
  });

  test('goes out with sixteen callers', async () => {
    const calls = callsOf({ keysMax: 50 });
    await makeBusy(calls);
    const before = calls.sent().length;
    for (let caller = 0; caller < 15; caller += 1) void calls.gatherer.ask([`k${caller}`], HISTORY, 'one of many');
    expect(calls.sent()).toHaveLength(before);
    void calls.gatherer.ask(['last'], HISTORY, 'the sixteenth');
    expect(calls.sent().at(-1)).toHaveLength(16);
  });

  test('is over a second after many came: then a lone one waits for nothing again', async () => {
    const calls = callsOf({ keysMax: 50 });
    await makeBusy(calls);
    void calls.gatherer.ask(['waits'], HISTORY, 'waits');
    expect(calls.sent()).toHaveLength(3);
    await vi.advanceTimersByTimeAsync(2_000);
    calls.answerAll();
    await vi.advanceTimersByTimeAsync(0);
    void calls.gatherer.ask(['later'], HISTORY, 'later');
    expect(calls.sent().slice(3)).toEqual([['waits'], ['later']]);
  });
});

describe('a caller that gives up', () => {
  test('is told at once, and takes nothing from those who share its call', async () => {
    const calls = callsOf();
    const givingUp = new AbortController();
    void calls.gatherer.ask(['a'], LIVE, 'first');
    const leaves = calls.gatherer.ask(['b'], { ...LIVE, signal: givingUp.signal }, 'GET b');
    const stays = calls.gatherer.ask(['c'], LIVE, 'third');
    const told = expect(leaves).rejects.toMatchObject({
      failure: 'aborted',
      message: expect.stringContaining('GET b'),
    });
    givingUp.abort();
    await told;
    calls.answer(0);
    await vi.advanceTimersByTimeAsync(0);
    expect(calls.sent()).toEqual([['a'], ['c']]);
    calls.answer(1);
    expect((await stays).get('c')).toBe('value of c');
  });

  test('ends a call that is out only when it was the last', async () => {
    const calls = callsOf();
    const [one, two] = [new AbortController(), new AbortController()];
    const asked = [one, two].map(({ signal }) => calls.gatherer.ask(['a'], { ...LIVE, signal }, 'GET a'));
    const ends = Promise.allSettled(asked);
    void calls.gatherer.ask(['z'], LIVE, 'z');
    one.abort();
    expect(calls.batches[0]?.options.signal?.aborted).toBe(true);
    await vi.advanceTimersByTimeAsync(250);
    expect(calls.sent().at(-1)).toEqual(['a', 'z']);
    two.abort();
    expect(calls.batches[1]?.options.signal?.aborted).toBe(false);
    expect((await ends).map(({ status }) => status)).toEqual(['rejected', 'rejected']);
  });

  test('while their call waits for the limit hears what the limit is, and the others wait on', async () => {
    const calls = callsOf({ isHeld: true, heldBackBy: () => 'was not sent: 600 calls in 60 s are allowed' });
    const one = new AbortController();
    const asked = calls.gatherer.ask(['a'], { ...LIVE, signal: one.signal }, 'GET a');
    const other = calls.gatherer.ask(['b'], LIVE, 'GET b');
    one.abort();
    await expect(asked).rejects.toMatchObject({
      failure: 'aborted',
      message: 'Stokly: GET a: was not sent: 600 calls in 60 s are allowed',
      detail: { isHeldBack: true },
    });
    expect(calls.batches[0]?.options.signal?.aborted).toBe(false);
    calls.send(0);
    calls.answer(0);
    expect([...(await other).keys()]).toEqual(['b']);
  });

  test('before it asks is told so without a call', async () => {
    const calls = callsOf();
    await expect(calls.gatherer.ask(['a'], { ...LIVE, signal: AbortSignal.abort() }, 'GET a')).rejects.toMatchObject({
      failure: 'aborted',
    });
    expect(calls.sent()).toEqual([]);
  });
});

test('an error fails all who share a call alike, each under its own name, and the next call goes out', async () => {
  const calls = callsOf();
  void calls.gatherer.ask(['a'], LIVE, 'first');
  const failing = [calls.gatherer.ask(['b'], LIVE, 'GET x (b)'), calls.gatherer.ask(['c'], LIVE, 'GET x (c)')];
  const told = Promise.all(
    ['b', 'c'].map((key, index) =>
      expect(failing[index]).rejects.toMatchObject({
        failure: 'unavailable',
        message: `Stokly: GET x (${key}): answered 503`,
        detail: { status: 503 },
      }),
    ),
  );
  calls.answer(0);
  await vi.advanceTimersByTimeAsync(0);
  calls.fail(1, new StoklyCallError('unavailable', `GET x${GATHERED}: answered 503`, { status: 503 }));
  await told;
  void calls.gatherer.ask(['d'], LIVE, 'later');
  expect(calls.sent().at(-1)).toEqual(['d']);
});

test('a key without a value has none, and asking for no key makes no call', async () => {
  const calls = callsOf();
  expect((await calls.gatherer.ask([], LIVE, 'nothing')).size).toBe(0);
  const asked = calls.gatherer.ask(['a', 'unknown'], LIVE, 'two');
  calls.answer(0);
  expect([...(await asked).keys()]).toEqual(['a']);
  expect(calls.sent()).toHaveLength(1);
});

/** So many that come one after the other, each answered at once, that the next one waits for others. */
async function makeBusy(calls: ReturnType<typeof callsOf>): Promise<void> {
  for (const key of ['1', '2', '3']) {
    void calls.gatherer.ask([key], HISTORY, 'busy');
    calls.answerAll();
    await vi.advanceTimersByTimeAsync(0);
  }
  expect(calls.sent()).toEqual([['1'], ['2'], ['3']]);
}

/** Calls that a test answers itself. Held ones have not had their turn: they close when they are sent. */
function callsOf({ keysMax = 3, isHeld = false, heldBackBy = (): string | null => null } = {}) {
  const batches: Batch[] = [];
  const sent: (readonly string[])[] = [];
  const settle: { answer: (keys: readonly string[]) => void; fail: (error: unknown) => void }[] = [];
  const gatherer = new Gatherer<string>({
    keysMax,
    now: Date.now,
    heldBackBy,
    read: (batch) => {
      const index = batches.push(batch) - 1;
      if (!isHeld) sent[index] = batch.close();
      return new Promise((resolve, reject) => {
        settle[index] = {
          answer: (keys) =>
            resolve(new Map(keys.filter((key) => key !== 'unknown').map((key) => [key, `value of ${key}`]))),
          fail: reject,
        };
      });
    },
  });
  return {
    gatherer,
    batches,
    sent: () => sent,
    send: (index: number) => {
      sent[index] = batches[index]?.close() ?? [];
    },
    answer: (index: number) => settle[index]?.answer(sent[index] ?? []),
    answerAll: () => settle.forEach(({ answer }, index) => answer(sent[index] ?? [])),
    fail: (index: number, error: unknown) => settle[index]?.fail(error),
  };
}
