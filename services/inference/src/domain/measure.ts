/** A prediction and what came. */
export interface Outcome {
  readonly score: number
  readonly isPositive: boolean
}

/** The probability that a positive has a higher score than a negative; ties count half. 0.5 is chance. */
export function areaUnderCurve(outcomes: readonly Outcome[]): number {
  const sorted = outcomes.toSorted((left, right) => left.score - right.score)
  let [positives, rankSum, from] = [0, 0, 0]
  while (from < sorted.length) {
    let to = from
    while (sorted[to]?.score === sorted[from]?.score && to < sorted.length) to++
    const tied = sorted.slice(from, to).filter(({ isPositive }) => isPositive).length
    positives += tied
    rankSum += (tied * (from + 1 + to)) / 2
    from = to
  }
  return (rankSum - (positives * (positives + 1)) / 2) / (positives * (sorted.length - positives))
}

/** How far the scores are from the shares that came, on average over ten groups of equal size, ordered by score. */
export function calibrationError(outcomes: readonly Outcome[]): number {
  const sorted = outcomes.toSorted((left, right) => left.score - right.score)
  const groups = Array.from({ length: 10 }, (_, group) =>
    sorted.slice((group * sorted.length) / 10, ((group + 1) * sorted.length) / 10),
  )
  return groups.reduce((total, group) => {
    const expected = group.reduce((sum, { score }) => sum + score, 0)
    const came = group.filter(({ isPositive }) => isPositive).length
    return total + Math.abs(expected - came) / outcomes.length
  }, 0)
}
