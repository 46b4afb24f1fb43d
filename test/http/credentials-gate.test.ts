import { expect, test } from 'vitest';
import { CredentialsGate, type GateVisit } from '../../src/http/credentials-gate.js';

test('lets everyone through while the credentials work', () => {
  const { gate } = gateAt();
  expect([gate.enter().kind, gate.enter().kind]).toEqual(['go', 'go']);
});

test('after a refusal lets one at a time look again, and tells the others when to come back', () => {
  const { gate, pass } = gateAt();
  expect(gate.refused(letIn(gate))).toBe(1_000);
  expect(gate.enter()).toEqual({ kind: 'wait', retryAfterMs: 1_000 });
  pass(1_000);
  expect(gate.enter().kind).toBe('go');
  expect(gate.enter()).toEqual({ kind: 'wait', retryAfterMs: 1_000 });
});

test('lets nobody else look while the one that looks has no answer, and the next one when it gave up', () => {
  const { gate, pass } = gateAt();
  gate.refused(letIn(gate));
  pass(1_000);
  const probe = letIn(gate);
  pass(60_000);
  expect(gate.enter().kind).toBe('wait');
  gate.leave(probe);
  expect(gate.enter().kind).toBe('go');
});

test('counts the refusals of calls that were out together as one', () => {
  const { gate } = gateAt();
  const together = Array.from({ length: 30 }, () => letIn(gate));
  expect(together.map((visit) => gate.refused(visit))).toEqual(together.map(() => 1_000));
});

test('holds back a call that was let in before the refusal and is not out yet', () => {
  const { gate, pass } = gateAt();
  const [waiting, refused] = [letIn(gate), letIn(gate)];
  expect(gate.admit(waiting).kind).toBe('go');
  gate.refused(refused);
  expect(gate.admit(waiting)).toEqual({ kind: 'wait', retryAfterMs: 1_000 });
  pass(1_000);
  expect(gate.admit(waiting).kind).toBe('go');
  expect(gate.enter().kind).toBe('wait');
});

test('is not opened by the success of a call that was out before the refusal', () => {
  const { gate } = gateAt();
  const [earlier, refused] = [letIn(gate), letIn(gate)];
  gate.refused(refused);
  gate.accepted(earlier);
  expect(gate.enter().kind).toBe('wait');
});

test('looks again at a growing pace, at most every half minute', () => {
  const { gate, pass } = gateAt();
  const pauses = Array.from({ length: 8 }, () => {
    const probe = letIn(gate);
    const pauseMs = gate.refused(probe);
    gate.leave(probe);
    pass(pauseMs);
    return pauseMs;
  });
  expect(pauses).toEqual([1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000, 30_000]);
});

test('opens for everyone as soon as the credentials are accepted', () => {
  const { gate, pass } = gateAt();
  gate.refused(letIn(gate));
  pass(1_000);
  gate.accepted(letIn(gate));
  expect([gate.enter().kind, gate.enter().kind]).toEqual(['go', 'go']);
});

function letIn(gate: CredentialsGate): GateVisit {
  const answer = gate.enter();
  if (answer.kind !== 'go') throw new Error('not let in');
  return answer.visit;
}

function gateAt() {
  let nowMs = 0;
  const pass = (ms: number) => {
    nowMs += ms;
  };
  return { gate: new CredentialsGate(() => nowMs), pass };
}
