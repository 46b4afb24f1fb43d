import { CONTACT_FIELDS, fieldName } from '../domain/contact-mapping.js';
import type { SyncPolicy } from '../domain/policy.js';
import type { DotdigitalApi } from '../dotdigital/api.js';
import { LIVE } from './context.js';
import { created, type Finding, missing, ok, wrong } from './findings.js';

type Where = Pick<SyncPolicy, 'dataFieldPrefix' | 'ordersCollection'>;

/** Records looked at for another writer's: one page. Two connectors in one collection show on any page. */
const RECORDS_LOOKED_AT = 200;

/** What stands in the account about our fields and our collection. Changes nothing. */
export async function inspectDotdigital(dotdigital: DotdigitalApi, where: Where): Promise<Finding[]> {
  return [...(await inspectFields(dotdigital, where)), ...(await inspectCollection(dotdigital, where))];
}

/** Makes what `found` says is missing. Repeating it is safe: what is there is left as it is. */
export async function makeMissing(
  found: readonly Finding[],
  dotdigital: DotdigitalApi,
  where: Where,
): Promise<Finding[]> {
  const result: Finding[] = [];
  for (const finding of found) {
    result.push(finding.state === 'missing' ? await make(finding, dotdigital, where) : finding);
  }
  return result;
}

async function inspectFields(dotdigital: DotdigitalApi, { dataFieldPrefix }: Where): Promise<Finding[]> {
  const types = new Map((await dotdigital.listDataFields(LIVE)).map(({ name, type }) => [name.toUpperCase(), type]));
  return CONTACT_FIELDS.map((field) => {
    const name = fieldName(dataFieldPrefix, field.name);
    const type = types.get(name.toUpperCase());
    if (type === undefined) return missing(fieldSubject(name), `not there (${field.type})`);
    if (type.toLowerCase() === field.type.toLowerCase()) return ok(fieldSubject(name), field.type);
    return wrong(
      fieldSubject(name),
      `is ${type}, and must be ${field.type}: another connector's, or made by hand`,
      'set DATA_FIELD_PREFIX (LS_, for instance), so that ours have names of their own',
    );
  });
}

async function inspectCollection(dotdigital: DotdigitalApi, { ordersCollection }: Where): Promise<Finding[]> {
  const subject = collectionSubject(ordersCollection);
  const collections = await dotdigital.listCollections(LIVE);
  const collection = collections.find(({ name }) => name === ordersCollection);
  const alike = collections.find(({ name }) => name.toLowerCase() === ordersCollection.toLowerCase());
  if (collection === undefined) {
    if (alike === undefined) return [missing(subject, 'not there')];
    return [
      wrong(
        subject,
        `not there, but ${alike.name} is: Dotdigital may take both names for one`,
        `set ORDERS_COLLECTION to ${alike.name}, or to a name of its own`,
      ),
    ];
  }
  const { scope, type } = collection;
  if (scope.toLowerCase() !== 'contact' || type.toLowerCase() !== 'orders') {
    return [
      wrong(
        subject,
        `has scope ${scope} and type ${type}, and must have contact and orders`,
        'set ORDERS_COLLECTION to a name that is not in use',
      ),
    ];
  }
  return [ok(subject, 'contact scope, type orders'), await inspectWriters(dotdigital, ordersCollection)];
}

/** Every record of ours says `stokly_order_id`. */
async function inspectWriters(dotdigital: DotdigitalApi, ordersCollection: string): Promise<Finding> {
  const subject = `records of ${ordersCollection}`;
  const records = await dotdigital.listRecords(ordersCollection, RECORDS_LOOKED_AT, LIVE);
  const foreign = records.filter(({ record }) => record['stokly_order_id'] === undefined);
  if (foreign.length === 0) return ok(subject, `${records.length} looked at, no other connector's`);
  return wrong(
    subject,
    `${foreign.length} of ${records.length} looked at have no stokly_order_id: another connector writes here`,
    'set ORDERS_COLLECTION to a name of its own (StoklyOrders, for instance), or stop the other connector and empty the collection',
  );
}

/** A field or collection that someone made in between is as good as made by us: the next look compares its type. */
async function make(finding: Finding, dotdigital: DotdigitalApi, where: Where): Promise<Finding> {
  const field = CONTACT_FIELDS.find(
    ({ name }) => finding.subject === fieldSubject(fieldName(where.dataFieldPrefix, name)),
  );
  if (field === undefined) {
    await dotdigital.createCollection({ name: where.ordersCollection, scope: 'contact', type: 'orders' }, LIVE);
    return created(finding.subject, 'contact scope, type orders, created');
  }
  await dotdigital.createDataField({ name: fieldName(where.dataFieldPrefix, field.name), type: field.type }, LIVE);
  return created(finding.subject, `${field.type}, created`);
}

function fieldSubject(name: string): string {
  return `data field ${name}`;
}

function collectionSubject(name: string): string {
  return `collection ${name}`;
}
