import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { projectPath } from '../../demo/project-path.js';
import { SETTINGS } from '../../src/config.js';
import { CONTACT_FIELDS } from '../../src/domain/contact-fields.js';
import { starter } from '../starter/starter-under-test.js';

const DOCUMENTS = ['docs/production.md', 'docs/going-live.md', 'CONTRIBUTING.md'];
const read = (path: string): string => readFileSync(projectPath(path), 'utf8');

/** Names in capitals that are no setting of `src/settings.ts`. */
const OTHER_NAMES = new Set([
  ...CONTACT_FIELDS.map(({ name }) => name),
  'POSTGRES_PASSWORD',
  'TEMPORAL_RETENTION',
  'NUM_HISTORY_SHARDS',
  'TEST_TEMPORAL_ADDRESS',
  'TEMPORAL_CLI_PATH',
]);

interface Event {
  readonly eventType: string;
  readonly workflowExecutionStartedEventAttributes?: { readonly continuedExecutionRunId?: string };
  readonly activityTaskStartedEventAttributes?: { readonly attempt?: number };
}

/** Actions as Temporal Cloud counts them; a first signal is one with the start that it brought (`signalWithStart`). */
function actionsIn(history: string): number {
  const { events } = JSON.parse(read(`test/replay/histories/001/${history}.json`)) as { events: Event[] };
  const count = (type: string): number => events.filter(({ eventType }) => eventType === `EVENT_TYPE_${type}`).length;
  const attempts = events.reduce((sum, event) => sum + (event.activityTaskStartedEventAttributes?.attempt ?? 0), 0);
  const signals = count('WORKFLOW_EXECUTION_SIGNALED');
  const isContinued = (events[0]?.workflowExecutionStartedEventAttributes?.continuedExecutionRunId ?? '') !== '';
  const start = isContinued || events[1]?.eventType !== 'EVENT_TYPE_WORKFLOW_EXECUTION_SIGNALED' ? 1 : 0;
  const others = ['UPSERT_WORKFLOW_SEARCH_ATTRIBUTES', 'TIMER_STARTED', 'WORKFLOW_EXECUTION_UPDATE_ACCEPTED'];
  return start + signals + attempts + others.reduce((sum, type) => sum + count(type), 0);
}

describe('what is handed to strangers', () => {
  it('names only settings that there are', () => {
    const known = new Set(SETTINGS.map(({ name }) => name));
    // CONTRIBUTING names the code's own constants too.
    for (const path of DOCUMENTS.filter((document) => document.startsWith('docs/'))) {
      const named = [...read(path).matchAll(/`([A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+)(?:=[^`]*)?`/g)].map(
        (match) => match[1] ?? '',
      );
      expect(named.length, path).toBeGreaterThan(0);
      expect(
        named.filter((name) => !known.has(name) && !OTHER_NAMES.has(name)),
        path,
      ).toEqual([]);
    }
  });

  it('names only commands that the starter has', async () => {
    const named = new Set(
      DOCUMENTS.flatMap((path) =>
        [...read(path).matchAll(/\bstarter(?: --)? ([a-z]+)(?= |`|\n)/g)].map((match) => match[1] ?? ''),
      ),
    );
    const help = (await starter(['--help'])).out.join('\n');
    const commands = [...help.matchAll(/^ {2}([a-z]+)(?: \[| {2})/gm)].map((match) => match[1]);
    expect(commands).toContain('setup');
    expect([...named].filter((name) => !commands.includes(name))).toEqual([]);
  });

  it('says of every contact field that it leaves Stokly, and why', () => {
    const text = read('docs/going-live.md');
    expect(CONTACT_FIELDS.filter(({ name }) => !text.includes(`\`${name}\``))).toEqual([]);
  });

  it('counts the actions of Temporal Cloud as the recorded histories do', () => {
    const rows = [...read('docs/production.md').matchAll(/^\| `([\w-]+)` \| (\d+) \|/gm)];
    expect(rows.length).toBeGreaterThan(5);
    const stated = Object.fromEntries(rows.map((row) => [row[1] ?? '', Number(row[2])]));
    expect(Object.fromEntries(Object.keys(stated).map((name) => [name, actionsIn(name)]))).toEqual(stated);
    // One event of a known contact's order.
    expect(actionsIn('known-contact') - actionsIn('new-contact') - 2).toBe(3);
  });
});
