import { Counter, Gauge, Histogram, type Registry } from 'prom-client';

/** The values that each label may have: closed lists, so that nobody outside can make a page grow. */
export type LabelValues = Readonly<Record<string, readonly string[]>>;

export interface MeterText {
  readonly name: string;
  /** What docs/metrics.md says too; a test compares the two. */
  readonly help: string;
  readonly labels?: LabelValues;
  /** The series that there are, where not every combination of the labels' values is one. */
  readonly series?: readonly Series[];
}

type Series = Readonly<Record<string, string>>;

/** A counter of which every series stands at zero from the start: one that appears with its first event cannot be alerted on. */
export function counter(registry: Registry, { name, help, labels = {}, series = every(labels) }: MeterText): Counter {
  const made = new Counter({ name, help, labelNames: Object.keys(labels), registers: [registry] });
  for (const one of series) made.inc(one, 0);
  return made;
}

/** The same for a gauge. */
export function gauge(registry: Registry, { name, help, labels = {}, series = every(labels) }: MeterText): Gauge {
  const made = new Gauge({ name, help, labelNames: Object.keys(labels), registers: [registry] });
  for (const one of series) made.set(one, 0);
  return made;
}

/** The same for a histogram, in seconds. */
export function histogram(
  registry: Registry,
  { name, help, labels = {}, buckets }: MeterText & { readonly buckets: readonly number[] },
): Histogram {
  const labelNames = Object.keys(labels);
  const made = new Histogram({ name, help, labelNames, buckets: [...buckets], registers: [registry] });
  for (const one of every(labels)) made.zero(one);
  return made;
}

/** Every combination of the labels' values. */
function every(labels: LabelValues): Series[] {
  return Object.entries(labels).reduce<Series[]>(
    (known, [label, values]) => known.flatMap((series) => values.map((value) => ({ ...series, [label]: value }))),
    [{}],
  );
}
