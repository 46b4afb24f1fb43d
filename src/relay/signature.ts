import { Webhook } from 'standardwebhooks';

/** The three headers of Standard Webhooks, as they came; null where one is missing. */
export interface SignatureHeaders {
  readonly id: string | null;
  readonly timestamp: string | null;
  readonly signature: string | null;
}

/** A signed body as text, or null: nobody outside learns which part was wrong. */
export type VerifySignature = (body: Buffer, headers: SignatureHeaders) => string | null;

/**
 * Checks against each secret in turn, so that a sender may go over to a new one while the old one still counts. Tolerance
 * of the timestamp: 5 minutes (the library's). It does not remember ids: a replay inside the tolerance passes, and the
 * workflow drops it.
 */
export function createSignatureCheck(secrets: readonly string[]): VerifySignature {
  const webhooks = secrets.map((secret) => new Webhook(secret));
  return (body, headers) => {
    const { id, timestamp, signature } = headers;
    // The library reads `1700000000x` as 1700000000: a changed header must not pass.
    if (id === null || signature === null || timestamp === null || !/^\d{1,12}$/.test(timestamp)) return null;
    const text = decodeStrictly(body);
    if (text === null) return null;
    const signed = { 'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': signature };
    // Every secret is tried, so that the time taken does not tell which one matched.
    const matches = webhooks.filter((webhook) => isSignedBy(webhook, text, signed));
    return matches.length > 0 ? text : null;
  };
}

function isSignedBy(webhook: Webhook, text: string, headers: Record<string, string>): boolean {
  try {
    webhook.verify(text, headers, { jsonParse: false });
    return true;
  } catch {
    return false;
  }
}

/** The library would replace invalid UTF-8 before it signs: two bodies could share one signature. */
function decodeStrictly(body: Buffer): string | null {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(body);
  } catch {
    return null;
  }
}
