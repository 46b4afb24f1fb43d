import {
  allHandlersFinished,
  ApplicationFailure,
  condition,
  continueAsNew,
  isCancellation,
  setCurrentDetails,
  setHandler,
  upsertSearchAttributes,
  workflowInfo,
} from '@temporalio/workflow';
import {
  assignReviewSignal,
  assignReviewUpdate,
  commentReviewSignal,
  commentReviewUpdate,
  decideReviewSignal,
  decideReviewUpdate,
  reviewNewsSignal,
  type ReviewOrderInput,
  type ReviewReply,
  type ReviewResult,
  type ReviewState,
  reviewStateQuery,
} from '../contract/review.js';
import { LIMITS } from '../domain/limits.js';
import { live } from './activity-proxies.js';
import { describeReview } from './describe-review.js';
import { asked, newCase, nextMomentMs, remind, type ReviewCase, takeNews } from './review-case.js';
import {
  assign,
  comment,
  decide,
  noteRefusal,
  refusalOfAssignment,
  refusalOfComment,
  refusalOfDecision,
  replyOf,
} from './review-messages.js';
import { reviewAttributeChanges, reviewResult, reviewState } from './review-view.js';

/** What one run keeps beside what is carried over. */
interface Run {
  readonly review: ReviewCase;
  /** Counts messages, so that the main loop sees that something came. */
  messages: number;
}

/**
 * One held order that waits for a person (`review/<orderId>`), opened by the activity `openReview`. It ends when the order waits no longer:
 * a decision was carried out, a newer state adds up, or nothing is left to decide.
 *
 * Promises: it never decides by itself; one decision at a time, and only about the money that is at stake now; what was decided is
 * asked for until the customer's workflow has answered; nobody's message is lost over a continue-as-new.
 * Bounded by: 200 events a run, 200 entries of the trail (`domain/limits.ts`).
 */
export async function reviewOrderWorkflow(input: ReviewOrderInput): Promise<ReviewResult> {
  const review = carriedCase(input) ?? newCase(input.orderId);
  const run: Run = { review, messages: 0 };
  handleMessages(run);
  for (;;) {
    publish(review);
    if (review.ending !== null && review.told !== null) {
      return reviewResult(review, { told: review.told, ending: review.ending });
    }
    if (mustContinue()) await continueAsNew<typeof reviewOrderWorkflow>({ orderId: review.orderId, carried: review });
    if (isAskDue(review)) await askCustomer(review);
    else await untilMoved(run);
    remind(review, Date.now());
  }
}

function carriedCase(input: ReviewOrderInput): ReviewCase | null {
  return (input.carried as ReviewCase | undefined) ?? null;
}

function mustContinue(): boolean {
  const { startTime, historyLength, continueAsNewSuggested } = workflowInfo();
  if (Date.now() - startTime.getTime() < LIMITS.runAgeMinMs || !allHandlersFinished()) return false;
  return continueAsNewSuggested || historyLength >= LIMITS.reviewEventsPerRun;
}

function isAskDue({ deciding }: ReviewCase): boolean {
  return deciding !== null && deciding.askAtMs <= Date.now();
}

/** Waits for a message, or for the next moment at which something is to be done. */
async function untilMoved(run: Run): Promise<void> {
  const seen = run.messages;
  const momentMs = nextMomentMs(run.review);
  if (momentMs === null) await condition(() => run.messages !== seen);
  else await condition(() => run.messages !== seen, Math.max(1, momentMs - Date.now()));
}

/** Has the customer's workflow carry the decision out, starting it where somebody terminated it. */
async function askCustomer(review: ReviewCase): Promise<void> {
  const { told, deciding, orderId } = review;
  if (told === null || deciding === null) return;
  review.deciding = asked(deciding, Date.now());
  const { decision } = deciding;
  // Each ask is an event of its own: the customer's workflow drops ids that it has seen.
  const eventId = `review:${decision.decisionId}:${deciding.asks}`;
  try {
    await live.wakeCustomer.executeWithOptions({ summary: `${decision.action}: order ${told.number}` }, [
      { customerId: told.customerId, wake: { eventId, kind: 'decide-review', orderId, decision } },
    ]);
  } catch (error) {
    if (isCancellation(error)) throw error;
    // Asked again when its time comes: the details say how often it was.
  }
}

/** Details cost no history; search attributes do, so only those that changed are sent. */
function publish(review: ReviewCase): void {
  if (review.told === null) return;
  setCurrentDetails(describeReview(review, review.told));
  const changes = reviewAttributeChanges(review, review.told, workflowInfo().typedSearchAttributes);
  if (changes.length > 0) upsertSearchAttributes(changes);
}

/** What the customer's side tells comes first, so that a person's message that waited with it finds the review open. */
function handleMessages(run: Run): void {
  const { review } = run;
  setHandler(
    reviewNewsSignal,
    (news) => {
      takeNews(review, news);
      run.messages += 1;
    },
    { description: 'Sent by the customer’s workflow alone: what is at stake, and what came of it.' },
  );
  const caseId = workflowInfo().firstExecutionRunId;
  const deciding: PersonMessage<Parameters<typeof refusalOfDecision>[1]> = {
    refusal: refusalOfDecision,
    deed: (one, message) => decide(one, message, caseId),
  };
  const assigning = { refusal: refusalOfAssignment, deed: assign };
  const commenting = { refusal: refusalOfComment, deed: comment };
  const toDecide =
    'Decide about the order. Example: {"action":"acceptStated","actor":"jane","reason":"checked with the warehouse","moneyHash":"<as in the details>"}; actions: recheck, acceptStated, acceptComputed, exclude';
  const toAssign = 'Say who has it. Example: {"assignee":"jane","actor":"tom"}; assignee null: nobody';
  const toComment = 'Say something for the trail. Example: {"actor":"jane","text":"asked the warehouse"}';
  setHandler(decideReviewUpdate, answering(run, deciding), {
    validator: checking(run, deciding),
    description: toDecide,
  });
  setHandler(decideReviewSignal, noting(run, deciding), { description: toDecide });
  setHandler(assignReviewUpdate, answering(run, assigning), {
    validator: checking(run, assigning),
    description: toAssign,
  });
  setHandler(assignReviewSignal, noting(run, assigning), { description: toAssign });
  setHandler(commentReviewUpdate, answering(run, commenting), {
    validator: checking(run, commenting),
    description: toComment,
  });
  setHandler(commentReviewSignal, noting(run, commenting), { description: toComment });
  setHandler(reviewStateQuery, () => stateOf(review), {
    description: 'All about the review: what is at stake, what may be decided, who has it, the whole trail.',
  });
}

function stateOf(review: ReviewCase): ReviewState {
  if (review.told === null) throw new Error('the review is not opened yet: ask again in a moment');
  return reviewState(review, review.told);
}

interface PersonMessage<Message> {
  readonly refusal: (review: ReviewCase, message: Message) => string | null;
  readonly deed: (review: ReviewCase, message: Message) => void;
}

/** Before an update leaves any trace. */
function checking<Message>({ review }: Run, { refusal }: PersonMessage<Message>): (message: Message) => void {
  return (message) => {
    const why = refusal(review, message);
    if (why !== null) throw refused(why);
  };
}

/** Looked at once more: of two that were checked at the same moment only the first is done, and the other is told. */
function answering<Message>(run: Run, { refusal, deed }: PersonMessage<Message>): (message: Message) => ReviewReply {
  return (message) => {
    const why = refusal(run.review, message);
    if (why !== null) throw refused(why);
    deed(run.review, message);
    run.messages += 1;
    return replyOf(run.review);
  };
}

/** A signal: what is refused changes nothing and is noted in the trail. Never throws, that would stop the workflow. */
function noting<Message>(run: Run, { refusal, deed }: PersonMessage<Message>): (message: Message) => void {
  return (message) => {
    const why = refusal(run.review, message);
    if (why === null) deed(run.review, message);
    else noteRefusal(run.review, message, why);
    run.messages += 1;
  };
}

function refused(message: string): ApplicationFailure {
  return ApplicationFailure.create({ message, type: 'ReviewMessageRefused', nonRetryable: true });
}
