import { randomUUID } from 'node:crypto'
import { expect, test } from 'vitest'
import { partitionOf } from './partition.ts'

test('a key keeps the partition it has always had', () => {
  const keys = ['', 'a', '01890a5d-ac96-774b-bcce-b302099a8057', 'ключ']
  expect(keys.map((key) => partitionOf(key, 16))).toEqual([5, 12, 3, 9])
})

test('keys spread over all partitions', () => {
  const counts = new Map<number, number>()
  for (let made = 0; made < 16_000; made++) {
    const partition = partitionOf(randomUUID(), 16)
    counts.set(partition, (counts.get(partition) ?? 0) + 1)
  }
  expect(counts.size).toBe(16)
  expect(Math.min(...counts.values())).toBeGreaterThan(800)
  expect(Math.max(...counts.values())).toBeLessThan(1_200)
})
