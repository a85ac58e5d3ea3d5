/** Values by label name. */
export type Labels<Name extends string = string> = Readonly<Record<Name, string | number | boolean>>

/** The value of a counter or gauge for one set of labels. */
export interface ValueSeries {
  /** `name="value",…`, escaped. */
  readonly labels: string
  value: number
}

/** The buckets of a histogram for one set of labels; not cumulative, the last one has no upper bound. */
export interface HistogramSeries {
  readonly labels: string
  readonly counts: Float64Array
  sum: number
}

/** The series of one metric by their label values. */
export interface SeriesTable<Series> {
  get(labels: Labels | undefined): Series | undefined
  all(): Iterable<Series>
  clear(): void
}

/** The maximum number of series of one metric, and the callback for each observation beyond it. */
export interface SeriesLimit {
  readonly count: number
  readonly onOverflow: () => void
}

/**
 * Finds or makes the series of a set of labels. Beyond the limit `get` returns undefined, so that label values from outside
 * cannot fill the memory.
 */
export function makeSeriesTable<Series>(
  labelNames: readonly string[],
  make: (labels: string) => Series,
  limit: SeriesLimit,
): SeriesTable<Series> {
  const series = new Map<string, Series>()
  const [first] = labelNames
  return {
    get(labels) {
      let key = labels === undefined || first === undefined ? '' : String(labels[first])
      for (let i = 1; i < labelNames.length; i += 1) key += `\u0000${labels?.[labelNames[i] ?? '']}`
      const known = series.get(key)
      if (known !== undefined) return known
      if (series.size >= limit.count) {
        limit.onOverflow()
        return undefined
      }
      const made = make(labelNames.map((name) => `${name}="${escapeLabel(String(labels?.[name] ?? ''))}"`).join(','))
      series.set(key, made)
      return made
    },
    all: () => series.values(),
    clear: () => series.clear(),
  }
}

function escapeLabel(value: string): string {
  return value.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n')
}
