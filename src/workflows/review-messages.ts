import type { AssignReview, CommentReview, DecideReview, ReviewReply } from '../contract/review.js';
import { LIMITS } from '../domain/limits.js';
import { REVIEW_ACTIONS, type ReviewAction } from '../domain/review/actions.js';
import type { ReviewDecision } from '../domain/review/decision.js';
import { addToTrail, type ReviewCase, type Told } from './review-case.js';
import { stageOf } from './review-view.js';

/**
 * People's messages. Each has a check, which says in a sentence why it is refused and what to do, and a deed, which is only done when
 * the check has nothing to say. What they get is JSON typed by hand: nothing about its shape is taken for granted.
 */

/** Null: it can be done. */
export function refusalOfDecision(review: ReviewCase, given: DecideReview): string | null {
  const message = recordOf(given);
  const shape = refusalOfActor(message) ?? refusalOfText(message, 'reason');
  if (shape !== null) return shape;
  if (!isAction(message['action'])) return `action: one of ${REVIEW_ACTIONS.join(', ')} is needed`;
  const standing = refusalOfStanding(review);
  if (standing !== null || review.told === null) return standing;
  const { deciding, awaited } = review;
  if (deciding !== null) {
    const { action, actors } = deciding.decision;
    return `${actors.join(' and ')} decided ${action} already, and it is being carried out: read the review again in a moment`;
  }
  const { stake } = review.told;
  if (given.moneyHash !== stake.moneyHash) {
    return `moneyHash: the order’s money is not the one that was decided about; read the review again, the hash is ${stake.moneyHash} now`;
  }
  const choice = stake.choices[message['action']];
  if (!choice.isAllowed) return `${message['action']} is not possible: ${choice.text}`;
  const isRepeated =
    awaited !== null && awaited.action === message['action'] && isSameActor(awaited.actor, given.actor);
  return isRepeated && needsSecond(review.told, awaited.action)
    ? `${awaited.actor} decided this already: above the four-eyes limit a second person has to send the same`
    : null;
}

/** `recheck` moves no money and needs no second person. */
export function needsSecond({ stake, policy }: Told, action: ReviewAction): boolean {
  return action !== 'recheck' && stake.amountMinor > policy.fourEyesAboveMinor;
}

export function decide(review: ReviewCase, given: DecideReview, caseId: string): void {
  const { told, awaited } = review;
  if (told === null) return;
  const message = { ...given, actor: given.actor.trim(), reason: given.reason.trim() };
  const { action, actor, reason, moneyHash } = message;
  const entry = addToTrail(review, { actor, action, reason });
  const isConfirmed = awaited !== null && awaited.action === action;
  if (needsSecond(told, action) && !isConfirmed) {
    review.awaited = { action, actor, reason, moneyHash, at: entry.at };
    return;
  }
  const first = isConfirmed && needsSecond(told, action) ? awaited : null;
  review.decisionsMade += 1;
  const decision: ReviewDecision = {
    decisionId: `${caseId}/${review.decisionsMade}`,
    action,
    moneyHash,
    actors: first === null ? [actor] : [first.actor, actor],
    reason: first === null ? reason : `${first.reason} · ${reason}`,
    at: entry.at,
    amounts: told.stake.choices[action].amounts,
    trailHash: entry.hash,
  };
  review.awaited = null;
  review.lastDecision = decision;
  review.deciding = { decision, asks: 0, askAtMs: 0 };
}

export function refusalOfAssignment(review: ReviewCase, given: AssignReview): string | null {
  const message = recordOf(given);
  const { assignee } = message;
  if (assignee !== null && typeof assignee !== 'string') return 'assignee: a name is needed, or null for nobody';
  if (typeof assignee === 'string' && assignee.length > LIMITS.reviewNameMax)
    return tooLong('assignee', LIMITS.reviewNameMax);
  return refusalOfActor(message) ?? refusalOfStanding(review);
}

export function assign(review: ReviewCase, { assignee, actor }: AssignReview): void {
  const name = assignee?.trim() ?? '';
  review.assignee = name === '' ? null : name;
  addToTrail(review, { actor: actor.trim(), action: 'assigned', reason: name === '' ? 'to nobody' : `to ${name}` });
}

export function refusalOfComment(review: ReviewCase, given: CommentReview): string | null {
  const message = recordOf(given);
  return refusalOfActor(message) ?? refusalOfText(message, 'text') ?? refusalOfStanding(review);
}

export function comment(review: ReviewCase, { actor, text }: CommentReview): void {
  addToTrail(review, { actor: actor.trim(), action: 'commented', reason: text.trim() });
}

/** A signal has no answer: what was refused stands in the trail, and changes nothing else. */
export function noteRefusal(review: ReviewCase, given: unknown, why: string): void {
  const { actor } = recordOf(given);
  const named = typeof actor === 'string' && actor.trim() !== '' ? actor.trim() : 'somebody';
  addToTrail(review, { actor: named.slice(0, LIMITS.reviewNameMax), action: 'refused-message', reason: why });
}

/** What an update's sender is told. */
export function replyOf(review: ReviewCase): ReviewReply {
  const stage = stageOf(review);
  if (stage === 'deciding') return { stage, text: 'decided; the customer’s workflow carries it out and answers' };
  if (review.awaited !== null) {
    return {
      stage,
      text: `noted; a second person has to send the same action for moneyHash ${review.awaited.moneyHash}`,
    };
  }
  return { stage, text: 'noted' };
}

function recordOf(given: unknown): Readonly<Record<string, unknown>> {
  return typeof given === 'object' && given !== null ? { ...given } : {};
}

function isAction(value: unknown): value is ReviewAction {
  return REVIEW_ACTIONS.some((action) => action === value);
}

function refusalOfActor(message: Readonly<Record<string, unknown>>): string | null {
  const { actor } = message;
  if (typeof actor !== 'string' || actor.trim() === '') return 'actor: who decides is needed';
  return actor.length > LIMITS.reviewNameMax ? tooLong('actor', LIMITS.reviewNameMax) : null;
}

function refusalOfText(message: Readonly<Record<string, unknown>>, name: 'reason' | 'text'): string | null {
  const text = message[name];
  if (typeof text !== 'string' || text.trim() === '') return `${name}: some words are needed, for the trail`;
  return text.length > LIMITS.reviewTextMax ? tooLong(name, LIMITS.reviewTextMax) : null;
}

function tooLong(name: string, max: number): string {
  return `${name}: at most ${max} characters`;
}

function refusalOfStanding(review: ReviewCase): string | null {
  if (review.ending !== null) return `the review is closed (${review.ending.outcome}: ${review.ending.text})`;
  if (review.told === null) return 'the review is not opened yet: send it again in a moment';
  return null;
}

/** Case and spaces around a name make no second person. */
function isSameActor(left: string, right: string): boolean {
  return left.trim().toLowerCase() === right.trim().toLowerCase();
}
