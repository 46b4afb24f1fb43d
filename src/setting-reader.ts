import { z } from 'zod';
import { SETTING_SHAPES } from './settings.js';

/** Settings as text, by name. A blank one counts as not set. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** One setting as README and `.env.example` list it. */
interface Setting {
  readonly name: string;
  /** Null: off, or nothing that could be right for everyone. */
  readonly default: string | null;
  readonly isRequired: boolean;
  readonly isSecret: boolean;
  readonly description: string;
  readonly example: string | null;
}

const settingText = z.object({
  description: z.string(),
  example: z.string().optional(),
  isSecret: z.literal(true).optional(),
  standard: z.string().nullable(),
  isRequired: z.boolean(),
});

/** Every setting there is, in the order in which people read about them. */
export const SETTINGS: readonly Setting[] = Object.values(SETTING_SHAPES)
  .flatMap((shape): [string, z.ZodType][] => Object.entries(shape))
  .map(([name, schema]) => {
    const { standard, isSecret, example, ...text } = settingText.parse(schema.meta());
    return { ...text, name, default: standard, isSecret: isSecret === true, example: example ?? null };
  });

export interface SettingProblem {
  readonly name: string;
  /** Reads on from the name: `is not set`. Never the value. */
  readonly problem: string;
  readonly example: string;
}

/** Thrown by the loaders with every problem at once. Its message has a line a problem and shows no value that was set. */
export class ConfigError extends Error {
  override readonly name: string = 'ConfigError';
  constructor(readonly problems: readonly SettingProblem[]) {
    super(problems.map(({ name, problem, example }) => `${name} ${problem}. Example: ${name}=${example}`).join('\n'));
  }
}

/** The values of one group of settings. @throws ConfigError */
export function read<S extends z.ZodRawShape>(shape: S, env: Environment): z.output<z.ZodObject<S>> {
  const given = Object.keys(shape)
    .map((name) => [name, env[name]?.trim()] as const)
    .filter(([, value]) => value !== undefined && value !== '');
  const result = z.object(shape).safeParse(Object.fromEntries(given));
  if (result.success) return result.data;
  throw new ConfigError(
    result.error.issues.map((issue) =>
      problemWith(String(issue.path[0]), issue.code === 'invalid_type' ? 'is not set' : issue.message),
    ),
  );
}

function problemWith(name: string, problem: string): SettingProblem {
  const setting = SETTINGS.find((candidate) => candidate.name === name);
  return { name, problem, example: setting?.example ?? setting?.default ?? '' };
}
