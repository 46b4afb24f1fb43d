import { ApplicationFailure, ApplicationFailureCategory, CancelledFailure } from '@temporalio/common';
import { DotdigitalCallError } from '../dotdigital/errors.js';
import { StoklyCallError } from '../stokly/errors.js';

/** Every failure type that an activity of ours ends with. A workflow tells causes apart by these names. */
export const FAILURE_TYPES = [
  'StoklyUnavailable',
  'StoklyRateLimited',
  'StoklyCredentialsRefused',
  'StoklyAnswerUnreadable',
  'StoklyRequestRefused',
  'DotdigitalUnavailable',
  'DotdigitalRateLimited',
  'DotdigitalCredentialsRefused',
  'DotdigitalAnswerUnreadable',
  'DotdigitalRequestRefused',
  'DotdigitalNotSetUp',
  'OrderChangedWhileWriting',
  'ConsentBreakerUnanswered',
  'LockstepBug',
] as const;
export type FailureType = (typeof FAILURE_TYPES)[number];

/**
 * The one switch from an error to what Temporal does next. A record that is wrong never gets here (it is an outcome of that
 * record); what gets here concerns everyone. Messages name what was tried, on which record, and what to do.
 */
export function toActivityFailure(error: unknown, { isOutOfTime }: { readonly isOutOfTime: boolean }): Error {
  if (error instanceof ApplicationFailure || error instanceof CancelledFailure) return error;
  if (error instanceof StoklyCallError) return vendorFailure('Stokly', error, isOutOfTime);
  if (error instanceof DotdigitalCallError) return vendorFailure('Dotdigital', error, isOutOfTime);
  return bug(error);
}

type Vendor = 'Stokly' | 'Dotdigital';
type CallError = StoklyCallError | DotdigitalCallError;

const CREDENTIALS: Readonly<Record<Vendor, string>> = {
  Stokly: 'STOKLY_ACCOUNT_KEY, STOKLY_CLIENT_ID, STOKLY_SECRET_KEY',
  Dotdigital: 'DOTDIGITAL_API_USER, DOTDIGITAL_API_PASSWORD, DOTDIGITAL_API_URL',
};

const whenTheyWork = (vendor: Vendor): string => `check ${CREDENTIALS[vendor]}; it goes on by itself when they work`;

const GOES_ON = 'it goes on by itself when the limit allows';

/** What to do, for whoever reads the failure in Temporal's UI. */
function whatToDo(vendor: Vendor, { failure, detail }: CallError): string {
  switch (failure) {
    case 'unavailable':
      return 'it is tried again by itself';
    case 'aborted':
      if (detail.isAtGate === true) return whenTheyWork(vendor);
      return detail.isHeldBack === true ? GOES_ON : 'the time of its attempt was over, it is tried again by itself';
    case 'rate-limited':
      return GOES_ON;
    case 'unreadable-answer':
      return `nothing was concluded from it and it is tried again; if it stays so, ask ${vendor} what this call answers`;
    case 'credentials-refused':
      return whenTheyWork(vendor);
    case 'refused':
      if (detail.status === 403)
        return `give the account the right or the feature that this call needs, or ask ${vendor} for it; it goes on by itself then`;
      return `it is tried again; if it stays so, compare this call with ${vendor}'s documentation`;
  }
}

function vendorFailure(vendor: Vendor, error: CallError, isOutOfTime: boolean): Error {
  switch (error.failure) {
    // Try again at once, at Temporal's growing pace.
    case 'unavailable':
      return failure(vendor, 'Unavailable', error);
    case 'unreadable-answer':
      return failure(vendor, 'AnswerUnreadable', error);
    // Try again after the moment that the vendor named.
    case 'rate-limited':
      return failure(vendor, 'RateLimited', error);
    // Whoever asked for it decides: a customer says so first, and then has it tried again (`workflows/refused-access.ts`).
    case 'credentials-refused':
      return failure(vendor, 'CredentialsRefused', error);
    case 'refused':
      return failure(vendor, 'RequestRefused', error);
    // The attempt ended itself: what held its call back is what failed it. Else nobody waits for it any more.
    case 'aborted':
      return isOutOfTime ? failure(vendor, whatTookTheTime(error), error) : new CancelledFailure(error.message);
  }
}

/** A vendor that is too slow, that refuses the credentials of those who wait, or lets no more calls through. */
function whatTookTheTime({ detail }: CallError): VendorFailure {
  if (detail.isAtGate === true) return 'CredentialsRefused';
  return detail.isHeldBack === true ? 'RateLimited' : 'Unavailable';
}

type VendorFailure = 'Unavailable' | 'AnswerUnreadable' | 'RateLimited' | 'CredentialsRefused' | 'RequestRefused';

const NEVER_BY_ITSELF: ReadonlySet<VendorFailure> = new Set(['RequestRefused']);

function failure(vendor: Vendor, kind: VendorFailure, error: CallError): ApplicationFailure {
  const { status, isEffectUnknown, retryAfterMs } = error.detail;
  return ApplicationFailure.create({
    message: `${error.message}: ${whatToDo(vendor, error)}`,
    type: `${vendor}${kind}` satisfies FailureType,
    nonRetryable: NEVER_BY_ITSELF.has(kind),
    details: [{ status: status ?? null, isEffectUnknown: isEffectUnknown ?? false }],
    ...(retryAfterMs === undefined ? {} : { nextRetryDelay: retryAfterMs }),
    // One call at a time looks whether they work: what was not sent is no news, and would fill the log with each attempt.
    ...(kind === 'CredentialsRefused' && status === undefined ? { category: ApplicationFailureCategory.BENIGN } : {}),
  });
}

/** Dotdigital lacks what `starter setup` creates. */
export function notSetUp(what: string): ApplicationFailure {
  return ApplicationFailure.create({
    message: `Dotdigital has no ${what}: run \`npm run starter -- setup\`, the customer goes on by itself afterwards`,
    type: 'DotdigitalNotSetUp' satisfies FailureType,
    nonRetryable: true,
  });
}

/** An order that was too large to travel is another by now than the one that was judged. */
export function orderChangedWhileWriting(number: string): ApplicationFailure {
  return ApplicationFailure.create({
    message: `order ${number} changed in Stokly between reading and writing: it is read again`,
    type: 'OrderChangedWhileWriting' satisfies FailureType,
    nonRetryable: true,
  });
}

/** No worker came to the breaker in time. Whether it counted this lowering is asked again under the same id, so it counts once. */
export function breakerUnanswered(customerId: string): ApplicationFailure {
  return ApplicationFailure.create({
    message: `customer ${customerId}: the consent breaker did not answer whether its subscription may be lowered; it is asked again by itself. If it stays so, look at the workflow consent-breaker: no worker comes to it`,
    type: 'ConsentBreakerUnanswered' satisfies FailureType,
    nonRetryable: false,
  });
}

/** What may be said of a foreign error: its message may carry data, its class name carries none. */
export function kindOf(error: unknown): string {
  return error instanceof Error ? error.constructor.name : typeof error;
}

/** Our own mistake. The message of a foreign error may carry data, so its class name alone goes on. */
function bug(error: unknown): ApplicationFailure {
  const name = kindOf(error);
  const failed = ApplicationFailure.create({
    message: `unexpected ${name} in an activity: this is a defect of Lockstep, see the worker's log`,
    type: 'LockstepBug' satisfies FailureType,
    nonRetryable: false,
  });
  if (error instanceof Error && error.stack !== undefined) failed.stack = withoutMessage(error);
  return failed;
}

function withoutMessage(error: Error): string {
  const frames = (error.stack ?? '').split('\n').filter((line) => line.trimStart().startsWith('at '));
  return [error.constructor.name, ...frames].join('\n');
}
