import { createHash } from 'node:crypto';
import { canonicalJson } from '../domain/canonical.js';

/** A short fingerprint of a value's canonical form: 128 bits of SHA-256 in base64url, enough to tell versions apart. */
export function hashOf(value: unknown): string {
  return hashText(canonicalJson(value));
}

export function hashText(text: string): string {
  return createHash('sha256').update(text).digest('base64url').slice(0, 22);
}
