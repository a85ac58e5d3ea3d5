import type { Labels } from '../promql/syntax.ts'
import type { Round, SeriesStore } from './series-store.ts'
import { ended, type StoredSeries } from './stored-series.ts'

/** The samples of one target, by their keys. */
export interface ScrapedTarget {
  readonly target: string
  readonly samples: ReadonlyMap<string, number>
  readonly labelsOf: (key: string) => Labels
}

/** Makes the round that leads from the series of a store to what was scraped. Series that were not scraped end. */
export function makeRound(
  store: SeriesStore,
  scraped: readonly ScrapedTarget[],
  { atMs, isComplete }: Pick<Round, 'atMs' | 'isComplete'>,
): Round {
  const added: Round['added'][number][] = []
  const ids: number[] = []
  const values: number[] = []
  const set = (id: number, value: number) => {
    ids.push(id)
    values.push(value)
  }
  const isScraped = new Set<StoredSeries>()
  let nextId = store.nextId
  for (const { target, samples, labelsOf } of scraped) {
    for (const [key, value] of samples) {
      const series = store.find(target, key)
      if (series === undefined) {
        const id = nextId++
        added.push({ id, target, key, labels: labelsOf(key) })
        set(id, value)
      } else {
        isScraped.add(series)
        if (isComplete || !Object.is(series.value, value)) set(series.id, value)
      }
    }
  }
  const gone: number[] = []
  for (const series of store.series()) {
    if (isComplete) added.push({ id: series.id, target: series.target, key: series.key, labels: series.labels })
    if (!isScraped.has(series) && (isComplete || !series.isEnded)) gone.push(series.id)
  }
  return { atMs, isComplete, added, ids, values, gone }
}

/** Writes a round as text; numbers that JSON does not have are texts. */
export function encodeRound({ added, ids, values, gone }: Round): string {
  const numbers = values.map((value) => (Number.isFinite(value) ? value : String(value)))
  return JSON.stringify([added.map(({ id, target, key, labels }) => [id, target, key, labels]), ids, numbers, gone])
}

type Encoded = [[number, string, string, Labels][], number[], (number | string)[], number[]]

/** Reads a round that `encodeRound` wrote. */
export function decodeRound(body: string, { atMs, isComplete }: Pick<Round, 'atMs' | 'isComplete'>): Round {
  const [added, ids, numbers, gone] = JSON.parse(body) as Encoded
  return {
    atMs,
    isComplete,
    added: added.map(([id, target, key, labels]) => ({ id, target, key, labels })),
    ids,
    // the mark of an end is no value
    values: numbers.map(Number).map((value) => (value === ended ? Number.NaN : value)),
    gone,
  }
}
