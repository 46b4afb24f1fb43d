/**
 * Addresses behind which stands a marketplace, not a person who dealt with the shop: its rules forbid marketing to them, and most
 * are relays that soon die. As `@domain` suffixes; the default of `EMAILS_EXCLUDED` together with the placeholders.
 */
export const MARKETPLACE_DOMAINS = [
  '@marketplace.amazon.co.uk',
  '@marketplace.amazon.com',
  '@marketplace.amazon.ca',
  '@marketplace.amazon.com.au',
  '@marketplace.amazon.com.be',
  '@marketplace.amazon.de',
  '@marketplace.amazon.es',
  '@marketplace.amazon.fr',
  '@marketplace.amazon.ie',
  '@marketplace.amazon.it',
  '@marketplace.amazon.nl',
  '@marketplace.amazon.pl',
  '@marketplace.amazon.se',
  '@members.ebay.com',
  '@members.ebay.co.uk',
  '@relay.walmart.com',
] as const;

/** What is typed into a field that insists on an address. Exact addresses. */
export const PLACEHOLDER_EMAILS = [
  'no@email.com',
  'noemail@email.com',
  'no-email@email.com',
  'none@email.com',
  'noemail@noemail.com',
  'no@no.com',
  'none@none.com',
  'na@na.com',
  'email@email.com',
  'test@test.com',
] as const;

const LOCAL_PART = /^[a-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}$/i;
const DOMAIN_LABEL = /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/i;
const TOP_LEVEL = /^([a-z]{2,63}|xn--[a-z0-9-]{1,59})$/i;

/**
 * Whether Dotdigital would take it for an address, on the safe side: the unquoted form of RFC 5321 with a dotted domain. Quoted
 * local parts, IP literals and non-ASCII addresses are legal and refused here: as entries of a shop they are typing mistakes.
 */
export function isPlausibleEmail(text: string): boolean {
  const at = text.indexOf('@');
  const [local, domain] = [text.slice(0, at), text.slice(at + 1)];
  if (at < 1 || text.length > 254 || !LOCAL_PART.test(local)) return false;
  if (local.startsWith('.') || local.endsWith('.') || local.includes('..')) return false;
  const labels = domain.split('.');
  return labels.length >= 2 && labels.every((label) => DOMAIN_LABEL.test(label)) && TOP_LEVEL.test(labels.at(-1) ?? '');
}
