/** One thing that was looked at. */
export interface Finding {
  /** What: `data field TOTAL_SPEND`. */
  readonly subject: string;
  readonly state: 'ok' | 'created' | 'missing' | 'wrong';
  /** What was found, in words. */
  readonly text: string;
  /** What a person does about it; set exactly where the state is `missing` or `wrong`. */
  readonly todo: string | null;
}

export function ok(subject: string, text: string): Finding {
  return { subject, state: 'ok', text, todo: null };
}

export function created(subject: string, text: string): Finding {
  return { subject, state: 'created', text, todo: null };
}

/** Not there, and `setup` can make it. */
export function missing(subject: string, text: string): Finding {
  return { subject, state: 'missing', text, todo: 'run: starter setup' };
}

/** A person has to put it right. */
export function wrong(subject: string, text: string, todo: string): Finding {
  return { subject, state: 'wrong', text, todo };
}

export function isFine({ state }: Finding): boolean {
  return state === 'ok' || state === 'created';
}

const MARKS: Readonly<Record<Finding['state'], string>> = { ok: '✓', created: '✓', missing: '✗', wrong: '✗' };

/** For a person: what to do stands once below all that it mends. */
export function findingLines(findings: readonly Finding[]): string[] {
  return findings.flatMap(({ subject, state, text, todo }, at) => {
    const line = `${MARKS[state]} ${subject}: ${text}`;
    return todo === null || findings[at + 1]?.todo === todo ? [line] : [line, `    → ${todo}`];
  });
}
