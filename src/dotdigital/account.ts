import { hasCode, isDone, isOk, parseBody, unexpected } from './answers.js';
import type { CallOptions, DotdigitalApi } from './api.js';
import type { DotdigitalCalls } from './calls.js';
import { DISCOVERY_URL, type DotdigitalSettings } from './settings.js';
import type { Endpoint } from './tiers.js';
import { wireAccountInfo, wireDataFieldList } from './wire.js';

/** D2: moderate reads and single changes are medium. */
const ACCOUNT_INFO: Endpoint = { name: 'GET account-info', tier: 'mediumCallRate' };
const LIST_FIELDS: Endpoint = { name: 'GET data-fields', tier: 'mediumCallRate' };
const CREATE_FIELD: Endpoint = { name: 'POST data-fields', tier: 'mediumCallRate' };

/** The address that the account itself names, as it stands there; null where it names none. */
export async function accountEndpoint(
  calls: DotdigitalCalls,
  settings: DotdigitalSettings,
  options: CallOptions,
): Promise<string | null> {
  const label = ACCOUNT_INFO.name;
  const call = { endpoint: ACCOUNT_INFO, method: 'GET', path: '/v2/account-info', label, options } as const;
  const answer = await calls.sendTo(settings.apiUrl ?? DISCOVERY_URL, call);
  if (!isOk(answer)) throw unexpected(answer, label);
  const { properties } = parseBody(answer, wireAccountInfo, { label, isWrite: false });
  const endpoint = properties.find(({ name }) => name.toLowerCase() === 'apiendpoint')?.value;
  return typeof endpoint === 'string' && endpoint !== '' ? endpoint : null;
}

export async function listDataFields(
  calls: DotdigitalCalls,
  options: CallOptions,
): ReturnType<DotdigitalApi['listDataFields']> {
  const label = LIST_FIELDS.name;
  const answer = await calls.send({ endpoint: LIST_FIELDS, method: 'GET', path: '/v2/data-fields', label, options });
  if (isOk(answer)) return parseBody(answer, wireDataFieldList, { label, isWrite: false });
  throw unexpected(answer, label);
}

/** Private: nothing of ours shows on forms. A name that is taken is `exists`, whatever its type. */
export async function createDataField(
  calls: DotdigitalCalls,
  field: { name: string; type: 'String' | 'Numeric' | 'Date' | 'Boolean' },
  options: CallOptions,
): Promise<'created' | 'exists'> {
  const label = `POST data-fields ${field.name}`;
  const body = JSON.stringify({ name: field.name, type: field.type, visibility: 'Private' });
  const answer = await calls.send({
    endpoint: CREATE_FIELD,
    method: 'POST',
    path: '/v2/data-fields',
    label,
    body,
    options,
  });
  if (isDone(answer, label)) return 'created';
  if (hasCode(answer, 'ERROR_NON_UNIQUE_DATAFIELD')) return 'exists';
  throw unexpected(answer, label);
}
