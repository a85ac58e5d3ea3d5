/** One family as read back from an exposition. */
export interface Family {
  readonly help: string
  readonly type: string
  readonly samples: { readonly name: string; readonly labels: Record<string, string>; readonly value: number }[]
}

type Format = 'prometheus' | 'openmetrics'

/**
 * Reads an exposition as strictly as promtool and the OpenMetrics reader do; throws at what they refuse: a family twice
 * or without help and type, a sample outside its family or twice, buckets that are not cumulative or lack `+Inf`, a
 * count that is not the last bucket, a missing end.
 */
export function parseExposition(body: string, format: Format): Map<string, Family> {
  if (!body.endsWith('\n')) throw new Error('the last line has no end')
  const lines = body.slice(0, -1).split('\n')
  if (format === 'openmetrics' && lines.pop() !== '# EOF') throw new Error('# EOF is missing')
  const families = new Map<string, Family>()
  let current: { name: string; family: Family } | undefined
  for (let i = 0; i < lines.length; i += 1) {
    const line = lines[i] ?? ''
    if (line.startsWith('# HELP ')) {
      const [, name = '', help = ''] = /^# HELP ([a-zA-Z_:][\w:]*) (.+)$/.exec(line) ?? fail(line)
      const [, type = ''] =
        new RegExp(`^# TYPE ${name} (counter|gauge|histogram)$`).exec(lines[(i += 1)] ?? '') ?? fail(line)
      if (families.has(name)) fail(`${name} stands twice`)
      current = { name, family: { help: unescape(help, format === 'openmetrics'), type, samples: [] } }
      families.set(name, current.family)
    } else if (current === undefined) fail(line)
    else addSample(current.name, current.family, line, format)
  }
  for (const [name, family] of families) if (family.type === 'histogram') checkHistogram(name, family)
  return families
}

function addSample(name: string, family: Family, line: string, format: Format): void {
  const match =
    /^([a-zA-Z_:][\w:]*)(?:\{((?:[a-zA-Z_]\w*="(?:[^"\\\n]|\\["\\n])*",?)+)\})? ([-+]?(?:Inf|NaN|[\d.]+(?:e[-+]?\d+)?))$/.exec(
      line,
    )
  const [, sampleName = '', labelText = '', valueText = ''] = match ?? fail(line)
  const suffixes = {
    counter: [format === 'openmetrics' ? '_total' : ''],
    gauge: [''],
    histogram: ['_bucket', '_sum', '_count'],
  }
  if (!suffixes[family.type as 'counter'].some((suffix) => sampleName === name + suffix))
    fail(`${sampleName} in ${name}`)
  if (format === 'prometheus' && family.type === 'counter' && !name.endsWith('_total')) fail(`${name} lacks _total`)
  const labels: Record<string, string> = {}
  for (const [, key = '', text = ''] of labelText.matchAll(/(\w+)="((?:[^"\\]|\\.)*)"/g)) {
    if (key in labels) fail(`${key} twice: ${line}`)
    labels[key] = unescape(text, true)
  }
  const isRepeated = family.samples.some(
    (each) => each.name === sampleName && JSON.stringify(each.labels) === JSON.stringify(labels),
  )
  if (isRepeated) fail(`twice: ${line}`)
  family.samples.push({ name: sampleName, labels, value: Number(valueText.replace('Inf', 'Infinity')) })
}

function checkHistogram(name: string, { samples }: Family): void {
  const bySeries = Map.groupBy(samples, ({ labels }) => JSON.stringify({ ...labels, le: undefined }))
  for (const series of bySeries.values()) {
    const buckets = series.filter((each) => each.name === `${name}_bucket`)
    const bounds = buckets.map(({ labels }) => Number(labels['le']?.replace('Inf', 'Infinity')))
    const isAscending = bounds.every((bound, i) => i === 0 || bound > (bounds[i - 1] ?? 0))
    const isCumulative = buckets.every(({ value }, i) => i === 0 || value >= (buckets[i - 1]?.value ?? 0))
    const count = series.find((each) => each.name === `${name}_count`)?.value
    if (!isAscending || !isCumulative || bounds.at(-1) !== Infinity) fail(`the buckets of ${name}`)
    if (count === undefined || count !== buckets.at(-1)?.value) fail(`the count of ${name}`)
    if (!series.some((each) => each.name === `${name}_sum`)) fail(`the sum of ${name}`)
  }
}

function unescape(text: string, hasQuotes: boolean): string {
  return text.replaceAll(/\\(.)/g, (_, each: string) => {
    if (each === 'n') return '\n'
    return each === '\\' || (hasQuotes && each === '"') ? each : fail(`\\${each}`)
  })
}

function fail(what: string): never {
  throw new Error(`not an exposition: ${what}`)
}
