import { setImmediate } from 'node:timers/promises'
import { evaluate, type Budget } from './evaluate.ts'
import type { SeriesSource } from './series-source.ts'
import { TooLargeError, type Expression, type Labels } from './syntax.ts'
import { keyOf } from './vectors.ts'

/** The steps of a range query, which begins at `fromMs`. */
export interface Steps {
  readonly fromMs: number
  readonly stepMs: number
  readonly count: number
}

/** How much a range query may return and read. */
export interface RangeLimits {
  readonly series: number
  readonly values: number
  readonly budget: Budget
  /** Of the evaluation, without the pauses. */
  readonly busyMs: number
}

/** The values of a series, one for each step; undefined where it has none. */
export interface RangeSeries {
  readonly labels: Labels
  readonly values: (number | undefined)[]
}

/** For how long steps are evaluated without a pause, in which other requests proceed. */
const sliceMs = 20

/** Evaluates an expression at each step. Other requests proceed meanwhile. @throws PromqlError */
export async function evaluateRange(
  expression: Expression,
  source: SeriesSource,
  { fromMs, stepMs, count }: Steps,
  limits: RangeLimits,
): Promise<RangeSeries[]> {
  const found = new Map<string, RangeSeries>()
  let busyMs = 0
  let sliceBegan = performance.now()
  for (let step = 0; step < count; step += 1) {
    const value = evaluate(expression, { source, atMs: fromMs + step * stepMs, budget: limits.budget })
    const samples = typeof value === 'number' ? [{ labels: {}, value }] : value
    for (const sample of samples) {
      const key = keyOf(sample.labels)
      let series = found.get(key)
      if (series === undefined) {
        series = { labels: sample.labels, values: Array.from({ length: count }, () => undefined) }
        found.set(key, series)
        if (found.size > limits.series) throw new TooLargeError(`the query returns more than ${limits.series} series`)
        if (found.size * count > limits.values)
          throw new TooLargeError(`the query returns more than ${limits.values} values`)
      }
      series.values[step] = sample.value
    }
    const sliceTook = performance.now() - sliceBegan
    if (sliceTook < sliceMs) continue
    busyMs += sliceTook
    if (busyMs > limits.busyMs) throw new TooLargeError('the evaluation of the query takes too long')
    await setImmediate()
    sliceBegan = performance.now()
  }
  return [...found].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([, series]) => series)
}
