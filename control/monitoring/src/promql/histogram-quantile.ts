import type { Sample } from './series-source.ts'
import type { Labels } from './syntax.ts'
import { keyOf, without } from './vectors.ts'

interface Bucket {
  readonly bound: number
  count: number
}

/** The quantile of each histogram, interpolated in the bucket that contains it. */
export function histogramQuantile(quantile: number, samples: readonly Sample[]): Sample[] {
  const histograms = new Map<string, { labels: Labels; buckets: Bucket[] }>()
  for (const { labels, value } of samples) {
    const bound = boundOf(labels['le'])
    if (bound === undefined) continue
    const rest = without(labels, ['__name__', 'le'])
    const key = keyOf(rest)
    const bucket = { bound, count: value }
    const known = histograms.get(key)
    if (known === undefined) histograms.set(key, { labels: rest, buckets: [bucket] })
    else known.buckets.push(bucket)
  }
  return [...histograms.values()].map(({ labels, buckets }) => ({ labels, value: quantileOf(quantile, buckets) }))
}

function boundOf(le: string | undefined): number | undefined {
  if (le === undefined || le === '') return undefined
  const bound = Number(le.replace('Inf', 'Infinity'))
  return Number.isNaN(bound) ? undefined : bound
}

function quantileOf(quantile: number, unsorted: readonly Bucket[]): number {
  const buckets = monotonic(unsorted)
  const last = buckets.at(-1)
  if (Number.isNaN(quantile)) return Number.NaN
  if (quantile < 0) return -Infinity
  if (quantile > 1) return Infinity
  if (last?.bound !== Infinity || buckets.length < 2 || last.count === 0 || Number.isNaN(last.count)) return Number.NaN
  const rank = quantile * last.count
  const at = buckets.findIndex(({ count }) => count >= rank)
  const found = buckets[at]
  const before = buckets[at - 1]
  if (found === undefined || at === buckets.length - 1) return buckets.at(-2)?.bound ?? Number.NaN
  if (before === undefined && found.bound <= 0) return found.bound
  const start = before?.bound ?? 0
  const below = before?.count ?? 0
  return start + (found.bound - start) * ((rank - below) / (found.count - below))
}

/** Sorted, one bucket for each bound, and no count below that of a smaller bound. */
function monotonic(buckets: readonly Bucket[]): Bucket[] {
  const merged: Bucket[] = []
  for (const { bound, count } of buckets.toSorted((a, b) => a.bound - b.bound)) {
    const previous = merged.at(-1)
    if (previous?.bound === bound) previous.count += count
    else merged.push({ bound, count })
  }
  let most = -Infinity
  for (const bucket of merged) most = bucket.count = Math.max(bucket.count, most)
  return merged
}
