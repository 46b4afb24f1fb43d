import { z } from 'zod';
import { EMAIL_STATUSES } from '../contacts/contact.js';
import { COLLECTION_TYPES } from '../insight/collections.js';
import { isJsonNumber, isJsonObject, type JsonObject, jsonText } from '../json.js';

/** Numbers arrive with their digits; where a control wants a plain number, this reads it. */
const wholeNumber = z
  .custom((value) => isJsonNumber(value) && /^\d{1,15}$/.test(value.value), 'expected a whole number')
  .transform((value) => Number(String(value)));
const jsonObject = z.custom<JsonObject>(isJsonObject, 'expected an object');

/** What stands in the account from before Lockstep. Everything is added to what is there. */
export const seedSchema = z.strictObject({
  dataFields: z
    .array(z.strictObject({ name: z.string(), type: z.enum(['String', 'Numeric', 'Date', 'Boolean']) }))
    .default([]),
  contacts: z
    .array(
      z.strictObject({
        email: z.string(),
        contactId: wholeNumber.optional(),
        emailStatus: z.enum(EMAIL_STATUSES).default('subscribed'),
        /** In the recycle bin. */
        binned: z.boolean().default(false),
        dataFields: jsonObject.optional(),
        created: z.iso.datetime().optional(),
      }),
    )
    .default([]),
  collections: z
    .array(
      z.strictObject({
        name: z.string(),
        scope: z.enum(['account', 'contact']).default('contact'),
        type: z.enum(COLLECTION_TYPES).default('orders'),
      }),
    )
    .default([]),
  records: z
    .array(z.strictObject({ collection: z.string(), key: z.string(), email: z.string(), json: jsonObject }))
    .default([]),
  programs: z
    .array(
      z.strictObject({
        name: z.string(),
        status: z.enum(['Draft', 'Deactivated', 'Active', 'ReadOnly']).default('Active'),
      }),
    )
    .default([]),
});
export type Seed = z.infer<typeof seedSchema>;

/** What a person does in Dotdigital's UI, or the recipient of a mailing does. */
export const personSchema = z
  .strictObject({
    contactId: z.number().int().optional(),
    email: z.string().optional(),
    action: z.enum([
      'subscribe',
      'unsubscribe',
      'suppress',
      'hardBounce',
      'delete',
      'restore',
      'hardDelete',
      'changeEmail',
      'setFields',
    ]),
    /** `changeEmail`. */
    newEmail: z.string().optional(),
    /** `setFields`: null clears. */
    dataFields: z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null()])).optional(),
  })
  .refine((body) => (body.contactId === undefined) !== (body.email === undefined), 'say contactId or email');
export type PersonAction = z.infer<typeof personSchema>;

export const clockSchema = z.union([
  z.strictObject({ advanceMs: z.number().int().nonnegative() }),
  z.strictObject({ freezeAt: z.union([z.iso.datetime(), z.literal('now')]) }),
  z.strictObject({ resume: z.literal(true) }),
]);

/** Plain numbers, for bodies in which digits do not matter. */
export function plain(body: unknown): unknown {
  return body === undefined ? undefined : (JSON.parse(jsonText(body)) as unknown);
}
