import type { ReadableSeries, Run } from '../promql/series-source.ts'
import type { Labels } from '../promql/syntax.ts'
import { lastNotAbove, type RoundTimes } from './round-times.ts'

/** Stands for the end of a series among its values; no metric has it. */
export const ended = -Number.MAX_VALUE

interface Described {
  readonly id: number
  readonly target: string
  readonly key: string
  readonly labels: Labels
}

/** A series as its changes: the rounds in which its value changed, and the values from there on. A series at rest takes no memory. */
export class StoredSeries implements ReadableSeries {
  readonly id: number
  /** Who exposes it. */
  readonly target: string
  /** Its line in the exposition, without the value. */
  readonly key: string
  readonly labels: Labels
  private readonly rounds: number[] = []
  private readonly values: number[] = []
  private readonly times: RoundTimes

  constructor({ id, target, key, labels }: Described, times: RoundTimes) {
    this.id = id
    this.target = target
    this.key = key
    this.labels = labels
    this.times = times
  }

  get value(): number {
    return this.values.at(-1) ?? ended
  }

  /** Its last value, also after its end. */
  get lastValue(): number | undefined {
    return this.values.findLast((value) => value !== ended)
  }

  get isEnded(): boolean {
    return this.value === ended
  }

  /** The number of changes that are kept. */
  get size(): number {
    return this.values.length
  }

  set(round: number, value: number): void {
    if (this.rounds.at(-1) === round) this.values[this.values.length - 1] = value
    else {
      this.rounds.push(round)
      this.values.push(value)
    }
  }

  /** Forgets what was before a round, but the value that it had then. Returns the number of changes that are dropped. */
  dropBefore(round: number): number {
    const count = Math.max(0, lastNotAbove(this.rounds, round))
    if (count === 0) return 0
    this.rounds.splice(0, count)
    this.values.splice(0, count)
    return count
  }

  /** Whether its only change was not after a round. */
  isBefore(round: number): boolean {
    return (this.rounds[0] ?? 0) <= round
  }

  latest(fromMs: number, toMs: number): number | undefined {
    const round = this.times.lastUntil(toMs)
    if (round < this.times.first || this.times.of(round) <= fromMs) return undefined
    const value = this.values[lastNotAbove(this.rounds, round)]
    return value === ended ? undefined : value
  }

  runs(fromMs: number, toMs: number): readonly Run[] {
    const from = Math.max(this.times.lastUntil(fromMs) + 1, this.times.first)
    const to = this.times.lastUntil(toMs)
    const found: Run[] = []
    for (let at = Math.max(0, lastNotAbove(this.rounds, from)); at < this.rounds.length; at += 1) {
      const begin = Math.max(this.rounds[at] as number, from)
      if (begin > to) break
      const end = Math.min((this.rounds[at + 1] ?? Infinity) - 1, to)
      const value = this.values[at] as number
      if (value === ended || end < begin) continue
      found.push({ value, count: end - begin + 1, firstMs: this.times.of(begin), lastMs: this.times.of(end) })
    }
    return found
  }
}
