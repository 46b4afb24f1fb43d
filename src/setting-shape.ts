import type { z } from 'zod';

/** What README, `.env.example` and error messages say about a setting. */
interface SettingText {
  readonly description: string;
  readonly example?: string;
  /** Its value never stands in a log, a message or an answer. */
  readonly isSecret?: true;
}

/** Must be set: no default could be right. */
export function required<T>(schema: z.ZodType<T, string>, text: SettingText & { readonly example: string }) {
  return schema.meta({ ...text, standard: null, isRequired: true });
}

/** May be left out: then it is as if `standard` had been written. */
export function setting<T>(schema: z.ZodType<T, string>, standard: string, text: SettingText) {
  return schema.prefault(standard).meta({ ...text, standard, isRequired: false });
}

/** May be left out: then it is null, which means off or found in another way. */
export function optional<T>(schema: z.ZodType<T, string>, text: SettingText & { readonly example: string }) {
  return schema
    .nullable()
    .prefault(null)
    .meta({ ...text, standard: null, isRequired: false });
}
