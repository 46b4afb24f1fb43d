/** Tries for which an outage is one of all of Dotdigital, as most are. */
const OUTAGE_TRIES = 5;

/** Counts the attempts of an activity that failed because they could not find or wake a record's holder, and for nothing else. */
export class HolderTries {
  readonly #before: number;
  #isFailed = false;

  /** `progress`: what the attempt before had told. `onFailed`: a heartbeat is due. */
  constructor(
    progress: unknown,
    private readonly onFailed: () => void,
  ) {
    this.#before = readCount(progress);
  }

  /** Whether an outage is to fail this attempt too. If so, it is counted. */
  mayFail(): boolean {
    if (this.#before >= OUTAGE_TRIES) return false;
    if (!this.#isFailed) this.onFailed();
    this.#isFailed = true;
    return true;
  }

  /** What a heartbeat tells, next to what others have to tell. */
  told(): readonly HolderTriesTold[] {
    const holderTries = this.#before + (this.#isFailed ? 1 : 0);
    return holderTries === 0 ? [] : [{ holderTries }];
  }
}

interface HolderTriesTold {
  readonly holderTries: number;
}

function readCount(progress: unknown): number {
  return Array.isArray(progress) ? (progress.find(isHolderTriesTold)?.holderTries ?? 0) : 0;
}

function isHolderTriesTold(told: unknown): told is HolderTriesTold {
  return typeof told === 'object' && told !== null && 'holderTries' in told && typeof told.holderTries === 'number';
}
