import { expect, test } from 'vitest';
import { CredentialsGate } from '../../src/http/credentials-gate.js';

test('lets everyone through while the credentials work', () => {
  const { gate } = gateAt();
  expect([gate.enter().kind, gate.enter().kind]).toEqual(['go', 'go']);
});

test('after a refusal lets one at a time look again, and tells the others when to come back', () => {
  const { gate, pass } = gateAt();
  expect(gate.refused()).toBe(1_000);
  expect(gate.enter()).toEqual({ kind: 'wait', retryAfterMs: 1_000 });
  pass(1_000);
  expect(gate.enter().kind).toBe('go');
  expect(gate.enter()).toEqual({ kind: 'wait', retryAfterMs: 1_000 });
});

test('looks again at a growing pace, at most every half minute', () => {
  const { gate } = gateAt();
  expect(Array.from({ length: 8 }, () => gate.refused())).toEqual([
    1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000, 30_000,
  ]);
});

test('opens for everyone as soon as the credentials are accepted', () => {
  const { gate } = gateAt();
  gate.refused();
  gate.accepted();
  expect([gate.enter().kind, gate.enter().kind]).toEqual(['go', 'go']);
});

function gateAt() {
  let nowMs = 0;
  const pass = (ms: number) => {
    nowMs += ms;
  };
  return { gate: new CredentialsGate(() => nowMs), pass };
}
