import { describe, expect, it } from 'vitest';
import { CUSTOMER_STATUSES } from '../../src/contract/messages.js';
import { SEARCH_ATTRIBUTES } from '../../src/contract/search-attributes.js';
import { ATTENTIONS } from '../../src/domain/attention.js';
import { REASONS, SKIP_REASONS } from '../../src/domain/reasons.js';
import { SETTINGS } from '../../src/config.js';
import { starter } from '../starter/starter-under-test.js';
import { fencedLines, RUNBOOK, tableRows, words } from './runbook.js';

describe('the runbook', () => {
  it('has a place for each value of NeedsAttention, in its order, and for no other', () => {
    const rows = tableRows('| value | what happened |');
    expect(rows.map(([value]) => value)).toEqual([...ATTENTIONS]);
    for (const [value = '', what, place = ''] of rows) {
      expect(what).not.toBe('');
      const heading = /^\[(.+)\]\(#/.exec(place)?.[1] ?? value;
      expect(RUNBOOK).toContain(`\n## ${heading}\n`);
    }
  });

  it('has a place for each status of a customer, in its order, and for no other', () => {
    expect(tableRows('| value | means |').map(([value]) => value)).toEqual([...CUSTOMER_STATUSES]);
  });

  it('says of each reason whose move it is and what to do, as the code does', () => {
    const rows = tableRows('| reason | whose move |');
    expect(rows).toEqual(SKIP_REASONS.map((reason) => [reason, REASONS[reason].owner, REASONS[reason].nextStep]));
  });

  it('has a page for each command of the starter', async () => {
    const { out } = await starter(['--help']);
    const groups = new Set(['stokly', 'help']);
    const commands = [...out.join('\n').matchAll(/^ {2}([a-z][a-z-]*) /gm)].map(([, name = '']) => name);
    const asked = [...commands.filter((name) => !groups.has(name)), 'stokly probe'];
    expect(asked.length).toBeGreaterThan(8);
    const missing = asked.filter((name) => !RUNBOOK.includes(`\n### starter ${name}\n`));
    expect(missing).toEqual([]);
  });

  it('names only settings, search attributes and options that exist', async () => {
    const names = new Set([...SETTINGS.map(({ name }) => name), 'STOKLY_ID', 'LAST_ORDER_STATUS']);
    const settings = [...RUNBOOK.matchAll(/`([A-Z]+(?:_[A-Z]+)+)`/g)].map(([, name = '']) => name);
    expect(settings.filter((name) => !names.has(name))).toEqual([]);
    const attributes = new Set<string>(SEARCH_ATTRIBUTES.map(({ key }) => key.name));
    const builtIn = ['WorkflowType', 'WorkflowId', 'ExecutionStatus'];
    const asked = fencedLines('sql').flatMap((query) =>
      [...query.matchAll(/\b([A-Z][A-Za-z]+)\b (?:=|>|IN|IS)/g)].map(([, name = '']) => name),
    );
    expect(asked.filter((name) => !attributes.has(name) && !builtIn.includes(name))).toEqual([]);
    for (const line of fencedLines('sh').filter((one) => one.startsWith('npm run starter'))) {
      const [, , , , ...args] = words(line);
      const firstOption = args.findIndex((arg) => arg.startsWith('--'));
      const command = firstOption === -1 ? args : args.slice(0, firstOption);
      const { out } = await starter([...command, '--help']);
      for (const option of args.filter((arg) => arg.startsWith('--'))) {
        expect(out.join('\n')).toMatch(new RegExp(`^ +${option} `, 'm'));
      }
    }
  });
});
