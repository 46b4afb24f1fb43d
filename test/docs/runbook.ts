import { readFileSync } from 'node:fs';

/** docs/runbook.md as its tests read it. */
export const RUNBOOK = readFileSync(new URL('../../docs/runbook.md', import.meta.url), 'utf8');

/** docs/for-finance.md: its commands are run like the runbook's. */
export const FOR_FINANCE = readFileSync(new URL('../../docs/for-finance.md', import.meta.url), 'utf8');

/** The lines of all fenced blocks of a language, each once. */
export function fencedLines(language: string, page = RUNBOOK): string[] {
  const blocks = [...page.matchAll(new RegExp(`^\`\`\`${language}\n([\\s\\S]*?)^\`\`\``, 'gm'))];
  const lines = blocks.flatMap(([, block = '']) => block.split('\n')).filter((line) => line.trim() !== '');
  return [...new Set(lines)];
}

/** The rows of a page's nth table that begins with this head, cells without backticks around them. */
export function tableRows(head: string, page = RUNBOOK, nth = 0): string[][] {
  const table = page.split('\n\n').filter((block) => block.startsWith(head))[nth] ?? '';
  return table
    .trim()
    .split('\n')
    .slice(2)
    .map((row) =>
      row
        .split('|')
        .slice(1, -1)
        .map((cell) => cell.trim().replace(/^`(.*)`$/, '$1')),
    );
}

/** The words of a command line, quotes taken off, without what stands behind a `#`. */
export function words(commandLine: string): string[] {
  const found = [...commandLine.replace(/\s{2,}#.*$/, '').matchAll(/"([^"]*)"|(\S+)/g)];
  return found.map(([, quoted, plain]) => quoted ?? plain ?? '');
}
