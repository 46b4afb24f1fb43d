import { notEmulated, v3Error } from '../answers.js';
import { isJsonNumber, isJsonObject, type JsonObject, type JsonValue } from '../json.js';
import type { WriteDigest } from '../request-log.js';

export type SaidStatus = 'subscribed' | 'unsubscribed' | 'suppressed';

/** What a contact call says, read from its body. */
export interface ContactBody {
  readonly contactId?: number;
  readonly email?: string;
  readonly hasIdentifiers: boolean;
  readonly matchIdentifier?: string;
  readonly status?: SaidStatus;
  readonly emailType?: 'PlainText' | 'Html';
  readonly optInType?: 'Unknown' | 'Single' | 'Double' | 'VerifiedDouble';
  /** `resubscribeWithNoChallenge: false`: the person is asked first. */
  readonly isChallenged: boolean;
  readonly dataFields: JsonObject;
}

const NOT_EMULATED = ['lists', 'preferences', 'consentRecords'] as const;

/** Throws 400 `contacts:badJson` on a wrong shape and 501 on what is not imitated. Unknown keys at the top are tolerated. */
export function readContactBody(body: unknown): ContactBody {
  if (!isJsonObject(body)) throw badJson('a contact is an object');
  for (const part of NOT_EMULATED) if (body[part] !== undefined) throw notEmulated(`'${part}' of a contact`);
  const matchIdentifier = body['matchIdentifier'];
  return {
    ...readIdentifiers(body['identifiers']),
    ...(typeof matchIdentifier === 'string' ? { matchIdentifier } : {}),
    ...readChannels(body['channelProperties']),
    dataFields: optionalObject(body['dataFields'], 'dataFields'),
  };
}

function readIdentifiers(value: JsonValue | undefined): Pick<ContactBody, 'contactId' | 'email' | 'hasIdentifiers'> {
  const identifiers = optionalObject(value, 'identifiers');
  const read: { contactId?: number; email?: string } = {};
  for (const [name, identifier] of Object.entries(identifiers)) {
    // Null clears data fields, never identifiers (reference "importcontacts").
    if (identifier === null) continue;
    if (name === 'email') read.email = text(identifier, 'identifiers.email');
    else if (name === 'contactId') {
      if (!isJsonNumber(identifier)) throw badJson("'identifiers.contactId' is a number");
      read.contactId = Number(identifier.value);
    } else throw notEmulated(`the identifier '${name}'`);
  }
  return { ...read, hasIdentifiers: Object.values(identifiers).some((identifier) => identifier !== null) };
}

function readChannels(
  value: JsonValue | undefined,
): Pick<ContactBody, 'status' | 'emailType' | 'optInType' | 'isChallenged'> {
  const channels = optionalObject(value, 'channelProperties');
  for (const name of Object.keys(channels)) {
    if (name === 'sms' || name === 'whatsApp') throw notEmulated(`the channel '${name}'`);
    if (name !== 'email') throw badJson(`'channelProperties.${name}' is unknown`);
  }
  const email = optionalObject(channels['email'], 'channelProperties.email');
  for (const name of Object.keys(email)) {
    if (!['status', 'emailType', 'optInType', 'resubscribeOptions'].includes(name)) {
      throw badJson(`'channelProperties.email.${name}' is unknown`);
    }
  }
  const resubscribe = optionalObject(email['resubscribeOptions'], 'resubscribeOptions');
  const status = oneOf(email['status'], ['subscribed', 'unsubscribed', 'suppressed']);
  const emailType = oneOf(email['emailType'], ['PlainText', 'Html']);
  const optInType = oneOf(email['optInType'], ['Unknown', 'Single', 'Double', 'VerifiedDouble']);
  return {
    ...(status === undefined ? {} : { status }),
    ...(emailType === undefined ? {} : { emailType }),
    ...(optInType === undefined ? {} : { optInType }),
    isChallenged: resubscribe['resubscribeWithNoChallenge'] === false,
  };
}

/** Requests spell enums in camelCase, answers in PascalCase; the vendor's own connectors mix them, so case is ignored. */
function oneOf<const T extends string>(value: JsonValue | undefined, allowed: readonly T[]): T | undefined {
  if (value === undefined) return undefined;
  const found = allowed.find((one) => typeof value === 'string' && one.toLowerCase() === value.toLowerCase());
  if (found === undefined) throw badJson(`expected one of ${allowed.join(', ')}`);
  return found;
}

function optionalObject(value: JsonValue | undefined, name: string): JsonObject {
  if (value === undefined) return {};
  if (!isJsonObject(value)) throw badJson(`'${name}' is an object`);
  return value;
}

function text(value: JsonValue, name: string): string {
  if (typeof value !== 'string') throw badJson(`'${name}' is text`);
  return value;
}

/** The body's digest for the request log. */
export function carriedByContact(body: ContactBody): WriteDigest {
  return {
    ...(body.contactId === undefined ? {} : { contactId: body.contactId }),
    ...(body.email === undefined ? {} : { email: body.email }),
    ...(body.status === undefined ? {} : { status: body.status }),
    hasIdentifiers: body.hasIdentifiers,
    names: Object.keys(body.dataFields),
  };
}

export function badJson(description: string) {
  return v3Error(400, 'contacts:badJson', { description: `The request JSON is badly formed: ${description}` });
}
