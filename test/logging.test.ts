import { describe, expect, it } from 'vitest';
import { createLog, temporalLogger } from '../src/logging.js';

function logged(level = 'info') {
  const lines: string[] = [];
  const log = createLog({ level, process: 'worker' }, { write: (line: string) => void lines.push(line) });
  return { log, lines, last: () => JSON.parse(lines.at(-1) ?? 'null') };
}

describe('a log line', () => {
  it('is one line of JSON with level, time and who wrote it', () => {
    const { log, last, lines } = logged();
    log.warn({ orderId: '42' }, 'order held');
    expect(lines[0]?.indexOf('\n')).toBe((lines[0]?.length ?? 0) - 1);
    expect(last()).toMatchObject({ level: 'warn', process: 'worker', orderId: '42', msg: 'order held' });
    expect(Date.parse(last().time)).not.toBeNaN();
  });

  it.each([
    'email',
    'forename',
    'surname',
    'postcode',
    'phone',
    'password',
    'apiPassword',
    'secretKey',
    'signature',
    'authorization',
    'token',
    'dataFields',
    'webhook-signature',
  ])('never shows %s, however deep it stands', (key) => {
    const { log, lines } = logged();
    const value = { [key]: 'canary' };
    log.info({ ...value, one: value, two: { two: value }, three: { three: { three: value } } }, 'told');
    expect(lines.join('')).not.toContain('canary');
    expect(lines.join('')).toContain('[redacted]');
  });

  it('below the level is not written', () => {
    const { log, lines } = logged('warn');
    log.info('nobody asked');
    expect(lines).toEqual([]);
  });
});

describe("Temporal's runtime", () => {
  it.each([
    ['TRACE', 'trace'],
    ['DEBUG', 'debug'],
    ['INFO', 'info'],
    ['WARN', 'warn'],
    ['ERROR', 'error'],
  ] as const)('logs %s as %s, with its details and under the same rules', (level, ours) => {
    const { log, last } = logged('trace');
    temporalLogger(log).log(level, 'Worker state changed', { state: 'RUNNING', startedAt: 12n, password: 'canary' });
    expect(last()).toMatchObject({
      level: ours,
      msg: 'Worker state changed',
      state: 'RUNNING',
      startedAt: 12,
      password: '[redacted]',
    });
  });

  it('shows what an error says', () => {
    const { log, last } = logged();
    temporalLogger(log).error('Activity failed', { error: new Error('Stokly is unavailable') });
    expect(last()).toMatchObject({ err: { type: 'Error', message: 'Stokly is unavailable' } });
  });

  it('logs without details too', () => {
    const { log, last } = logged();
    temporalLogger(log).warn('Workflow evicted');
    expect(last()).toMatchObject({ level: 'warn', msg: 'Workflow evicted' });
  });
});
