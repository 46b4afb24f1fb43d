import { describe, expect, it } from 'vitest';
import type { ReviewNews, ReviewOpening } from '../../src/contract/review.js';
import { LIMITS } from '../../src/domain/limits.js';
import { firstBrokenEntry } from '../../src/domain/review/trail.js';
import { newCase, nextMomentMs, type ReviewCase, takeNews } from '../../src/workflows/review-case.js';
import { assign, comment, decide, refusalOfDecision } from '../../src/workflows/review-messages.js';
import { stageOf } from '../../src/workflows/review-view.js';
import { TEST_REVIEW_POLICY } from '../support/policy.js';

/** What one message or piece of news does to a review, without a server. */

const HOLDS = {
  rule: 'lines-add-up',
  severity: 'hold',
  subject: 'order 1',
  expected: 'x',
  observed: 'y',
  differenceMinor: 100,
} as const;
const allowed = (grossMinor: number) => ({ isAllowed: true, text: '', amounts: { grossMinor, refundedMinor: 0 } });
const always = { isAllowed: true, text: '', amounts: null };

function opening(moneyHash: string, rest: Partial<ReviewOpening> = {}, grossMinor = 1300): ReviewNews {
  return {
    kind: 'open',
    policy: { ...TEST_REVIEW_POLICY, fourEyesAboveMinor: 1000 },
    isQuiet: false,
    opening: {
      orderId: 'order-1',
      number: '1',
      customerId: 'customer-1',
      answer: null,
      stake: {
        moneyHash,
        differences: [HOLDS],
        amountMinor: 1300,
        currency: 'GBP',
        channel: null,
        heldAt: '2026-11-24T10:00:00.000Z',
        factAt: '2026-11-24T10:00:00.000Z',
        choices: { recheck: always, exclude: always, acceptStated: allowed(grossMinor), acceptComputed: allowed(1200) },
      },
      ...rest,
    },
  };
}

function opened(): ReviewCase {
  const review = newCase('order-1');
  takeNews(review, opening('a'));
  return review;
}

const message = (actor: string, action: 'acceptStated' | 'exclude' | 'recheck' = 'acceptStated', moneyHash = 'a') => ({
  action,
  actor,
  reason: 'checked',
  moneyHash,
});

function decidedByTwo(): ReviewCase {
  const review = opened();
  for (const actor of ['jane', 'tom']) decide(review, message(actor), 'run');
  return review;
}

describe('a review', () => {
  it('refuses everything before it is opened, and after it is closed', () => {
    const review = newCase('order-1');
    expect(refusalOfDecision(review, message('jane'))).toContain('not opened yet');
    takeNews(review, opening('a'));
    takeNews(review, { kind: 'close', outcome: 'superseded', decisionId: null, text: 'it adds up' });
    expect(refusalOfDecision(review, message('jane'))).toBe('the review is closed (superseded: it adds up)');
  });

  it('takes the same news once', () => {
    const review = opened();
    takeNews(review, opening('a'));
    expect(review.trail.map(({ action }) => action)).toEqual(['opened']);
  });

  it('that is told of new money between its ending and its last moment goes on', () => {
    const review = decidedByTwo();
    takeNews(review, { kind: 'close', outcome: 'applied', decisionId: 'run/1', text: 'written' });
    takeNews(review, opening('b'));
    expect([stageOf(review), review.ending, review.deciding]).toEqual(['open', null, null]);
  });

  it('keeps the first word of two while the same money would be written the same, and voids it when not', () => {
    const review = opened();
    decide(review, message('jane'), 'run');
    takeNews(review, opening('a'));
    expect(stageOf(review)).toBe('awaiting-second');
    takeNews(review, opening('a', {}, 1299));
    expect([stageOf(review), review.awaited]).toEqual(['open', null]);
  });

  it('takes no notice of an answer to a decision that it has not in hand', () => {
    const review = decidedByTwo();
    takeNews(review, opening('a', { answer: { decisionId: 'an-older-run/1', kind: 'refused', text: 'no' } }));
    expect(stageOf(review)).toBe('deciding');
    takeNews(review, opening('a', { answer: { decisionId: 'run/1', kind: 'refused', text: 'no' } }));
    expect(stageOf(review)).toBe('open');
  });

  it('does not lay a closing at the door of a decision that was not carried out', () => {
    const review = decidedByTwo();
    takeNews(review, { kind: 'close', outcome: 'superseded', decisionId: 'run/1', text: 'it adds up by now' });
    expect(review.ending).toMatchObject({ outcome: 'superseded', decision: null });
  });

  it('has the amounts in the decision that were shown', () => {
    expect(decidedByTwo().deciding?.decision).toMatchObject({
      decisionId: 'run/1',
      actors: ['jane', 'tom'],
      amounts: { grossMinor: 1300, refundedMinor: 0 },
    });
  });

  it('asks at once when decided, and has nothing else to do meanwhile', () => {
    const review = opened();
    expect(nextMomentMs(review)).toBe(review.openedAtMs + TEST_REVIEW_POLICY.remindAfterMs);
    expect(nextMomentMs(decidedByTwo())).toBe(0);
  });

  it('shows the last of several stages that apply', () => {
    const review = opened();
    assign(review, { assignee: 'tom', actor: 'jane' });
    expect(stageOf(review)).toBe('assigned');
    review.remindedAtMs = 1;
    expect(stageOf(review)).toBe('reminded');
    review.escalatedAtMs = 2;
    expect(stageOf(review)).toBe('escalated');
    decide(review, message('jane'), 'run');
    expect(stageOf(review)).toBe('awaiting-second');
  });

  it('keeps a bounded trail, says what it dropped, and what is kept is whole', () => {
    const review = opened();
    for (let n = 0; n < LIMITS.reviewTrail + 30; n++) comment(review, { actor: 'jane', text: `comment ${n}` });
    expect([review.trail.length, review.trailDropped]).toEqual([LIMITS.reviewTrail, 31]);
    expect(firstBrokenEntry(review.trail, review.trailDropped)).toBeNull();
  });
});
