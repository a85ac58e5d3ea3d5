import { getEventListeners } from 'node:events'
import { expect, test } from 'vitest'
import { makeWaiting } from './waiting.ts'

const long = 60_000

test('a change wakes all who wait, and nobody who comes later', async () => {
  const waiting = makeWaiting()
  const { signal } = new AbortController()
  const both = [waiting.next(long, signal), waiting.next(long, signal)]
  waiting.wake()
  await Promise.all(both)
  let isWoken = false
  const later = new AbortController()
  const third = waiting.next(long, later.signal).then(() => {
    isWoken = true
  })
  await Promise.resolve()
  expect(isWoken).toBe(false)
  later.abort()
  await third
})

test('who has waited leaves nothing on the signal, however it ended', async () => {
  const waiting = makeWaiting()
  const { signal } = new AbortController()
  await waiting.next(1, signal)
  const woken = waiting.next(long, signal)
  waiting.wake()
  await woken
  expect(getEventListeners(signal, 'abort')).toEqual([])
  const gone = AbortSignal.abort()
  await waiting.next(long, gone)
  expect(getEventListeners(gone, 'abort')).toEqual([])
})
