import { z } from 'zod';

const credentialsSchema = z.strictObject({
  accountKey: z.string().min(1),
  clientId: z.string().min(1),
  secretKey: z.string().min(1),
});

/** What the emulator checks a grant against. */
export type Credentials = z.infer<typeof credentialsSchema>;

/** All switches of the emulator. `POST /__emulator/settings` changes those that it names. */
export const settingsSchema = z.strictObject({
  credentials: credentialsSchema,
  /** How long a token lives. Tokens that were granted already keep the life they got. */
  tokenLifeMs: z.int().min(1),
  /** `expiry`: a date text, as clients of today read it; `expiresIn`: seconds, the older form. */
  grantForm: z.enum(['expiry', 'expiresIn']),
  /** Calls a window; 0 refuses all. */
  rateLimit: z.int().min(0),
  rateWindowMs: z.int().min(1),
  /** Whether a 429 carries `Retry-After` (unknown of Stokly, so off). */
  rateRetryAfter: z.boolean(),
  /** Off: orders, customers and refunds have no `timeUpdated`, and filtering or sorting on it answers 400. */
  timeUpdated: z.boolean(),
  /** On: a refund moves its order's `timeUpdated` too. */
  refundTouchesOrder: z.boolean(),
  /** Off: the refunds resource answers 404, as for an account that does not have it. */
  refunds: z.boolean(),
  /** Off: order headers have no `displayRefunded`. */
  headerRefunded: z.boolean(),
  /** Off: order headers have no `displayDiscountTax`. */
  headerDiscountTax: z.boolean(),
  /** Amounts as JSON numbers (`10.50`) or as JSON text (`"10.50"`). */
  amounts: z.enum(['numbers', 'text']),
});

export type Settings = z.infer<typeof settingsSchema>;

export type SettingsChanges = { readonly [Name in keyof Settings]?: Settings[Name] | undefined };

const MINUTE_MS = 60_000;

export function defaultSettings(credentials: Credentials): Settings {
  return {
    credentials,
    tokenLifeMs: 15 * MINUTE_MS,
    grantForm: 'expiry',
    rateLimit: 600,
    rateWindowMs: MINUTE_MS,
    rateRetryAfter: false,
    timeUpdated: true,
    refundTouchesOrder: false,
    refunds: true,
    headerRefunded: true,
    headerDiscountTax: true,
    amounts: 'numbers',
  };
}
