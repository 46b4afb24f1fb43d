import { setTimeout as pause } from 'node:timers/promises';
import { SEARCH_ATTRIBUTES } from '../contract/search-attributes.js';
import type { TemporalAccess } from '../temporal.js';
import { StarterError } from './context.js';
import { created, type Finding, missing, ok, wrong } from './findings.js';

/** `IndexedValueType` of Temporal's API by number: the names that its command line uses. */
const TYPE_NAMES = ['Unspecified', 'Text', 'Keyword', 'Int', 'Double', 'Bool', 'Datetime', 'KeywordList'] as const;

const CALL_TIMEOUT_MS = 10_000;
/** A server with several frontends shows what was added after its cache has been read again. */
const SHOWN_TIMEOUT_MS = 20_000;
const SHOWN_PAUSE_MS = 250;

/** One finding an attribute, in the order of `SEARCH_ATTRIBUTES`. Adds nothing. */
export async function inspectSearchAttributes(access: TemporalAccess): Promise<Finding[]> {
  const types = await listTypes(access);
  return SEARCH_ATTRIBUTES.map(({ key, typeName }) => {
    const subject = `search attribute ${key.name}`;
    const found = types.get(key.name);
    if (found === undefined) return missing(subject, `not there (${typeName})`);
    if (found === typeName) return ok(subject, typeName);
    return wrong(
      subject,
      `is ${found}, and must be ${typeName}`,
      `remove it or use another namespace: temporal operator search-attribute remove --name ${key.name}`,
    );
  });
}

/**
 * Adds what is missing. Repeating it is safe. It looks again afterwards, because the server answers "ok" to adding one that
 * exists with another type, and changes nothing.
 * @throws StarterError when the server does not let us
 */
export async function addSearchAttributes(access: TemporalAccess): Promise<Finding[]> {
  const before = await inspectSearchAttributes(access);
  const names = before.flatMap((finding, at) => (finding.state === 'missing' ? [SEARCH_ATTRIBUTES[at]] : []));
  const absent = names.filter((entry) => entry !== undefined);
  if (absent.length === 0) return before;
  const searchAttributes = Object.fromEntries(
    absent.map(({ key, typeName }) => [key.name, TYPE_NAMES.indexOf(typeName)]),
  );
  try {
    await access.client.withDeadline(Date.now() + CALL_TIMEOUT_MS, () =>
      access.connection.operatorService.addSearchAttributes({ namespace: access.namespace, searchAttributes }),
    );
  } catch (error) {
    const list = absent.map(({ key, typeName }) => `${key.name}=${typeName}`).join(', ');
    throw new StarterError(
      `Temporal does not let us add search attributes to namespace ${access.namespace}: add them by hand (${list})`,
      { cause: error },
    );
  }
  return untilShown(access, before);
}

async function untilShown(access: TemporalAccess, before: readonly Finding[]): Promise<Finding[]> {
  const giveUpAt = Date.now() + SHOWN_TIMEOUT_MS;
  for (;;) {
    const now = await inspectSearchAttributes(access);
    if (now.every(({ state }) => state !== 'missing') || Date.now() > giveUpAt) {
      return now.map((finding, at) =>
        finding.state === 'ok' && before[at]?.state === 'missing'
          ? created(finding.subject, `${finding.text}, added`)
          : finding,
      );
    }
    await pause(SHOWN_PAUSE_MS);
  }
}

async function listTypes({ client, connection, namespace }: TemporalAccess): Promise<Map<string, string>> {
  const { customAttributes } = await client.withDeadline(Date.now() + CALL_TIMEOUT_MS, () =>
    connection.operatorService.listSearchAttributes({ namespace }),
  );
  return new Map(Object.entries(customAttributes).map(([name, type]) => [name, TYPE_NAMES[type] ?? 'unknown']));
}
