import { dot, logistic } from './fraud-score.ts'

/** A row of a training set. */
export interface Example {
  readonly features: readonly number[]
  readonly isPositive: boolean
}

/**
 * Fits a logistic regression by Newton's method, with a small L2 penalty. No randomness: the same examples give the same weights,
 * up to the rounding of the machine.
 */
export function trainLogistic(examples: readonly Example[], { penalty = 1e-3, steps = 12 } = {}): number[] {
  const size = examples[0]?.features.length ?? 0
  let weights = Array.from({ length: size }, () => 0)
  for (let step = 0; step < steps; step++) {
    const gradient = weights.map((weight) => -penalty * weight)
    const curvature = weights.map((_, row) => weights.map((__, column) => (row === column ? penalty : 0)))
    for (const { features, isPositive } of examples) {
      const expected = logistic(dot(weights, features))
      const spread = expected * (1 - expected)
      for (const [row, value] of features.entries()) {
        gradient[row] = (gradient[row] ?? 0) + value * ((isPositive ? 1 : 0) - expected)
        const line = curvature[row] ?? []
        for (const [column, other] of features.entries()) line[column] = (line[column] ?? 0) + spread * value * other
      }
    }
    const change = solve(curvature, gradient)
    weights = weights.map((weight, index) => weight + (change[index] ?? 0))
  }
  return weights
}

/** Solves a linear system by Gaussian elimination with pivoting. */
function solve(matrix: readonly (readonly number[])[], right: readonly number[]): number[] {
  const rows = matrix.map((line, index) => [...line, right[index] ?? 0])
  const at = (row: number, column: number) => rows[row]?.[column] ?? 0
  for (let pivot = 0; pivot < rows.length; pivot++) {
    let best = pivot
    for (let row = pivot + 1; row < rows.length; row++)
      if (Math.abs(at(row, pivot)) > Math.abs(at(best, pivot))) best = row
    const [chosen = [], displaced = []] = [rows[best], rows[pivot]]
    rows[best] = displaced
    rows[pivot] = chosen
    for (let row = pivot + 1; row < rows.length; row++) {
      const factor = at(row, pivot) / at(pivot, pivot)
      rows[row] = (rows[row] ?? []).map((value, column) => value - factor * at(pivot, column))
    }
  }
  const solution: number[] = rows.map(() => 0)
  for (let row = rows.length - 1; row >= 0; row--) {
    const known = solution.reduce((sum, value, column) => (column > row ? sum + at(row, column) * value : sum), 0)
    solution[row] = (at(row, rows.length) - known) / at(row, row)
  }
  return solution
}
