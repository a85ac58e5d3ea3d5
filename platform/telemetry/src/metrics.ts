import { chooseFormat, expose, type MetricFamily } from './exposition.ts'
import {
  makeSeriesTable,
  type HistogramSeries,
  type Labels,
  type SeriesLimit,
  type ValueSeries,
} from './metric-series.ts'

/** The labels of one observation; none for a metric without labels. */
export type LabelArguments<Name extends string> = [Name] extends [never] ? [] : [labels: Labels<Name>]

/** A number that only increases. */
export interface Counter<Name extends string = never> {
  /** Adds a value; a negative value or NaN is ignored. */
  add(value: number, ...labels: LabelArguments<Name>): void
}

/** A counter whose total is kept elsewhere (by the operating system, by a driver) and read by its `collect`. */
export interface ObservedCounter<Name extends string = never> extends Counter<Name> {
  setTotal(value: number, ...labels: LabelArguments<Name>): void
}

/** A number that increases and decreases. */
export interface Gauge<Name extends string = never> {
  set(value: number, ...labels: LabelArguments<Name>): void
  add(value: number, ...labels: LabelArguments<Name>): void
  /** Removes all series, for a gauge that is set anew at each collection. */
  clear(): void
}

/** A distribution over fixed buckets. */
export interface Histogram<Name extends string = never> {
  observe(value: number, ...labels: LabelArguments<Name>): void
  /** The series of these labels, for what observes it often. */
  series(...labels: LabelArguments<Name>): (value: number) => void
}

/** Updates a metric before an exposition; if it takes over 2 s or throws, the previous value is exported. */
export type Collect<Metric> = (metric: Metric) => void | Promise<void>

/** The response to a scrape. */
export interface MetricsAnswer {
  readonly contentType: string
  readonly body: string
}

/**
 * The metrics of one service. Each method makes a metric, or returns the existing one of that name (adding its `collect`).
 * Throws for a known name with another kind or other labels, and for names that Prometheus or its conventions do not allow:
 * the names of counters, and no others, end in `_total`.
 */
export interface Metrics {
  counter<const Name extends string = never>(
    name: string,
    help: string,
    labelNames?: readonly Name[],
    collect?: Collect<ObservedCounter<Name>>,
  ): Counter<Name>
  gauge<const Name extends string = never>(
    name: string,
    help: string,
    labelNames?: readonly Name[],
    collect?: Collect<Gauge<Name>>,
  ): Gauge<Name>
  /** Buckets are upper bounds in ascending order; by default those of the semantic conventions for seconds. */
  histogram<const Name extends string = never>(
    name: string,
    help: string,
    labelNames?: readonly Name[],
    buckets?: readonly number[],
  ): Histogram<Name>
  /** Exports all metrics in the format that the `Accept` header prefers: OpenMetrics 1.0 or Prometheus text 0.0.4. */
  expose(accept?: string): Promise<MetricsAnswer>
}

/** The bounds in seconds that OpenTelemetry recommends for the durations of requests. */
export const durationBuckets: readonly number[] = [
  0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10,
]

interface MetricsOptions {
  /** Called when a `collect` throws or takes too long. */
  readonly onCollectError?: (metric: string, error: unknown) => void
  readonly maxSeriesPerMetric?: number
}

interface Registered {
  readonly family: MetricFamily
  readonly labelNames: readonly string[]
  readonly metric: object
  readonly collects: (() => void | Promise<void>)[]
}

const collectTimeoutMs = 2_000

/** Makes an empty registry. A metric keeps at most 2,000 series; observations of further series are only counted. */
export function createMetrics(options: MetricsOptions = {}): Metrics {
  const registered = new Map<string, Registered>()
  const limitOf = (name: string): SeriesLimit => ({
    count: options.maxSeriesPerMetric ?? 2_000,
    onOverflow: () => droppedSeries.add(1, { metric: name }),
  })
  const valueMetric = <Name extends string>(
    described: Described<'counter' | 'gauge', Name>,
    collect: Collect<ValueMetric<Name>> | undefined,
  ): ValueMetric<Name> => {
    const { metric, collects } = register(registered, described, () =>
      makeValueMetric(described, limitOf(described.name)),
    )
    if (collect !== undefined) collects.push(() => collect(metric))
    return metric
  }
  const metrics: Metrics = {
    counter: (name, help, labelNames = [], collect) =>
      valueMetric({ kind: 'counter', name, help, labelNames }, collect),
    gauge: (name, help, labelNames = [], collect) => valueMetric({ kind: 'gauge', name, help, labelNames }, collect),
    histogram: (name, help, labelNames = [], buckets = durationBuckets) => {
      const described = { kind: 'histogram' as const, name, help, labelNames }
      return register(registered, described, () => makeHistogram(described, buckets, limitOf(name))).metric
    },
    async expose(accept = '') {
      const all = [...registered.values()]
      await Promise.all(all.map((each) => collectAll(each, options.onCollectError)))
      const families = all.map(({ family }) => family)
      return expose(families, chooseFormat(accept))
    },
  }
  const droppedSeries = metrics.counter(
    'metrics_series_dropped_total',
    'Observations dropped because their metric has too many series',
    ['metric'],
    // An alert on an increase needs every series from the first exposition on.
    (counter) => {
      for (const [name, { labelNames }] of registered)
        if (labelNames.length > 0 && name !== 'metrics_series_dropped_total') counter.add(0, { metric: name })
    },
  )
  return metrics
}

interface Described<Kind extends MetricFamily['kind'], Name extends string> {
  readonly kind: Kind
  readonly name: string
  readonly help: string
  readonly labelNames: readonly Name[]
}

interface Made<Metric> {
  readonly metric: Metric
  readonly family: MetricFamily
}

function register<Metric extends object>(
  registered: Map<string, Registered>,
  { kind, name, labelNames }: Described<MetricFamily['kind'], string>,
  make: () => Made<Metric>,
): { readonly metric: Metric; readonly collects: Registered['collects'] } {
  const known = registered.get(name)
  if (known !== undefined) {
    if (known.family.kind !== kind || known.labelNames.join() !== labelNames.join()) {
      throw new TypeError(
        `the metric ${name} is already registered as a ${known.family.kind} of [${known.labelNames.join(', ')}]`,
      )
    }
    return { metric: known.metric as Metric, collects: known.collects }
  }
  checkNames(kind, name, labelNames)
  const entry = { ...make(), labelNames, collects: [] }
  registered.set(name, entry)
  return entry
}

type ValueMetric<Name extends string> = Gauge<Name> & ObservedCounter<Name>

function makeValueMetric<Name extends string>(
  { kind, name, help, labelNames }: Described<'counter' | 'gauge', Name>,
  limit: SeriesLimit,
): Made<ValueMetric<Name>> {
  const table = makeSeriesTable<ValueSeries>(labelNames, (labels) => ({ labels, value: 0 }), limit)
  // A metric without labels exists from the start, because alerts distinguish a missing counter from one at 0.
  if (labelNames.length === 0) table.get(undefined)
  const set = (value: number, ...[labels]: LabelArguments<Name>) => {
    const series = table.get(labels)
    if (series !== undefined) series.value = value
  }
  const add = (value: number, ...[labels]: LabelArguments<Name>) => {
    if (kind === 'counter' && !(value >= 0)) return
    const series = table.get(labels)
    if (series !== undefined) series.value += value
  }
  return {
    family: { kind, name, help, series: table.all },
    metric: { add, set, setTotal: set, clear: table.clear },
  }
}

function makeHistogram<Name extends string>(
  { kind, name, help, labelNames }: Described<'histogram', Name>,
  buckets: readonly number[],
  limit: SeriesLimit,
): Made<Histogram<Name>> {
  if (buckets.some((bound, i) => !Number.isFinite(bound) || bound <= (buckets[i - 1] ?? -Infinity))) {
    throw new TypeError(`the buckets of ${name} must be finite and ascending`)
  }
  const make = (labels: string) => ({ labels, counts: new Float64Array(buckets.length + 1), sum: 0 })
  const table = makeSeriesTable<HistogramSeries>(labelNames, make, limit)
  if (labelNames.length === 0) table.get(undefined)
  const observe = (value: number, ...[labels]: LabelArguments<Name>) => {
    if (!Number.isNaN(value)) addTo(table.get(labels), buckets, value)
  }
  const series = (...[labels]: LabelArguments<Name>) => {
    let own: HistogramSeries | undefined
    return (value: number) => {
      if (!Number.isNaN(value)) addTo((own ??= table.get(labels)), buckets, value)
    }
  }
  return { family: { kind, name, help, buckets, series: table.all }, metric: { observe, series } }
}

function addTo(series: HistogramSeries | undefined, buckets: readonly number[], value: number): void {
  if (series === undefined) return
  let bucket = 0
  while (bucket < buckets.length && value > (buckets[bucket] ?? 0)) bucket += 1
  series.counts[bucket] = (series.counts[bucket] ?? 0) + 1
  series.sum += value
}

function checkNames(kind: MetricFamily['kind'], name: string, labelNames: readonly string[]): void {
  if (!/^[a-zA-Z_:][a-zA-Z0-9_:]*$/.test(name)) throw new TypeError(`${name} is not a metric name`)
  if ((kind === 'counter') !== name.endsWith('_total')) {
    throw new TypeError(`${name}: the name of a counter, and only of a counter, must end in _total`)
  }
  if (kind !== 'counter' && /_(count|sum|bucket|created)$/.test(name)) {
    throw new TypeError(`${name}: the suffix is reserved for parts of a histogram`)
  }
  for (const label of labelNames) {
    if (!/^(?!__)[a-zA-Z_][a-zA-Z0-9_]*$/.test(label) || (kind === 'histogram' && label === 'le')) {
      throw new TypeError(`${label} is not a label of ${name}`)
    }
  }
}

async function collectAll({ family, collects }: Registered, onError: MetricsOptions['onCollectError']): Promise<void> {
  for (const collect of collects) {
    try {
      const pending = collect()
      if (pending !== undefined) await within(pending, collectTimeoutMs)
    } catch (error) {
      onError?.(family.name, error)
    }
  }
}

async function within(pending: Promise<void>, timeoutMs: number): Promise<void> {
  let timer: NodeJS.Timeout | undefined
  const timeout = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`not collected within ${timeoutMs} ms`)), timeoutMs)
  })
  await Promise.race([pending, timeout]).finally(() => clearTimeout(timer))
}
