/** Any version, any case. */
const UUID = /^[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$/i;

export function isUuid(text: string): boolean {
  return UUID.test(text);
}

/**
 * An id as all of ours is keyed by it: a UUID in lower case, because its case says nothing (RFC 9562) and a customer that is spelled in two
 * ways would have two workflows, each of which believes to be the only one that writes. What is no UUID stays as it is.
 */
export function canonicalId(id: string): string {
  return isUuid(id) ? id.toLowerCase() : id;
}
