import type { Actor, ChangeLog } from '../change-log.js';
import { type JsonObject, jsonText } from '../json.js';
import type { Settings } from '../settings.js';
import { checkAndLock, type RecordRefusal, type TypeLocks } from './type-lock.js';

export const COLLECTION_TYPES = [
  'cartInsight',
  'catalog',
  'consentInsight',
  'custom',
  'easyEditorExtensions',
  'nostoEmailCampaigns',
  'orders',
  'productCategories',
  'webInsight',
  'wishList',
] as const;
export type CollectionType = (typeof COLLECTION_TYPES)[number];
export type CollectionScope = 'account' | 'contact';
/** Vendor's OpenAPI, `collectionName`. */
export const COLLECTION_NAME = /^[-A-Za-z_][-A-Za-z0-9_]{1,254}$/;
/** "Collection limit exceeded": 1,000 an account (vendor's OpenAPI, POST collections, 412). */
export const COLLECTIONS_MAX = 1000;
/** Which characters a record's key may hold is not documented; what would break an address or a log is refused. */
const RECORD_KEY = /^[^\p{Cc}/\\]{1,255}$/u;

export interface StoredRecord {
  readonly key: string;
  readonly contactId: number;
  /** The JSON text with its numbers digit by digit as they were sent; parsed only where someone looks inside. */
  readonly jsonText: string;
  readonly created: string;
  readonly updated: string;
  readonly version: number;
}

export interface Collection {
  readonly name: string;
  readonly scope: CollectionScope;
  readonly type: CollectionType;
  readonly locks: TypeLocks;
  /** By owner and key. */
  readonly records: Map<string, StoredRecord>;
  /** Which contacts hold a record of this key. */
  readonly owners: Map<string, Set<number>>;
}

export interface RecordWrite {
  readonly contactId: number;
  readonly key: string;
  readonly json: JsonObject;
}

export type PutOutcome =
  | { readonly kind: 'created' | 'replaced' }
  | { readonly kind: 'refused'; readonly refusals: readonly RecordRefusal[] };

/** The account's insight data. */
export class Collections {
  readonly #collections = new Map<string, Collection>();
  /** Versions go on counting over deletions, so that a test can tell an order of writes. */
  readonly #versions = new Map<string, number>();

  constructor(readonly log: ChangeLog) {}

  /** Names are compared as they are spelled (assumption: whether `orders` is `Orders` is not documented). */
  find(name: string): Collection | undefined {
    return this.#collections.get(name);
  }

  all(): Collection[] {
    return [...this.#collections.values()];
  }

  create(name: string, scope: CollectionScope, type: CollectionType): Collection {
    const collection: Collection = { name, scope, type, locks: new Map(), records: new Map(), owners: new Map() };
    this.#collections.set(name, collection);
    return collection;
  }

  /** Replaces the whole record under its key: nothing of the earlier one is kept. */
  put(collection: Collection, write: RecordWrite, context: { settings: Settings; actor: Actor }): PutOutcome {
    const refusals = this.#refusals(collection, write, context.settings);
    if (refusals.length > 0) return { kind: 'refused', refusals };
    const id = recordId(write.contactId, write.key);
    const before = collection.records.get(id);
    const at = this.log.clock.nowText();
    const version = this.#nextVersion(collection.name, id);
    const text = jsonText(write.json);
    const { contactId, key } = write;
    const created = before?.created ?? at;
    collection.records.set(id, { contactId, key, jsonText: text, created, updated: at, version });
    const owners = collection.owners.get(write.key) ?? new Set();
    collection.owners.set(write.key, owners.add(write.contactId));
    this.log.add(context.actor, {
      kind: 'record',
      collection: collection.name,
      key: write.key,
      contactId: write.contactId,
      version,
      json: text,
    });
    return { kind: before === undefined ? 'created' : 'replaced' };
  }

  get(collection: Collection, contactId: number, key: string): StoredRecord | undefined {
    return collection.records.get(recordId(contactId, key));
  }

  delete(collection: Collection, record: StoredRecord, actor: Actor): void {
    const id = recordId(record.contactId, record.key);
    collection.records.delete(id);
    const owners = collection.owners.get(record.key);
    owners?.delete(record.contactId);
    if (owners?.size === 0) collection.owners.delete(record.key);
    this.log.add(actor, {
      kind: 'record',
      collection: collection.name,
      key: record.key,
      contactId: record.contactId,
      version: this.#nextVersion(collection.name, id),
      json: null,
    });
  }

  /** Takes the types with it: the one way to change a locked type. */
  empty(collection: Collection, actor: Actor): void {
    for (const record of collection.records.values()) this.delete(collection, record, actor);
    collection.locks.clear();
  }

  drop(collection: Collection, actor: Actor): void {
    this.empty(collection, actor);
    this.#collections.delete(collection.name);
  }

  /** A contact erased for good takes its records with it. */
  forgetContact(contactId: number, actor: Actor): void {
    for (const collection of this.#collections.values()) {
      for (const record of collection.records.values()) {
        if (record.contactId === contactId) this.delete(collection, record, actor);
      }
    }
  }

  clear(): void {
    this.#collections.clear();
    this.#versions.clear();
  }

  #refusals(collection: Collection, write: RecordWrite, settings: Settings): RecordRefusal[] {
    if (!RECORD_KEY.test(write.key)) {
      return [{ reason: 'InvalidClientKey', item: 'key', description: 'the key is empty, too long or not allowed' }];
    }
    const owners = collection.owners.get(write.key);
    if (settings.areKeysUniqueInCollection && owners !== undefined && !owners.has(write.contactId)) {
      const description = 'the key exists for a different contact in this collection';
      return [{ reason: 'KeyExistingForDifferentContact', item: write.key, description }];
    }
    return checkAndLock(write.json, collection.locks, settings);
  }

  #nextVersion(collection: string, id: string): number {
    const at = `${collection}\n${id}`;
    const version = (this.#versions.get(at) ?? 0) + 1;
    this.#versions.set(at, version);
    return version;
  }
}

function recordId(contactId: number, key: string): string {
  return `${contactId}\n${key}`;
}
