import { expect, test } from 'vitest'
import { makeSharedReads } from './shared-reads.ts'

/** Changes that are announced by hand, and are never found by the clock. */
function setUp() {
  let announce = () => {}
  let watched = 0
  const changes = {
    watch() {
      watched += 1
      const { promise, resolve } = Promise.withResolvers<void>()
      announce = resolve
      return { changed: promise, stop: () => (watched -= 1) }
    },
  }
  const follow = makeSharedReads(changes, 3_600_000)
  return { follow, announce: () => announce(), watched: () => watched }
}

const leaving = () => new AbortController()

test('all who follow a resource share one read, at the begin and for each change', async () => {
  const { follow, announce, watched } = setUp()
  let reads = 0
  const end = leaving()
  const followers = Array.from({ length: 50 }, () => follow('a', async () => ++reads, end.signal))
  const next = async () => new Set((await Promise.all(followers.map((one) => one.next()))).map(({ value }) => value))
  expect(await next()).toEqual(new Set([1]))
  const second = next()
  announce()
  expect(await second).toEqual(new Set([2]))
  expect([reads, watched()]).toEqual([2, 1])
  const rest = next()
  end.abort()
  expect(await rest).toEqual(new Set([undefined]))
  await expect.poll(watched).toBe(0)
})

test('who comes later gets what was read last, and the reads continue when the first has left', async () => {
  const { follow, announce } = setUp()
  let reads = 0
  const read = async () => ++reads
  const [first, second] = [leaving(), leaving()]
  const early = follow('a', read, first.signal)
  await early.next()
  const late = follow('a', read, second.signal)
  expect((await late.next()).value).toBe(1)
  first.abort()
  await early.return()
  const next = late.next()
  announce()
  expect((await next).value).toBe(2)
  second.abort()
  await late.return()
  const again = leaving()
  expect((await follow('a', read, again.signal).next()).value).toBe(3)
  again.abort()
})

test('a read that fails ends all who follow, and the next starts again', async () => {
  const { follow } = setUp()
  const end = leaving()
  let isAway = true
  const read = async () => {
    if (isAway) throw new Error('the database is unavailable')
    return 'here'
  }
  const followers = [follow('a', read, end.signal), follow('a', read, end.signal)]
  for (const ended of await Promise.allSettled(followers.map((one) => one.next())))
    expect(ended.status).toBe('rejected')
  isAway = false
  expect((await follow('a', read, end.signal).next()).value).toBe('here')
  end.abort()
})
