import type { Run } from './series-source.ts'

/** The period that a range selects: after `fromMs`, until `toMs`. */
export interface Period {
  readonly fromMs: number
  readonly toMs: number
}

/** Functions of the samples of one series in a period; undefined if there are too few of them. */
export const rangeFunctions: Readonly<Record<string, (runs: readonly Run[], period: Period) => number | undefined>> = {
  rate: (runs, period) => perSecond(extrapolated(runs, period, true), period),
  increase: (runs, period) => extrapolated(runs, period, true),
  delta: (runs, period) => extrapolated(runs, period, false),
  avg_over_time: (runs) => sumOf(runs) / countOf(runs),
  min_over_time: (runs) => runs.reduce((least, { value }) => Math.min(least, value), Infinity),
  max_over_time: (runs) => runs.reduce((most, { value }) => Math.max(most, value), -Infinity),
  sum_over_time: sumOf,
  count_over_time: countOf,
  last_over_time: (runs) => runs.at(-1)?.value,
}

/** Functions of each value of a vector. */
export const valueFunctions: Readonly<Record<string, (value: number) => number>> = {
  abs: Math.abs,
  ceil: Math.ceil,
  floor: Math.floor,
  sqrt: Math.sqrt,
  ln: Math.log,
}

/** Every function that an expression can call. */
export const functionNames: ReadonlySet<string> = new Set([
  ...Object.keys(rangeFunctions),
  ...Object.keys(valueFunctions),
  'absent',
  'clamp_max',
  'clamp_min',
  'histogram_quantile',
  'scalar',
  'time',
  'vector',
])

function sumOf(runs: readonly Run[]): number {
  return runs.reduce((sum, { value, count }) => sum + value * count, 0)
}

function countOf(runs: readonly Run[]): number {
  return runs.reduce((sum, { count }) => sum + count, 0)
}

function perSecond(increase: number | undefined, { fromMs, toMs }: Period): number | undefined {
  return increase === undefined ? undefined : increase / ((toMs - fromMs) / 1_000)
}

/**
 * By how much a series has increased over a period, as Prometheus 3 extrapolates it: to the borders of the period if the first and the last
 * sample are near them, and otherwise by half the distance of two samples; a counter not below zero. A counter that falls was reset.
 */
function extrapolated(runs: readonly Run[], { fromMs, toMs }: Period, isCounter: boolean): number | undefined {
  const first = runs[0]
  const last = runs.at(-1)
  const count = countOf(runs)
  if (first === undefined || last === undefined || count < 2) return undefined
  let increase = last.value - first.value
  if (isCounter) {
    for (let at = 1; at < runs.length; at += 1) {
      const before = runs[at - 1] as Run
      if ((runs[at] as Run).value < before.value) increase += before.value
    }
  }
  const sampledMs = last.lastMs - first.firstMs
  const averageMs = sampledMs / (count - 1)
  const near = (distanceMs: number) => (distanceMs >= averageMs * 1.1 ? averageMs / 2 : distanceMs)
  let toStartMs = near(first.firstMs - fromMs)
  if (isCounter && increase > 0 && first.value >= 0) {
    toStartMs = Math.min(toStartMs, sampledMs * (first.value / increase))
  }
  return increase * ((sampledMs + toStartMs + near(toMs - last.lastMs)) / sampledMs)
}
