import { matches } from '../promql/patterns.ts'
import type { SeriesSource } from '../promql/series-source.ts'
import type { Labels, Matcher } from '../promql/syntax.ts'
import { RoundTimes } from './round-times.ts'
import { ended, StoredSeries } from './stored-series.ts'

/** What one round of scrapes changed. */
export interface Round {
  readonly atMs: number
  /** It lists every series, so that a reader can begin with it. */
  readonly isComplete: boolean
  /** Series that are new, or in a complete round all. */
  readonly added: readonly {
    readonly id: number
    readonly target: string
    readonly key: string
    readonly labels: Labels
  }[]
  /** The series whose value differs from the round before, with the values. */
  readonly ids: readonly number[]
  readonly values: readonly number[]
  /** The series that ended. */
  readonly gone: readonly number[]
}

/** How long samples are kept. */
export interface KeptSamples {
  /** By the name of the metric. */
  readonly retentionMsOf: (name: string) => number
  /** Of all series, in memory; beyond it the oldest are dropped. */
  readonly maxChanges: number
}

/** The series of a period in memory, as the rounds of scrapes built them: the same rounds give the same series in every replica. */
export class SeriesStore implements SeriesSource {
  readonly times = new RoundTimes()
  private byId = new Map<number, StoredSeries>()
  private byTarget = new Map<string, Map<string, StoredSeries>>()
  private byName = new Map<string, Map<string, Set<StoredSeries>>>()
  private changes = 0
  /** The id of the next series that is new. */
  nextId = 1
  private readonly kept: KeptSamples

  constructor(kept: KeptSamples) {
    this.kept = kept
  }

  get size(): number {
    return this.byId.size
  }

  /** The changes of values that are held. */
  get held(): number {
    return this.changes
  }

  get lastMs(): number | undefined {
    return this.times.next === this.times.first ? undefined : this.times.of(this.times.next - 1)
  }

  find(target: string, key: string): StoredSeries | undefined {
    return this.byTarget.get(target)?.get(key)
  }

  hasTarget(target: string): boolean {
    return this.byTarget.has(target)
  }

  series(): Iterable<StoredSeries> {
    return this.byId.values()
  }

  /** Adds a round. Rounds before the first complete one are skipped: their series are not known. */
  apply({ atMs, isComplete, added, ids, values, gone }: Round): void {
    if (this.byId.size === 0 && !isComplete) return
    const round = this.times.add(atMs)
    for (const series of added) if (!this.byId.has(series.id)) this.add(new StoredSeries(series, this.times))
    for (let at = 0; at < ids.length; at += 1) this.set(ids[at] as number, round, values[at] as number)
    for (const id of gone) this.set(id, round, ended)
  }

  private set(id: number, round: number, value: number): void {
    const series = this.byId.get(id)
    if (series === undefined) return
    this.changes -= series.size
    series.set(round, value)
    this.changes += series.size
  }

  private add(series: StoredSeries): void {
    const { __name__: name = '', job = '' } = series.labels
    this.byId.set(series.id, series)
    this.nextId = Math.max(this.nextId, series.id + 1)
    const ofTarget = this.byTarget.get(series.target) ?? new Map<string, StoredSeries>()
    this.byTarget.set(series.target, ofTarget.set(series.key, series))
    const byJob = this.byName.get(name) ?? new Map<string, Set<StoredSeries>>()
    this.byName.set(name, byJob)
    const ofJob = byJob.get(job) ?? new Set()
    byJob.set(job, ofJob)
    ofJob.add(series)
  }

  private remove(series: StoredSeries): void {
    const { __name__: name = '', job = '' } = series.labels
    this.byId.delete(series.id)
    const ofTarget = this.byTarget.get(series.target)
    ofTarget?.delete(series.key)
    if (ofTarget?.size === 0) this.byTarget.delete(series.target)
    const byJob = this.byName.get(name)
    const ofJob = byJob?.get(job)
    ofJob?.delete(series)
    if (ofJob?.size === 0) byJob?.delete(job)
    if (byJob?.size === 0) this.byName.delete(name)
    this.changes -= series.size
  }

  *select(matchers: readonly Matcher[]): Iterable<StoredSeries> {
    const equal = (label: string) => matchers.find(({ name, operator }) => name === label && operator === '=')?.value
    const name = equal('__name__')
    const job = equal('job')
    const names = name === undefined ? [...this.byName.values()] : [this.byName.get(name) ?? new Map()]
    for (const byJob of names) {
      const jobs: Iterable<Set<StoredSeries>> = job === undefined ? byJob.values() : [byJob.get(job) ?? new Set()]
      for (const ofJob of jobs) {
        for (const series of ofJob) if (matchers.every((matcher) => matches(matcher, series.labels))) yield series
      }
    }
  }

  /** Drops what is older than its retention, and of too much the oldest. */
  prune(nowMs: number): void {
    let longest = 0
    for (const name of this.byName.keys()) longest = Math.max(longest, this.kept.retentionMsOf(name))
    for (let share = 1; ; share *= 0.75) {
      for (const series of this.byId.values()) {
        const keptMs = this.kept.retentionMsOf(series.labels['__name__'] ?? '') * share
        const round = this.times.lastUntil(nowMs - keptMs)
        this.changes -= series.dropBefore(round)
        if (series.isEnded && series.size === 1 && series.isBefore(round)) this.remove(series)
      }
      if (this.changes <= this.kept.maxChanges || share < 0.01) {
        this.times.dropBefore(this.times.lastUntil(nowMs - longest * share))
        return
      }
    }
  }

  /** Forgets everything. */
  clear(): void {
    this.byId = new Map()
    this.byTarget = new Map()
    this.byName = new Map()
    this.changes = 0
    this.times.clear()
  }
}
