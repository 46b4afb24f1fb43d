/** Every bound in one place, each with where its number comes from. */
export const LIMITS = {
  /** Orders taken in one drain: keeps a drain's payload and an activity's work small (architecture, section 4). */
  ordersPerDrain: 40,
  /** Bytes of snapshots in one activity result; Temporal warns at 512 KB a payload. */
  snapshotBytesPerDrain: 256 * 1024,
  /** Event ids remembered against repeats; a sender repeats within minutes, not after hundreds of events. */
  eventIdsRemembered: 500,
  /** Differences kept per ledger entry: enough to understand, small enough to carry over. */
  differencesKept: 5,
  /** Orders in one ledger; 2,000 entries are about 1 MB, half of what a payload may hold. */
  ledgerEntries: 2000,
  /** Outcomes shown in the details of a run. */
  recentOutcomes: 12,
  /** Characters shown of a name or a reason that a person typed: a line in the details. */
  actorTextMax: 200,
  /** Continue as new when idle after this many orders. */
  ordersPerRun: 40,
  /** Continue as new under fire from this many history events on. */
  eventsPerRun: 2000,
  /** Never continue as new in a younger run: the server spaces runs of one id by a hidden backoff that adds up. */
  runAgeMinMs: 2000,
  /** A version that Stokly does not show yet: tries, within about two minutes. */
  behindTries: 5,
  behindPausesMs: [2_000, 8_000, 20_000, 30_000, 60_000],
  /** An order that Stokly does not show at all: pauses grow to this, for a day. */
  notFoundPauseMaxMs: 10 * 60_000,
  notFoundGiveUpMs: 24 * 3_600_000,
  /** A routing whose activity gave up after ten minutes is started again after this. */
  routeRetryPauseMs: 30_000,
  /** Customers that the consent breaker wakes when it is released; the others are looked at with their next event. */
  breakerWaiting: 1000,
  /** An uncertain write is read back this much later, unless settings say otherwise: longer than any request may live. */
  unconfirmedAfterMs: 120_000,
  /** Entries that a review's trail keeps: at most about 300 KB to carry over, and more than people write about one order. */
  reviewTrail: 200,
  /** What staff type into a review: names and words are shown in full, so they are short. */
  reviewNameMax: 100,
  reviewTextMax: 1000,
  /** A decision that was not answered: a drain takes seconds, one that fails is tried again by itself. Doubles up to the last. */
  reviewAskAgainMs: 20_000,
  reviewAskAgainMaxMs: 30 * 60_000,
  /** A review continues as new from this many history events on: some dozens of messages, replayed well within a workflow task. */
  reviewEventsPerRun: 200,
  /** More reviews than this within an hour with the same rules and channel are one incident: nobody decides so many one by one. */
  incidentReviews: 20,
  /** The poll reads again what changed this long before its last round: Stokly may show a row later than it stamps it. */
  pollLookBackMs: 10 * 60_000,
  /** Rows a page of the poll, an activity each: about 35 KB of its run's history. */
  pollRowsPerPage: 200,
  /** Pages of each stream that one run of the poll reads before it continues as new: at most 5 MB of history. */
  pollPagesPerRun: 20,
  /** Changes that one activity wakes for: some seconds of signals, at most 200 KB of input. */
  pollWakesPerActivity: 1000,
  /** Changes of a stream remembered through the look-back, 60 bytes each. More are woken for again, which customers drop unread. */
  pollRecent: 2000,
  /** Changes that wait for the next round because nobody could be woken, 250 bytes each. With more the watermark stays. */
  pollWaiting: 1000,
  /** Open orders watched by fingerprint where there is no `timeUpdated`, the newest, 60 bytes each in a result. */
  pollOpenOrders: 5000,
  /** Rows a call of the list of open orders, whose rows do not go through Temporal: as many as Stokly gives. */
  pollOpenOrdersPerPage: 1000,
  /** Temporal takes no shorter catch-up window of a Schedule. */
  scheduleCatchUpMinMs: 10_000,
  /** Activities of one worker at the same time: writes that wait for an import or a limit hold a slot each, and little else. */
  activitySlots: 2000,
  /** Of these, what history may hold (customers that a backfill has open): a quarter stays free for live work. */
  historyActivities: 1500,
  /** Live work is there for so long after it came: a shop with an order each few seconds is never without. */
  liveQuietAfterMs: 10_000,
  /** Meanwhile history takes so many turns a second in each worker, three a customer: more than the vendors' limits let through. */
  historyTurnsASecond: 12,
  /** A turn is waited for no longer: the order of a customer whose history is in hand waits with it. */
  historyTurnWaitMaxMs: 5_000,
  /** Customers of one page: 200 answers are about 50 KB, as much as a signal and a result should hold. */
  backfillPageSizeMax: 200,
  /** The first page goes alone and is small: what is wrong with the account shows before many are woken. */
  backfillFirstPage: 20,
  /** Nobody of a page answered for this long: who is missing is asked again, at a growing pace. */
  backfillAskAgainMs: 30_000,
  backfillAskAgainMaxMs: 10 * 60_000,
  /** Nobody answered for this long, and at most this share of the page is missing: it ends without them, and they are asked at the end. */
  backfillGiveUpMs: 15 * 60_000,
  backfillMissingShare: 0.1,
  /** Customers without a final answer, to be asked once more; from so many on that is done before further pages are opened. */
  backfillRevisitMax: 1_000,
  /** How often customers whose orders differ from Stokly's count are asked again at the end. */
  backfillRounds: 2,
  /** Orders and customers that a result names: enough to start looking, small enough to be read. */
  backfillNamed: 50,
  /** A backfill ends its pages and continues as new after this many: their results are about 50 KB each. */
  backfillPagesPerRun: 60,
  /** Histories that a customer remembers to have loaded, so that a second ask of one backfill reads nothing. */
  loadsRemembered: 4,
  /** Dotdigital: data field names have at most 20 characters, text values at most 255 are safe everywhere. */
  dataFieldNameMax: 20,
  dataFieldTextMax: 255,
} as const;
