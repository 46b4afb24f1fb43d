/** How a call is made: `live` goes before `history` in the limiter; the signal ends it (an activity that gave up). */
export interface CallOptions {
  readonly priority: 'live' | 'history';
  readonly signal?: AbortSignal;
  /** Epoch ms when the work began that the call is part of: of calls that wait for a limit, those of the oldest work go first. */
  readonly begunAtMs?: number;
  /** What survives an attempt that dies: in which imports its writes went out. Absent: nothing does. */
  readonly imports?: ImportMemory;
  /** Of the work that was announced and that the write is part of. */
  readonly announced?: AnnouncedWrites;
}

/** A piece of history's work that will hand in its records, then its contact's fields, or ends without. */
export interface AnnouncedWrites {
  /** The client says so itself for each write that comes with it. */
  handedIn(kind: ImportedWrite['kind']): void;
}

/** One write that went out in an import. `write` is a hash of all that it says, so that no other write is taken for it. */
export interface ImportedWrite {
  readonly importId: string;
  readonly kind: 'records' | 'fields';
  readonly write: string;
  /** Epoch ms. */
  readonly sentAtMs: number;
}

/** Told of each write that is handed over to an import, and asked before a write goes out again. */
export interface ImportMemory {
  note(imported: ImportedWrite): void;
  /** The import in which this very write went out in an earlier attempt; null where none is known. */
  find(kind: ImportedWrite['kind'], write: string): ImportedWrite | null;
}

export type DataFieldValue = string | number | boolean | null;
export type DataFields = Readonly<Record<string, DataFieldValue>>;

/** A contact as Dotdigital answers it. PERSONAL DATA in `email` and `dataFields`: never leaves the calling activity. */
export interface Contact {
  readonly contactId: number;
  /** Overall status, lower case: `subscribed`, `unsubscribed`, `pendingoptin`, `suppressed`, `deleted`, `binned` … */
  readonly status: string;
  /** The e-mail channel's status, lower case; null where the answer has none. */
  readonly emailStatus: string | null;
  readonly email: string | null;
  /** Names upper case. */
  readonly dataFields: DataFields;
}

/** What is sent of an order: numbers are written with the decimals of their currency (`10.00`). */
export type RecordJson = { readonly [key: string]: RecordValue };
export type RecordValue = string | boolean | number | DecimalText | RecordJson | readonly RecordJson[];
/** A JSON number given as its text, so that it goes out digit by digit: `{ decimal: '10.00' }` is sent as `10.00`. */
export interface DecimalText {
  readonly decimal: string;
}

export type NewContactStatus = 'subscribed' | 'unsubscribed';

export interface NewContact {
  readonly email: string;
  /** Said outright: left out, Dotdigital would subscribe the person. */
  readonly status: NewContactStatus;
  readonly dataFields: DataFields;
}

export interface ContactChange {
  readonly dataFields?: DataFields;
  /** Only after a GET showed the contact live: PATCH with identifiers is an upsert. */
  readonly email?: string;
  /** Lowering is the only change of status there is. */
  readonly status?: 'unsubscribed';
}

/** A record-level no: the request was understood and this one thing refused for good. */
export interface Refused {
  readonly kind: 'refused';
  /** Dotdigital's code, e.g. `contacts:invalidEmail`, `JsonValueIncompatibleWithSchema`. */
  readonly code: string;
  /** Which fields, if Dotdigital says; key names only. */
  readonly fields: readonly string[];
}

/**
 * A write was taken. `isUncertain`: an earlier one of the same record or contact, in an import that did not end in time, may
 * still land after it; it is to be read back.
 */
interface Taken {
  readonly isUncertain?: true;
}

/** Writes that go out as single calls or gathered in imports; callers get their own record's result either way. */
export interface DotdigitalWriter {
  /**
   * Says that history is at work, until the signal ends, and will hand writes in: what waits to go out together waits for them, and for nobody
   * where none come.
   */
  announce(until: AbortSignal): AnnouncedWrites;
  /** Replaces the whole record under its key: repeating it is safe. */
  putRecord(
    write: { contactId: number; collection: string; key: string; record: RecordJson },
    options: CallOptions,
  ): Promise<
    ({ kind: 'written' } & Taken) | { kind: 'contact-not-found' } | { kind: 'collection-not-found' } | Refused
  >;
  /** Sets data fields of a contact by its id, and nothing else: never creates one, never touches a status. */
  putFields(
    contactId: number,
    dataFields: DataFields,
    options: CallOptions,
  ): Promise<({ kind: 'updated' } & Taken) | { kind: 'contact-not-found' } | Refused>;
}

/** What the rest of Lockstep may ask of Dotdigital. Implemented by `createDotdigitalClient`. Errors: `dotdigital/errors.ts`. */
export interface DotdigitalApi extends DotdigitalWriter {
  /**
   * Asked before work that reads elsewhere first: rejects as a call would that comes now, while the credentials are refused; else resolves.
   * Waits while somebody else looks whether they work. `what` names the work in the error.
   */
  beforeWork(what: string, options: CallOptions): Promise<void>;
  findContactByEmail(email: string, options: CallOptions): Promise<Contact | null>;
  getContact(contactId: number, options: CallOptions): Promise<Contact | null>;
  /** Create-only. `exists` when the e-mail is taken (409). */
  createContact(
    contact: NewContact,
    options: CallOptions,
  ): Promise<{ kind: 'created'; contact: Contact } | { kind: 'exists' } | Refused>;
  /** A single call, by contactId. `created` means that Dotdigital made a new contact of it (only possible with `email`). */
  patchContact(
    contactId: number,
    change: ContactChange,
    options: CallOptions,
  ): Promise<
    | { kind: 'updated'; contact: Contact }
    | { kind: 'created'; contact: Contact }
    | { kind: 'contact-not-found' }
    | { kind: 'email-taken' }
    | Refused
  >;
  /** PATCH with `merge-option=overwrite-if-empty` and the one field; the answer shows who owns the contact now. */
  claimContact(
    contactId: number,
    claim: { field: string; value: string },
    options: CallOptions,
  ): Promise<{ kind: 'updated'; contact: Contact } | { kind: 'contact-not-found' } | Refused>;
  getRecord(
    where: { contactId: number; collection: string; key: string },
    options: CallOptions,
  ): Promise<
    | { kind: 'found'; record: Readonly<Record<string, unknown>>; contactId: number; updatedAt: string | null }
    | { kind: 'not-found' }
  >;
  /** The contact that has the record of a key, whoever it is; null where Dotdigital names none. */
  findRecordHolder(where: { collection: string; key: string }, options: CallOptions): Promise<Contact | null>;
  /** Deleting what is not there is `not-found` and as good as deleted. */
  deleteRecord(
    where: { contactId: number; collection: string; key: string },
    options: CallOptions,
  ): Promise<{ kind: 'deleted' } | { kind: 'not-found' }>;
  /** The account's own endpoint (`ApiEndpoint`), or null where it says none. Throws on bad credentials. */
  accountEndpoint(options: CallOptions): Promise<string | null>;
  listDataFields(options: CallOptions): Promise<{ name: string; type: string }[]>;
  /** `exists` when the name is taken. */
  createDataField(
    field: { name: string; type: 'String' | 'Numeric' | 'Date' | 'Boolean' },
    options: CallOptions,
  ): Promise<'created' | 'exists'>;
  listCollections(options: CallOptions): Promise<{ name: string; scope: string; type: string; recordCount: number }[]>;
  createCollection(
    collection: { name: string; scope: 'contact'; type: 'orders' },
    options: CallOptions,
  ): Promise<'created' | 'exists'>;
  /** The first records of a contact-scope collection (any owner), at most `limit`. */
  listRecords(
    collection: string,
    limit: number,
    options: CallOptions,
  ): Promise<{ key: string; record: Readonly<Record<string, unknown>> }[]>;
}
