import { expect, test } from 'vitest'
import { makeRandom } from '../domain/random.ts'
import { VectorList } from './vector-list.ts'

const dimensions = 24
/** More rows than are compared at once. */
const count = 20_000

function randomList() {
  const random = makeRandom(7)
  const vector = () => Float32Array.from({ length: dimensions }, () => random() - 0.5)
  const list = new VectorList(dimensions)
  const vectors = Array.from({ length: count }, vector)
  for (const [row, each] of vectors.entries()) list.set(row, each)
  return { list, vectors, query: vector() }
}

test('the nearest rows are those that a comparison with all of them finds', async () => {
  const { list, vectors, query } = randomList()
  const expected = vectors
    .map((vector, row) => ({
      id: String(row),
      score: vector.reduce((sum, value, at) => sum + value * (query[at] ?? 0), 0),
    }))
    .toSorted((left, right) => right.score - left.score)
    .slice(0, 10)
  const found = await list.nearest(query, 10, String)
  expect(found.map(({ id }) => id)).toEqual(expected.map(({ id }) => id))
  for (const [place, { score }] of found.entries()) expect(score).toBeCloseTo(expected[place]?.score ?? 0, 4)
})

test('a removed row is not found, and the last one is in its place', async () => {
  const { list, query } = randomList()
  const ids = Array.from({ length: count }, (_, row) => String(row))
  const [best] = await list.nearest(query, 1, (row) => ids[row])
  const row = Number(best?.id)
  const last = list.get(count - 1)
  list.removeByLast(row)
  ids[row] = ids.pop() ?? ''
  expect(list.get(row)).toEqual(last)
  expect(list.length).toBe(count - 1)
  const left = await list.nearest(query, 100, (each) => ids[each])
  expect(left.map(({ id }) => id)).not.toContain(best?.id)
  expect(new Set(left.map(({ id }) => id)).size).toBe(100)
})

test('rows that are removed during a search do not end it', async () => {
  const { list, query } = randomList()
  const searching = list.nearest(query, 5, String)
  while (list.length > 10) list.removeByLast(0)
  expect(await searching).toHaveLength(5)
})

test('an empty list has no nearest row, and a vector of another length is refused', async () => {
  const list = new VectorList(8)
  expect(await list.nearest(new Float32Array(8), 3, String)).toEqual([])
  expect(() => list.set(0, new Float32Array(16))).toThrow(RangeError)
  expect(() => new VectorList(12)).toThrow(RangeError)
})
