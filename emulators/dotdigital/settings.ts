import { z } from 'zod';

const count = z.number().int().nonnegative();

/**
 * Every switch of the emulator. What the vendor does is not known for most of them (no live account was reachable):
 * the default is the likelier or the stricter one, the other value is there to be tested against.
 */
export const settingsSchema = z.strictObject({
  /** Revoked: every call answers 401 until it is switched back. */
  areCredentialsRevoked: z.boolean(),
  /** The credentials belong to another region: all but `/v2/account-info` answers 403. */
  isWrongRegion: z.boolean(),
  /** `ApiEndpoint` of account-info; null = the address that was called. */
  apiEndpoint: z.string().nullable(),
  /** GET of a contact in the recycle bin. */
  getBinned: z.enum(['binned', 'not-found']),
  /** PATCH (or import item) by contactId, without identifiers, of a contact in the bin. */
  patchBinnedById: z.enum(['not-found', 'undelete']),
  /** POST with the e-mail of a contact in the bin. */
  createBinned: z.enum(['conflict', 'undelete']),
  /** The e-mail status of a contact that an API call takes out of the bin, when the call says none. */
  undeletedStatus: z.enum(['kept', 'subscribed']),
  /** Whether GET /contacts/v3 lists contacts in the bin. */
  isBinListed: z.boolean(),
  /** A data field name that the account does not have. */
  unknownDataFields: z.enum(['refuse', 'drop']),
  /** Whether an answer names data fields without a value (as null). */
  areEmptyFieldsAnswered: z.boolean(),
  /** 409: the vendor's file says idAlreadyExists, three code bases that ran against it match identifierConflict. */
  conflictCode: z.enum(['contacts:identifierConflict', 'contacts:idAlreadyExists']),
  /** Whether `10` and `10.0` are two types to the type lock. */
  isIntegerLockedAgainstDecimal: z.boolean(),
  /** null as a value in a record. */
  areNullsRefused: z.boolean(),
  /** `[]` as a value in a record. */
  areEmptyArraysRefused: z.boolean(),
  /** The account asks each new contact that is subscribed to confirm (double opt-in), whatever the call says. */
  isOptInAsked: z.boolean(),
  /** Whether one key can stand under one contact only (KeyExistingForDifferentContact). */
  areKeysUniqueInCollection: z.boolean(),
  /** Who `contactIdentifier` of v2's record by key is; the vendor's file says that it is text. */
  v2ContactIdentifier: z.enum(['email', 'contactId']),
  /** How a finished insight import is called: the vendor's file says both. */
  insightDoneStatus: z.enum(['Finished', 'Complete']),
  /** From the 202 until an import is carried out, in ms of the emulator's clock. */
  importDelayMs: count,
  /** 25 in the vendor's reference ("importcontacts"). */
  contactImportsActiveMax: count,
  /** 5 in the vendor's reference ("importinsightdata"). */
  insightImportsActiveMax: count,
  rates: z.strictObject({
    /** `tiered`: a budget per tier and window. `flat` (deprecated by the vendor): one for all, answered 400. */
    scheme: z.enum(['tiered', 'flat']),
    low: count,
    medium: count,
    high: count,
    flat: count,
    windowMs: z.number().int().positive(),
    flatWindowMs: z.number().int().positive(),
    /** `X-RateLimit-Reset`: the docs say epoch seconds, the vendor's PHP SDK says seconds to go. */
    reset: z.enum(['epoch', 'delta', 'missing']),
    /** Whether answers carry `X-RateLimit-*` at all. */
    hasHeaders: z.boolean(),
    /** Whether a 429 carries `Retry-After` (nowhere documented). */
    hasRetryAfter: z.boolean(),
  }),
});

export type Settings = z.infer<typeof settingsSchema>;

export const settingsPatchSchema = settingsSchema
  .partial()
  .extend({ rates: settingsSchema.shape.rates.partial().optional() });
export type SettingsPatch = z.infer<typeof settingsPatchSchema>;

/** The limits are far above any test: a test of the limiter sets its own. Documented: low 35 a minute (package Basic). */
export const DEFAULT_SETTINGS: Settings = {
  areCredentialsRevoked: false,
  isWrongRegion: false,
  apiEndpoint: null,
  getBinned: 'binned',
  patchBinnedById: 'not-found',
  createBinned: 'conflict',
  undeletedStatus: 'kept',
  isBinListed: false,
  unknownDataFields: 'refuse',
  areEmptyFieldsAnswered: false,
  conflictCode: 'contacts:identifierConflict',
  isIntegerLockedAgainstDecimal: false,
  areNullsRefused: true,
  areEmptyArraysRefused: true,
  isOptInAsked: false,
  areKeysUniqueInCollection: true,
  v2ContactIdentifier: 'email',
  insightDoneStatus: 'Finished',
  importDelayMs: 100,
  contactImportsActiveMax: 25,
  insightImportsActiveMax: 5,
  rates: {
    scheme: 'tiered',
    low: 10_000,
    medium: 100_000,
    high: 100_000,
    flat: 2_000,
    windowMs: 60_000,
    flatWindowMs: 3_600_000,
    reset: 'epoch',
    hasHeaders: true,
    hasRetryAfter: false,
  },
};

/** Keys that the patch does not name keep their value. */
export function patchSettings(settings: Settings, patch: SettingsPatch): Settings {
  const { rates, ...others } = patch;
  return settingsSchema.parse({ ...settings, ...others, rates: { ...settings.rates, ...rates } });
}
