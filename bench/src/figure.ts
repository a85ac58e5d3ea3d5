/** One figure, as `--json` prints it on a line of its own. */
export interface Figure {
  readonly bench: string
  readonly metric: string
  readonly ours: number
  readonly unit: string
  readonly peer?: string
  readonly peerValue?: number
  readonly ratio?: number
  readonly settings: Readonly<Record<string, string | number>>
}

/** A bench: one command that prints figures. */
export interface Bench {
  readonly name: string
  readonly summary: string
  readonly run: (options: BenchOptions) => Promise<readonly Figure[]>
}

/** How a bench is run. */
export interface BenchOptions {
  /** A small run that shows that the bench works; its figures say nothing. */
  readonly isSmoke: boolean
  readonly note: (line: string) => void
}

/** The middle of some numbers. */
export function median(values: readonly number[]): number {
  return quantile(values, 0.5)
}

/** The value below which this share of the numbers lies. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((left, right) => left - right)
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? Number.NaN
}

/** A number with three digits that matter. */
export function rounded(value: number): number {
  return Number(value.toPrecision(3))
}
