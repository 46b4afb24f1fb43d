import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { CredentialsGate, type GateVisit, notSent } from '../../src/http/credentials-gate.js';
import { StoklyCallError } from '../../src/stokly/errors.js';
import { GrantKeeper } from '../../src/stokly/grant.js';
import { grantOf } from './faulty.js';
import { callErrorOf, clientSettings, LIVE } from './shop.js';

/** A grant that waits its turn in the limiter while the call that it was asked for ends. */

beforeEach(() => {
  vi.useFakeTimers({ now: Date.UTC(2026, 10, 24) });
});
afterEach(() => {
  vi.useRealTimers();
});

test('of a call that has ended holds nobody up: the call that looks asks for its own', async () => {
  const { grants, ended, gate, giveTurn, sent } = await endedMeanwhile();
  const looking = await letIn(gate);
  const token = grants.token(LIVE, looking);
  await giveTurn();
  await giveTurn();
  expect(await token).toBe('t');
  expect(sent).toEqual([looking]);
  gate.leave(looking);
  expect(gate.admit(ended).kind).toBe('wait');
  expect((await gate.enter()).kind).toBe('go');
});

test('of a call that has ended tells those who may not look when to come back', async () => {
  const { grants, early, gate, giveTurn, sent } = await endedMeanwhile();
  await letIn(gate);
  const failed = callErrorOf(grants.token(LIVE, early));
  await giveTurn();
  expect(await failed).toMatchObject({ failure: 'credentials-refused', detail: { retryAfterMs: 1_000 } });
  expect(sent).toEqual([]);
});

/**
 * A grant was asked for by a call that has ended since; another call was refused, and the next look is due. `early` was let in
 * before that. `giveTurn`: the limiter lets the next grant out.
 */
async function endedMeanwhile() {
  const gate = new CredentialsGate();
  const turns: (() => void)[] = [];
  const sent: GateVisit[] = [];
  const grants = new GrantKeeper(clientSettings('http://stokly.invalid'), {
    gate,
    now: Date.now,
    refusalOf: () => null,
    send: async (_request, { label, visit }) => {
      await new Promise<void>((resolve) => turns.push(resolve));
      const turn = gate.admit(visit);
      if (turn.kind !== 'go') throw notSent(turn, label, StoklyCallError);
      sent.push(visit);
      return { status: 200, headers: new Map(), text: JSON.stringify(grantOf('t')) };
    },
  });
  const giveTurn = async (): Promise<void> => {
    turns.shift()?.();
    await vi.advanceTimersByTimeAsync(0);
  };
  const caller = new AbortController();
  const [ended, early, refused] = [await letIn(gate), await letIn(gate), await letIn(gate)];
  const given = callErrorOf(grants.token({ ...LIVE, signal: caller.signal }, ended));
  gate.refused(refused);
  caller.abort();
  expect((await given).failure).toBe('aborted');
  for (const visit of [ended, refused]) gate.leave(visit);
  await vi.advanceTimersByTimeAsync(1_000);
  return { grants, gate, ended, early, giveTurn, sent };
}

async function letIn(gate: CredentialsGate): Promise<GateVisit> {
  const answer = await gate.enter();
  if (answer.kind !== 'go') throw new Error('not let in');
  return answer.visit;
}
