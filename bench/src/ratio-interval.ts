/** A ratio with the interval that holds it with 95 % confidence. */
export interface RatioInterval {
  readonly ratio: number
  readonly low: number
  readonly high: number
}

/** Two measurements that were taken beside each other. */
export interface Pair {
  readonly before: number
  readonly after: number
}

// 97.5 % quantiles of Student's t-distribution by degrees of freedom, from 1 on.
const quantiles = [
  12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228, 2.201, 2.179, 2.16, 2.145, 2.131, 2.12, 2.11,
  2.101, 2.093, 2.086, 2.08, 2.074, 2.069, 2.064, 2.06, 2.056, 2.052, 2.048, 2.045, 2.042,
]

/**
 * The ratio after ÷ before over independent pairs: the geometric mean of the ratios, with the 95 % confidence interval of
 * Student's t-distribution over their logarithms. One pair has no interval: it is 0 to infinity.
 */
export function ratioInterval(pairs: readonly Pair[]): RatioInterval {
  const logs = pairs.map(({ before, after }) => Math.log(after / before))
  const mean = logs.reduce((sum, log) => sum + log, 0) / logs.length
  if (logs.length < 2) return { ratio: Math.exp(mean), low: 0, high: Infinity }
  const variance = logs.reduce((sum, log) => sum + (log - mean) ** 2, 0) / (logs.length - 1)
  const halfWidth = (quantiles[logs.length - 2] ?? 1.96) * Math.sqrt(variance / logs.length)
  return { ratio: Math.exp(mean), low: Math.exp(mean - halfWidth), high: Math.exp(mean + halfWidth) }
}
