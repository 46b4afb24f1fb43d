/** Id of the Schedule that sends digests, and of the workflows that it starts (Temporal appends the time). */
export const DIGEST_SCHEDULE_ID = 'digest-reviews';

/** What a digest run leaves; the next run finds it and goes on from there. */
export interface DigestReviewsResult {
  /** ISO instant up to which reviews were looked at. */
  readonly until: string;
  readonly isSent: boolean;
  readonly open: number;
}
