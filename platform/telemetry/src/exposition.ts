import type { HistogramSeries, ValueSeries } from './metric-series.ts'

/** One metric with all its series. */
export type MetricFamily = { readonly name: string; readonly help: string } & (
  | { readonly kind: 'counter' | 'gauge'; readonly series: () => Iterable<ValueSeries> }
  | {
      readonly kind: 'histogram'
      readonly buckets: readonly number[]
      readonly series: () => Iterable<HistogramSeries>
    }
)

type Format = 'prometheus' | 'openmetrics'

const contentTypes: Readonly<Record<Format, string>> = {
  prometheus: 'text/plain; version=0.0.4; charset=utf-8',
  openmetrics: 'application/openmetrics-text; version=1.0.0; charset=utf-8',
}

/** Returns OpenMetrics 1.0 if the `Accept` header prefers it to plain text, otherwise Prometheus text 0.0.4. */
export function chooseFormat(accept: string): Format {
  const quality = (type: string) => {
    const range = accept.split(',').find((each) => each.trim().startsWith(type))
    return range === undefined ? 0 : Number(/;\s*q=([\d.]+)/.exec(range)?.[1] ?? 1)
  }
  const openMetrics = quality('application/openmetrics-text')
  return openMetrics > 0 && openMetrics >= quality('text/plain') ? 'openmetrics' : 'prometheus'
}

/** Writes all families in the format. */
export function expose(families: readonly MetricFamily[], format: Format): { contentType: string; body: string } {
  let body = ''
  for (const family of families) body += exposeFamily(family, format)
  if (format === 'openmetrics') body += '# EOF\n'
  return { contentType: contentTypes[format], body }
}

function exposeFamily(family: MetricFamily, format: Format): string {
  const isOpenMetrics = format === 'openmetrics'
  // In OpenMetrics the family of a counter is named without the suffix of its samples.
  const name = isOpenMetrics && family.kind === 'counter' ? family.name.slice(0, -'_total'.length) : family.name
  let text = `# HELP ${name} ${escapeHelp(family.help, isOpenMetrics)}\n# TYPE ${name} ${family.kind}\n`
  if (family.kind === 'histogram') {
    for (const series of family.series()) text += exposeHistogram(family.name, family.buckets, series, isOpenMetrics)
  } else {
    for (const { labels, value } of family.series()) {
      text += `${family.name}${labels === '' ? '' : `{${labels}}`} ${formatNumber(value)}\n`
    }
  }
  return text
}

function exposeHistogram(
  name: string,
  buckets: readonly number[],
  { labels, counts, sum }: HistogramSeries,
  isOpenMetrics: boolean,
): string {
  const prefix = labels === '' ? '' : `${labels},`
  const suffix = labels === '' ? '' : `{${labels}}`
  let text = ''
  let cumulative = 0
  for (let i = 0; i <= buckets.length; i += 1) {
    cumulative += counts[i] ?? 0
    const bound = buckets[i]
    const le = bound === undefined ? '+Inf' : isOpenMetrics && Number.isInteger(bound) ? `${bound}.0` : String(bound)
    text += `${name}_bucket{${prefix}le="${le}"} ${cumulative}\n`
  }
  return `${text}${name}_sum${suffix} ${formatNumber(sum)}\n${name}_count${suffix} ${cumulative}\n`
}

function formatNumber(value: number): string {
  if (value === Infinity) return '+Inf'
  return value === -Infinity ? '-Inf' : String(value)
}

function escapeHelp(help: string, isOpenMetrics: boolean): string {
  const escaped = help.replaceAll('\\', '\\\\').replaceAll('\n', '\\n')
  return isOpenMetrics ? escaped.replaceAll('"', '\\"') : escaped
}
