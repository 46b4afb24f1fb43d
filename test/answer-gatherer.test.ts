import { WorkflowNotFoundError } from '@temporalio/client';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Gatherer } from '../src/answer-gatherer.js';
import type { HistoryAnswer } from '../src/domain/backfill/answer.js';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const answer = (customerId: string, rest: Partial<HistoryAnswer> = {}): HistoryAnswer => ({
  customerId,
  kind: 'loaded',
  tallies: [],
  waiting: {},
  ...rest,
});

function gathering(fails: unknown = null) {
  const sent: [string, string[]][] = [];
  const warned: unknown[] = [];
  const send = async (workflowId: string, answers: readonly HistoryAnswer[]): Promise<void> => {
    sent.push([workflowId, answers.map(({ customerId, kind }) => `${customerId} ${kind}`)]);
    if (fails !== null) throw fails;
  };
  return { sent, warned, gatherer: new Gatherer(send, { warn: (...said: unknown[]) => void warned.push(said) }) };
}

describe('answers to backfills', () => {
  it('are gathered by workflow, and the later one of a customer counts', async () => {
    const { sent, gatherer } = gathering();
    gatherer.take('page/1', answer('a', { kind: 'blocked', problem: 'StoklyUnavailable' }));
    gatherer.take('page/2', answer('b'));
    gatherer.take('page/1', answer('a'));
    gatherer.take('page/1', answer('c'));
    expect(sent).toEqual([]);
    await vi.advanceTimersByTimeAsync(250);
    expect(sent).toEqual([
      ['page/1', ['a loaded', 'c loaded']],
      ['page/2', ['b loaded']],
    ]);
  });

  it('go out at once when there are as many as a signal holds', () => {
    const { sent, gatherer } = gathering();
    for (let at = 0; at < 200; at += 1) gatherer.take('page/1', answer(String(at)));
    expect(sent.map(([, answers]) => answers.length)).toEqual([200]);
  });

  it('are sent when the worker ends', async () => {
    const { sent, gatherer } = gathering();
    gatherer.take('page/1', answer('a'));
    await gatherer.close();
    expect(sent).toEqual([['page/1', ['a loaded']]]);
  });

  it('to a page that has ended are dropped; what else fails is said, and never thrown', async () => {
    const gone = gathering(new WorkflowNotFoundError('gone', 'page/1', undefined));
    gone.gatherer.take('page/1', answer('a'));
    await gone.gatherer.close();
    expect(gone.warned).toEqual([]);
    const down = gathering(new Error('Temporal is away'));
    down.gatherer.take('page/1', answer('a'));
    await down.gatherer.close();
    expect(down.warned).toHaveLength(1);
  });
});
