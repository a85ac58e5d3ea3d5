import type { Chart } from '@stoa/contracts/reporting/resources'
import type { MartCell, MartColumn } from '@stoa/contracts/shared/mart-query'

/** The sums of a chart: one for each value along the axis, and for each series. */
export interface ChartSums {
  /** Undefined where the measure is no amount. */
  readonly currency: string | undefined
  readonly total: number
  /** Names of the series, the largest first; null where the column has no value. */
  readonly series: readonly (string | null | typeof others)[]
  readonly bars: readonly Bar[]
}

/** A bar: its value along the axis, and a part for each series. */
export interface Bar {
  readonly at: string | null | typeof others
  readonly parts: readonly number[]
}

/** What is not among the largest. */
export const others = Symbol('others')

/** How the bars are ordered: days follow each other, other values begin with the largest. */
export type Axis = 'day' | 'month' | 'year' | 'value'

/** What a chart shows, of rows that are added portion by portion. */
export interface ChartMaker {
  readonly add: (row: readonly MartCell[]) => void
  /** One for each currency; undefined if the axis has too many values. */
  readonly end: () => { readonly axis: Axis; readonly charts: readonly ChartSums[] } | undefined
}

type Key = string | null
type Sums = Map<Key, Map<Key, number>>

const mostValues = 20_000
const mostSeries = 6
const mostBars = 12
const mostDays = 62
const mostMonths = 60

/** Sums up a chart; what it keeps is bounded by the number of different values, not of rows. */
export function makeChart(
  { x, y, series }: Chart,
  columns: readonly MartColumn[],
  currencyOf: (row: readonly MartCell[]) => string | undefined,
): ChartMaker {
  const at = (name: string | undefined) => columns.findIndex((column) => column.name === name)
  const [xAt, yAt, seriesAt] = [at(x), at(y), at(series)]
  const [isMoney, isDay] = [columns[yAt]?.type === 'money', columns[xAt]?.type === 'day']
  const byCurrency = new Map<string | undefined, Sums>()
  let values = 0
  return {
    add(row) {
      if (values > mostValues) return
      const currency = isMoney ? currencyOf(row) : undefined
      const sums = entry(byCurrency, currency, () => new Map() as Sums)
      const parts = entry(sums, keyOf(row[xAt]), () => new Map<Key, number>())
      const part = seriesAt < 0 ? null : keyOf(row[seriesAt])
      if (!parts.has(part)) values += 1
      parts.set(part, (parts.get(part) ?? 0) + Number(row[yAt] ?? 0))
    },
    end() {
      if (values > mostValues) return undefined
      const all = [...byCurrency.values()].flatMap((sums) => [...sums.keys()])
      const axis = isDay ? axisOf(all.filter((day) => day !== null)) : 'value'
      const ranked = rankedSeries([...byCurrency.values()])
      const charts = [...byCurrency]
        .toSorted(([a = ''], [b = '']) => (a < b ? -1 : 1))
        .map(([currency, sums]) => chartOf(sums, { axis, currency, ranked }))
      return { axis, charts }
    },
  }
}

function keyOf(cell: MartCell | undefined): Key {
  return cell === null || cell === undefined ? null : String(cell)
}

function entry<K, V>(map: Map<K, V>, key: K, make: () => V): V {
  const found = map.get(key)
  if (found !== undefined) return found
  const made = make()
  map.set(key, made)
  return made
}

/** Days while there is room for one bar each, else months, else years. */
function axisOf(days: readonly string[]): Axis {
  const sorted = days.toSorted()
  const [first, last] = [sorted[0], sorted.at(-1)]
  if (first === undefined || last === undefined) return 'day'
  const { days: count } = Temporal.PlainDate.from(first).until(last)
  if (count < mostDays) return 'day'
  return count < mostMonths * 31 ? 'month' : 'year'
}

/** The series by their shares, so that each has the same place, and colour, in the charts of all currencies. */
function rankedSeries(all: readonly Sums[]): Key[] {
  const shares = new Map<Key, number>()
  for (const sums of all) {
    const bySeries = seriesSums(sums)
    const total = sumOf([...bySeries.values()].map(Math.abs)) || 1
    for (const [key, sum] of bySeries) shares.set(key, (shares.get(key) ?? 0) + sum / total)
  }
  return [...shares].toSorted(([, a], [, b]) => b - a).map(([key]) => key)
}

function seriesSums(sums: Sums): Map<Key, number> {
  const found = new Map<Key, number>()
  for (const parts of sums.values()) for (const [key, part] of parts) found.set(key, (found.get(key) ?? 0) + part)
  return found
}

interface Shape {
  readonly axis: Axis
  readonly currency: string | undefined
  readonly ranked: readonly Key[]
}

function chartOf(sums: Sums, { axis, currency, ranked }: Shape): ChartSums {
  const named = ranked.slice(0, mostSeries)
  const series: ChartSums['series'] = ranked.length > mostSeries ? [...named, others] : named
  const partsOf = (parts: ReadonlyMap<Key, number>) => {
    const known = named.map((key) => parts.get(key) ?? 0)
    const rest = [...parts].reduce((sum, [key, part]) => (named.includes(key) ? sum : sum + part), 0)
    return ranked.length > mostSeries ? [...known, rest] : known
  }
  const bars = [...sums].map(([at, parts]): Bar => ({ at, parts: partsOf(parts) }))
  const ordered = axis === 'value' ? largest(bars) : consecutive(bars, axis)
  return { currency, total: sumOf([...seriesSums(sums).values()]), series, bars: ordered }
}

function largest(bars: readonly Bar[]): Bar[] {
  const sorted = bars.toSorted((a, b) => sumOf(b.parts) - sumOf(a.parts))
  if (sorted.length <= mostBars) return sorted
  return [...sorted.slice(0, mostBars - 1), { at: others, parts: addUp(sorted.slice(mostBars - 1)) }]
}

const lengths = { day: 10, month: 7, year: 4 } as const

/** In the order of time, with the days, months or years between that have none. */
function consecutive(bars: readonly Bar[], axis: 'day' | 'month' | 'year'): Bar[] {
  const dated = Map.groupBy(
    bars.filter(({ at }) => typeof at === 'string'),
    ({ at }) => String(at).slice(0, lengths[axis]),
  )
  const names = [...dated.keys()].toSorted()
  const [first, last] = [names[0], names.at(-1)]
  if (first === undefined || last === undefined) return []
  const empty = (bars[0]?.parts ?? []).map(() => 0)
  const found: Bar[] = []
  let day = Temporal.PlainDate.from(`${first}${'-01-01'.slice(first.length - 4)}`)
  for (let at = first; at <= last; at = day.toString().slice(0, lengths[axis])) {
    const group = dated.get(at)
    found.push({ at, parts: group === undefined ? empty : addUp(group) })
    day = day.add({ [`${axis}s`]: 1 })
  }
  return found
}

function addUp(bars: readonly Bar[]): number[] {
  return (bars[0]?.parts ?? []).map((_, index) => bars.reduce((sum, { parts }) => sum + (parts[index] ?? 0), 0))
}

/** The height of a bar. */
export function sumOf(parts: readonly number[]): number {
  return parts.reduce((sum, part) => sum + part, 0)
}
