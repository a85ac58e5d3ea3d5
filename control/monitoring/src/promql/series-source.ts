import type { Labels, Matcher } from './syntax.ts'

/** Consecutive samples of one value. */
export interface Run {
  readonly value: number
  readonly count: number
  readonly firstMs: number
  readonly lastMs: number
}

/** One series as an expression reads it. */
export interface ReadableSeries {
  readonly labels: Labels
  /** The latest sample in a period that begins after `fromMs`; undefined if the period has no sample, or if the series ended after it. */
  latest(fromMs: number, toMs: number): number | undefined
  /** The samples after `fromMs` until `toMs`, oldest first. */
  runs(fromMs: number, toMs: number): readonly Run[]
}

/** What selectors read. */
export interface SeriesSource {
  readonly select: (matchers: readonly Matcher[]) => Iterable<ReadableSeries>
}

/** A value with its labels. */
export interface Sample {
  readonly labels: Labels
  readonly value: number
}
