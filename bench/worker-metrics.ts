/** A counter or gauge of the worker's own Prometheus page, over all its labels; 0 while it has not appeared. */
export async function workerMetric(workerUrl: string, name: string): Promise<number> {
  const response = await fetch(`${workerUrl}/metrics`, { signal: AbortSignal.timeout(10_000) });
  return sumOfSeries(await response.text(), name);
}

/** Over all series of that name, in Prometheus' text format: `name{labels} value`. */
export function sumOfSeries(text: string, name: string): number {
  const lines = text.split('\n').filter((line) => line.startsWith(`${name}{`) || line.startsWith(`${name} `));
  return lines.reduce((sum, line) => sum + Number(line.slice(line.lastIndexOf(' ') + 1)), 0);
}
