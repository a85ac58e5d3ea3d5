import { getEventListeners } from 'node:events'
import { expect, test } from 'vitest'
import { makeWaiting } from './waiting.ts'

const { signal } = new AbortController()
const unchanged = async () => 1

test('a change wakes all who wait, and nobody who comes later', async () => {
  const waiting = makeWaiting(60_000)
  const both = [waiting.next(unchanged, signal), waiting.next(unchanged, signal)]
  waiting.wake()
  await Promise.all(both)
  let isWoken = false
  const later = new AbortController()
  const third = waiting.next(unchanged, later.signal).then(() => {
    isWoken = true
  })
  await Promise.resolve()
  expect(isWoken).toBe(false)
  later.abort()
  await third
})

test('who has waited leaves nothing on the signal, however it ended', async () => {
  const waiting = makeWaiting(60_000)
  const woken = waiting.next(unchanged, signal)
  waiting.wake()
  await woken
  expect(getEventListeners(signal, 'abort')).toEqual([])
  const gone = AbortSignal.abort()
  await waiting.next(unchanged, gone)
  expect(getEventListeners(gone, 'abort')).toEqual([])
})

test('a change by another replica wakes all, though the revision is read once for all of them', async () => {
  const waiting = makeWaiting(1)
  let revision = 1
  let reads = 0
  const read = async () => {
    reads += 1
    return revision
  }
  // Nothing was seen before the first look, so it wakes the one that waits.
  await waiting.next(read, signal)
  const before = reads
  let woken = 0
  const many = Array.from({ length: 50 }, () => waiting.next(read, signal).then(() => (woken += 1)))
  while (reads < before + 3) await new Promise((resolve) => setTimeout(resolve, 1))
  expect(woken).toBe(0)
  expect(reads - before).toBeLessThan(50)
  revision = 2
  await Promise.all(many)
  expect(woken).toBe(50)
})

test('all who wait are woken when the revision cannot be read', async () => {
  const waiting = makeWaiting(1)
  await waiting.next(() => Promise.reject(new Error('the database is unavailable')), signal)
})
