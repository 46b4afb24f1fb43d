import { createServer } from 'node:http';
import { describe, expect, it, onTestFinished } from 'vitest';
import { MetricsPageError, openMetricsPage } from '../../src/metrics/page.js';

async function temporalPage(text: string): Promise<string> {
  const server = createServer((_request, response) => response.end(text));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  const address = server.address();
  if (typeof address !== 'object' || address === null) throw new Error('no port');
  return `http://127.0.0.1:${address.port}/metrics`;
}

async function pageOf(temporalUrl: string, text: () => Promise<string> = async () => 'lockstep_one 1\n') {
  const page = await openMetricsPage({ host: '127.0.0.1', port: 0, text, temporalUrl });
  onTestFinished(() => page.close());
  return page;
}

describe('the page of a worker', () => {
  it("shows ours and Temporal's on one page", async () => {
    const page = await pageOf(await temporalPage('temporal_one 1\n'));
    const response = await fetch(page.url);
    expect(response.headers.get('content-type')).toContain('version=0.0.4');
    expect(await response.text()).toBe('lockstep_one 1\ntemporal_one 1\n');
  });

  it("shows ours also where Temporal's cannot be read", async () => {
    const page = await pageOf('http://127.0.0.1:1/metrics');
    expect(await (await fetch(page.url)).text()).toMatch(/^lockstep_one 1\n# Temporal's own/);
  });

  it('says no detail when ours cannot be read', async () => {
    const page = await pageOf(await temporalPage(''), async () => Promise.reject(new Error('canary-detail')));
    const response = await fetch(page.url);
    expect([response.status, await response.text()]).toEqual([500, 'the metrics could not be read\n']);
  });

  it('is the only one', async () => {
    const page = await pageOf(await temporalPage(''));
    expect((await fetch(page.url.replace('/metrics', '/'))).status).toBe(404);
    expect((await fetch(page.url, { method: 'POST' })).status).toBe(404);
  });

  it('names the setting where its port is taken', async () => {
    const { url } = await pageOf(await temporalPage(''));
    const port = Number(new URL(url).port);
    const opened = openMetricsPage({ host: '127.0.0.1', port, text: async () => '', temporalUrl: url });
    await expect(opened).rejects.toThrow(MetricsPageError);
    await expect(opened).rejects.toThrow('set METRICS_PORT to a free one');
  });
});
