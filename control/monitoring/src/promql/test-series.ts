import { labelsOf } from '../scrape/read-exposition.ts'
import { makeRound } from '../series/make-round.ts'
import { SeriesStore } from '../series/series-store.ts'
import type { Labels } from './syntax.ts'

/** A series as the tests of promtool write it: `0+10x3` is 0 10 20 30, `_` is a missing sample, `1x2` is 1 1 1. */
export interface WrittenSeries {
  readonly series: string
  readonly values: string
}

/** The samples of a notation of promtool; undefined is a missing one. */
export function samplesOf(values: string): (number | undefined)[] {
  return values.split(' ').flatMap((part) => {
    const [, first = '', sign, step = '0', times] = /^(_|-?[\d.]+)(?:([+-])([\d.]+))?(?:x(\d+))?$/.exec(part) ?? []
    const count = times === undefined ? 1 : Number(times) + (first === '_' ? 0 : 1)
    if (first === '_') return Array.from({ length: count }, () => undefined)
    const change = Number(step) * (sign === '-' ? -1 : 1)
    return Array.from({ length: count }, (_, at) => Number(first) + change * at)
  })
}

/** The labels of a written series. */
export function writtenLabels(series: string): Labels {
  const {
    job: _job,
    instance: _instance,
    exported_job: job,
    exported_instance: instance,
    ...labels
  } = labelsOf(series, { job: '', instance: '' })
  return { ...labels, ...(job === undefined ? {} : { job }), ...(instance === undefined ? {} : { instance }) }
}

/** A store with written series, one sample at each interval, beginning at 0; `onRound` is called after each round. */
export function storeOf(
  series: readonly WrittenSeries[],
  intervalMs: number,
  onRound: (store: SeriesStore, atMs: number) => void = () => {},
): SeriesStore {
  const store = new SeriesStore({ retentionMsOf: () => Infinity, maxChanges: Infinity })
  const columns = series.map((each) => ({ ...each, samples: samplesOf(each.values) }))
  const rounds = Math.max(...columns.map(({ samples }) => samples.length))
  for (let at = 0; at < rounds; at += 1) {
    const samples = new Map(
      columns.flatMap((each) => (each.samples[at] === undefined ? [] : [[each.series, each.samples[at] as number]])),
    )
    const scraped = { target: 'test', samples, labelsOf: writtenLabels }
    store.apply(makeRound(store, [scraped], { atMs: at * intervalMs, isComplete: at === 0 }))
    onRound(store, at * intervalMs)
  }
  return store
}
