/** One figure, as `--json` prints it on a line of its own. */
export interface Figure {
  readonly bench: string
  readonly metric: string
  readonly ours: number
  readonly unit: string
  /** What it must not exceed, or fall below; or its ratio to the peer, which must be known for that. */
  readonly target?: { readonly atMost: number } | { readonly atLeast: number } | { readonly ratioAtLeast: number }
  readonly peer?: string
  readonly peerValue?: number
  /** How many times better than the peer. */
  readonly ratio?: number
  /** The 95 % confidence interval of the ratio, where it was taken over pairs. */
  readonly ratioLow?: number
  readonly ratioHigh?: number
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
  /** The largest numbers of rows and the highest concurrency too, which takes much longer. */
  readonly isFull: boolean
  /** Another checkout of the repository, with its dependencies installed, to compare with instead of the peers. */
  readonly against?: string | undefined
  /** A file of data that the repository does not have. */
  readonly data?: string | undefined
  readonly note: (line: string) => void
}

/** Whether a figure is as good as it must be. */
export function isOnTarget({ ours, target, ratio }: Figure): boolean {
  if (target === undefined) return true
  if ('ratioAtLeast' in target) return ratio === undefined || ratio >= target.ratioAtLeast
  return 'atMost' in target ? ours <= target.atMost : ours >= target.atLeast
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

/** A target as text. */
export function goalText(target: NonNullable<Figure['target']>): string {
  if ('ratioAtLeast' in target) return `at least ${target.ratioAtLeast}×`
  return 'atMost' in target ? `at most ${target.atMost}` : `at least ${target.atLeast}`
}
