import { Counter, Gauge, Histogram, type Registry } from 'prom-client';

/** The values that each label may have: closed lists, so that nobody outside can make a page grow. */
export type LabelValues = Readonly<Record<string, readonly string[]>>;

export interface MeterText {
  readonly name: string;
  /** What docs/metrics.md says too; a test compares the two. */
  readonly help: string;
  readonly labels?: LabelValues;
}

/** A counter of which every series stands at zero from the start: one that appears with its first event cannot be alerted on. */
export function counter(registry: Registry, { name, help, labels = {} }: MeterText): Counter {
  const made = new Counter({ name, help, labelNames: Object.keys(labels), registers: [registry] });
  for (const series of seriesOf(labels)) made.inc(series, 0);
  return made;
}

/** The same for a gauge. */
export function gauge(registry: Registry, { name, help, labels = {} }: MeterText): Gauge {
  const made = new Gauge({ name, help, labelNames: Object.keys(labels), registers: [registry] });
  for (const series of seriesOf(labels)) made.set(series, 0);
  return made;
}

/** The same for a histogram, in seconds. */
export function histogram(
  registry: Registry,
  { name, help, labels = {}, buckets }: MeterText & { readonly buckets: readonly number[] },
): Histogram {
  const labelNames = Object.keys(labels);
  const made = new Histogram({ name, help, labelNames, buckets: [...buckets], registers: [registry] });
  for (const series of seriesOf(labels)) made.zero(series);
  return made;
}

/** Every combination of the labels' values. */
function seriesOf(labels: LabelValues): Record<string, string>[] {
  return Object.entries(labels).reduce<Record<string, string>[]>(
    (known, [label, values]) => known.flatMap((series) => values.map((value) => ({ ...series, [label]: value }))),
    [{}],
  );
}
