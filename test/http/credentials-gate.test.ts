import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { CredentialsGate, type GateAnswer, type GateVisit } from '../../src/http/credentials-gate.js';

beforeEach(() => {
  vi.useFakeTimers({ now: Date.UTC(2026, 10, 24) });
});
afterEach(() => {
  vi.useRealTimers();
});

test('lets everyone through while the credentials work', async () => {
  const gate = new CredentialsGate();
  expect((await Promise.all([gate.enter(), gate.enter()])).map(({ kind }) => kind)).toEqual(['go', 'go']);
});

test('tells who comes before the next look when it is', async () => {
  const gate = await closedGate();
  await pass(400);
  expect(await gate.enter()).toEqual({ kind: 'wait', retryAfterMs: 600 });
});

test('counts the refusals of calls that were out together as one', async () => {
  const gate = new CredentialsGate();
  const together = await Promise.all(Array.from({ length: 30 }, () => letIn(gate)));
  expect(together.map((visit) => gate.refused(visit))).toEqual(together.map(() => 1_000));
});

test('holds back a call that was let in before the refusal and is not out yet', async () => {
  const gate = new CredentialsGate();
  const [waiting, refused] = [await letIn(gate), await letIn(gate)];
  expect(gate.admit(waiting).kind).toBe('go');
  gate.refused(refused);
  expect(gate.admit(waiting)).toEqual({ kind: 'wait', retryAfterMs: 1_000 });
  await pass(1_000);
  expect(gate.admit(waiting).kind).toBe('go');
});

test('has no call wait that holds a turn already, while another one looks', async () => {
  const gate = new CredentialsGate();
  const [waiting, refused] = [await letIn(gate), await letIn(gate)];
  gate.refused(refused);
  await pass(1_000);
  await letIn(gate);
  expect(gate.admit(waiting)).toEqual({ kind: 'wait', retryAfterMs: 1_000 });
});

test('lets no call look that has left already: it would be out for ever', async () => {
  const gate = new CredentialsGate();
  const [left, refused] = [await letIn(gate), await letIn(gate)];
  gate.leave(left);
  gate.refused(refused);
  gate.leave(refused);
  await pass(1_000);
  expect(gate.admit(left)).toEqual({ kind: 'wait', retryAfterMs: 1_000 });
  const probe = await letIn(gate);
  gate.leave(probe);
  expect(gate.admit(probe)).toEqual({ kind: 'wait', retryAfterMs: 1_000 });
  gate.accepted(await letIn(gate));
  expect(gate.admit(left).kind).toBe('go');
});

test('is not opened by the success of a call that was out before the refusal', async () => {
  const gate = new CredentialsGate();
  const [earlier, refused] = [await letIn(gate), await letIn(gate)];
  gate.refused(refused);
  gate.accepted(earlier);
  expect((await gate.enter()).kind).toBe('wait');
});

test('looks again at a growing pace, at most every half minute', async () => {
  const gate = new CredentialsGate();
  const pauses: number[] = [];
  for (let look = 0; look < 8; look += 1) {
    const probe = await letIn(gate);
    pauses.push(gate.refused(probe));
    gate.leave(probe);
    await pass(pauses.at(-1) ?? 0);
  }
  expect(pauses).toEqual([1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000, 30_000]);
});

describe('who comes while a call is out to look', () => {
  test('goes with all others as soon as it was accepted', async () => {
    const { gate, probe, told } = await probing(1_000);
    await pass(5_000);
    expect(told).toEqual([]);
    gate.accepted(probe);
    gate.leave(probe);
    await pass(0);
    expect(told).toEqual(Array.from({ length: 1_000 }, () => 'go'));
    expect((await gate.enter()).kind).toBe('go');
  });

  test('is told when the next look is as soon as it was refused', async () => {
    const { gate, probe, answers } = await probing(1_000);
    gate.refused(probe);
    gate.leave(probe);
    expect(await answers).toEqual(Array.from({ length: 1_000 }, () => ({ kind: 'wait', retryAfterMs: 2_000 })));
  });

  test('looks in its place, one of all, where it came back without either', async () => {
    const { gate, probe, told } = await probing(1_000);
    gate.leave(probe);
    await pass(10_000);
    expect(told).toEqual(['go']);
  });

  test('waits no longer than half a minute: a call may hang', async () => {
    const { told } = await probing(3);
    await pass(29_999);
    expect(told).toEqual([]);
    await pass(1);
    expect(told).toEqual(['wait', 'wait', 'wait']);
  });

  test('waits no longer than its caller', async () => {
    const { gate } = await probing(0);
    const caller = new AbortController();
    const answer = gate.enter(caller.signal);
    caller.abort();
    expect(await answer).toEqual({ kind: 'aborted' });
    expect(await gate.enter(caller.signal)).toEqual({ kind: 'aborted' });
    expect(vi.getTimerCount()).toBe(0);
  });
});

describe('work that reads elsewhere before its call', () => {
  test('begins at once while the credentials work, and is told the next look while they do not', async () => {
    expect(await new CredentialsGate().beforeWork()).toBeNull();
    const gate = await closedGate();
    await pass(400);
    expect(await gate.beforeWork()).toEqual({ kind: 'wait', retryAfterMs: 600 });
  });

  test('goes ahead alone when a look is due, and the others are told what its call found: refused', async () => {
    const { gate, told } = await working(1_000);
    expect(told).toEqual([null]);
    for (const retryAfterMs of [2_000, 4_000]) {
      const probe = await letIn(gate);
      gate.refused(probe);
      gate.leave(probe);
      await pass(0);
      expect(told.slice(1)).toEqual(Array.from({ length: 999 }, () => ({ kind: 'wait', retryAfterMs: 2_000 })));
      await pass(retryAfterMs);
      expect(await gate.beforeWork()).toBeNull();
    }
  });

  test('begins with all others when its call was accepted', async () => {
    const { gate, told } = await working(1_000);
    const probe = await letIn(gate);
    gate.accepted(probe);
    gate.leave(probe);
    await pass(0);
    expect(told).toEqual(Array.from({ length: 1_000 }, () => null));
  });

  test('goes ahead next, one of all, where the one ahead did not come to its call, and is told to come back in the end', async () => {
    const { told } = await working(9);
    await pass(5_000);
    expect(told).toEqual([null, null]);
    await pass(25_000);
    expect(told.filter((held) => held === null)).toHaveLength(6);
    expect(told.slice(6)).toEqual(Array.from({ length: 3 }, () => ({ kind: 'wait', retryAfterMs: 1_000 })));
  });

  test('waits no longer than its caller, and holds no call back', async () => {
    const { gate } = await working(1);
    const caller = new AbortController();
    const held = gate.beforeWork(caller.signal);
    caller.abort();
    expect(await held).toEqual({ kind: 'aborted' });
    expect((await gate.enter()).kind).toBe('go');
    expect(vi.getTimerCount()).toBe(0);
  });
});

async function letIn(gate: CredentialsGate): Promise<GateVisit> {
  const answer = await gate.enter();
  if (answer.kind !== 'go') throw new Error('not let in');
  return answer.visit;
}

/** One call was refused just now. */
async function closedGate(): Promise<CredentialsGate> {
  const gate = new CredentialsGate();
  const refused = await letIn(gate);
  gate.refused(refused);
  gate.leave(refused);
  return gate;
}

/** A gate with a call out to look, and so many that came after it; `told`: what they have heard so far. */
async function probing(count: number) {
  const gate = await closedGate();
  await pass(1_000);
  const probe = await letIn(gate);
  const told: GateAnswer['kind'][] = [];
  const answers = Promise.all(
    Array.from({ length: count }, async () => {
      const answer = await gate.enter();
      told.push(answer.kind);
      return answer;
    }),
  );
  return { gate, probe, told, answers };
}

/** A gate whose look is due, and so many pieces of work that came; `told`: what they have heard so far. */
async function working(count: number) {
  const gate = await closedGate();
  await pass(1_000);
  const told: Awaited<ReturnType<CredentialsGate['beforeWork']>>[] = [];
  for (let work = 0; work < count; work += 1) void gate.beforeWork().then((held) => told.push(held));
  await pass(0);
  return { gate, told };
}

async function pass(ms: number): Promise<void> {
  await vi.advanceTimersByTimeAsync(ms);
}
