import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { EXPECTED_COUNTS } from '../../../emulators/stokly/expected-counts.js';
import { importSample } from '../../../emulators/stokly/index.js';
import { despatchMs, londonMs } from '../../../emulators/stokly/sample/london.js';

const IMPORT_CPU_MS_MAX = 3000;

describe('the importer', () => {
  it('makes of the month what was counted by hand, with less than three seconds of work', () => {
    const before = process.cpuUsage();
    const { report } = importSample();
    const used = process.cpuUsage(before);
    expect(report).toEqual(EXPECTED_COUNTS);
    expect((used.user + used.system) / 1000).toBeLessThan(IMPORT_CPU_MS_MAX);
  }, 60_000);

  it('names each credit that it leaves out, with its amount', () => {
    const { creditsNotImported } = importSample();
    expect(creditsNotImported.length).toBe(119 + 18);
    // C536379: one line of 27.50, of customer 14527, who had bought nothing yet.
    expect(creditsNotImported[0]).toEqual({ number: 'C536379', reason: 'no-earlier-order', grossPence: 2750 });
  }, 60_000);

  it('gives the same ids every time, and takes the first invoices, or those of one day, alone', () => {
    const [once, twice] = [importSample({ invoices: 10 }), importSample({ invoices: 10 })];
    expect(once.accounts).toEqual(twice.accounts);
    expect(once.report.invoices).toBe(10);
    const day = importSample({ from: '2010-12-02T00:00:00Z', to: '2010-12-03T00:00:00Z' });
    expect(day.report.invoices).toBe(167);
  }, 60_000);

  it('reads the file that comes with the project, its licence beside it', () => {
    expect(readFileSync('samples/README.md', 'utf8')).toContain('CC BY 4.0');
  });
});

describe('the clock of London', () => {
  it('is an hour ahead in summer', () => {
    expect(new Date(londonMs('2011-07-01T08:30:00')).toISOString()).toBe('2011-07-01T07:30:00.000Z');
    expect(new Date(londonMs('2011-01-03T08:30:00')).toISOString()).toBe('2011-01-03T08:30:00.000Z');
  });

  it.each([
    // A Friday in summer.
    ['2011-07-01T20:00:00Z', 1, '2011-07-04T15:00:00.000Z'],
    // Late on a Thursday that is Friday in London.
    ['2011-06-30T23:30:00Z', 1, '2011-07-04T15:00:00.000Z'],
    // The Friday before the clocks go forward.
    ['2011-03-25T12:00:00Z', 1, '2011-03-28T15:00:00.000Z'],
    // A Thursday, the second part.
    ['2010-12-02T12:00:00Z', 2, '2010-12-06T16:00:00.000Z'],
  ])('despatches what was placed at %s after %i working days at %s', (placedAt, workingDays, despatchedAt) => {
    expect(new Date(despatchMs(Date.parse(placedAt), workingDays)).toISOString()).toBe(despatchedAt);
  });
});
