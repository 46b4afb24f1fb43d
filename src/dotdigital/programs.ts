import { z } from 'zod';
import { isOk, parseBody, unexpected } from './answers.js';
import type { CallOptions } from './api.js';
import type { DotdigitalCalls } from './calls.js';
import type { Endpoint } from './tiers.js';

/** A program (an automation), with its status as Dotdigital names it: `Active`, `Draft`, `Deactivated`, `ReadOnly` … */
export interface Program {
  readonly id: number;
  readonly name: string;
  readonly status: string;
}

/** D2: moderate reads are medium. */
const LIST: Endpoint = { name: 'GET programs', tier: 'mediumCallRate' };
/** The most that the v2 lists give a call. */
const PAGE_SIZE = 1000;

const wirePrograms = z.array(
  z
    .object({ id: z.number().int(), name: z.string().nullish(), status: z.string().nullish() })
    .transform(({ id, name, status }) => ({ id, name: name ?? '', status: status ?? '' })),
);

/** All programs of the account, whatever their status. */
export async function listPrograms(calls: DotdigitalCalls, options: CallOptions): Promise<Program[]> {
  const programs: Program[] = [];
  for (;;) {
    const path = `/v2/programs?select=${PAGE_SIZE}&skip=${programs.length}`;
    const answer = await calls.send({ endpoint: LIST, method: 'GET', path, label: LIST.name, options });
    if (!isOk(answer)) throw unexpected(answer, LIST.name);
    const page = parseBody(answer, wirePrograms, { label: LIST.name, isWrite: false });
    programs.push(...page);
    if (page.length < PAGE_SIZE) return programs;
  }
}
