import { expect, test } from 'vitest'
import { makeLeaseWatch } from './lease-watch.ts'

const watch = () => {
  let atMs = 0
  const hungOf = makeLeaseWatch(5_000, () => atMs)
  return (afterMs: number, ...beats: string[]) => {
    atMs += afterMs
    return hungOf(beats.map((text) => ({ worker: text.split(' ')[0] ?? '', beat: text })))
  }
}

test('a worker hangs when its beat stays the same for longer than the lease', () => {
  const look = watch()
  expect(look(0, 'a 1', 'b 1')).toEqual([])
  expect(look(5_000, 'a 1', 'b 2')).toEqual([])
  expect(look(1, 'a 1', 'b 2')).toEqual(['a'])
  expect(look(1, 'a 2', 'b 2')).toEqual([])
})

test('how old a beat looks by the clock of the database says nothing', () => {
  const look = watch()
  expect(look(0, 'a 1970-01-01')).toEqual([])
  expect(look(1_000, 'a 2999-01-01')).toEqual([])
  expect(look(4_500, 'a 1970-01-01')).toEqual([])
})

test('a watcher that stood still itself holds no one for hung', () => {
  const look = watch()
  look(0, 'a 1')
  expect(look(60_000, 'a 2')).toEqual([])
})
