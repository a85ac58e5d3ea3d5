import { randomUUID } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { waitUntilCaughtUp, type EventLog } from '../src/index.ts'
import { parcelSent, until } from './shop.ts'
import { record, stepOf, steps, topicOfItsOwn } from './topic-of-its-own.ts'

/** What every driver must do with positions: replay, reading, retention, pause. Part of `eventLogConformance`. */
export function positionsConformance(name: string, logOf: () => EventLog): void {
  const fresh = () => topicOfItsOwn(logOf())

  describe(`positions in the event log on ${name}`, () => {
    test('replays from the start, from a position, from a time and from the end', async () => {
      const { append, subscribe, log, topic, packed } = await fresh()
      await append(...steps('a', 0, 3))
      const { events } = await log.read({ topics: [topic] })
      await append(record('a', 3))
      const replayed = async (from: Parameters<typeof log.seek>[2], next: number) => {
        await log.seek(topic, [packed], from)
        await append(record('a', next))
        const { seen, stop } = subscribe({})
        await until(() => seen.map(stepOf).includes(next))
        await stop()
        return seen.map(stepOf)
      }
      expect(await replayed('start', 4)).toEqual([0, 1, 2, 3, 4])
      expect(await replayed({ positions: [{ topic, partition: events[0]?.partition ?? -1, position: 2 }] }, 5)).toEqual(
        [2, 3, 4, 5],
      )
      const [fourth] = (await log.read({ topics: [topic], limit: 4 })).events.slice(3)
      expect(await replayed({ since: fourth?.appendedAt ?? Temporal.Now.instant() }, 6)).toEqual([3, 4, 5, 6])
      expect(await replayed('end', 7)).toEqual([7])
    })

    test('makes members that are at work continue where their group was set to', async () => {
      const { append, subscribe, log, topic, packed } = await fresh()
      await append(...steps('a', 0, 3))
      const { seen } = subscribe({})
      await until(() => seen.length === 3)
      await log.seek(topic, [packed], 'start')
      await until(() => seen.length === 6)
      expect(seen.map(stepOf)).toEqual([0, 1, 2, 0, 1, 2])
    })

    test('reads pages in the order of appending, filtered, and follows from a cursor', async () => {
      const { append, log, topic, sent } = await fresh()
      await append(record('a', 1))
      await append(record('b', 2, parcelSent.type))
      await append(record('a', 3))
      const first = await log.read({ topics: [topic], limit: 2 })
      expect(first.events.map(stepOf)).toEqual([1, 2])
      const rest = await log.read({ topics: [topic], from: { cursor: first.cursor } })
      expect(rest.events.map(stepOf)).toEqual([3])
      expect((await log.read({ topics: [topic], types: [sent] })).events.map(stepOf)).toEqual([2])
      expect((await log.read({ topics: [topic], subject: 'a' })).events.map(stepOf)).toEqual([1, 3])
      expect((await log.read({ topics: [topic], correlationId: 'about b' })).events.map(stepOf)).toEqual([2])
      expect((await log.read({ topics: [topic], eventId: first.events[1]?.id ?? '' })).events.map(stepOf)).toEqual([2])
      expect((await log.read({ topics: [topic], text: first.events[1]?.id ?? '' })).events.map(stepOf)).toEqual([2])
      const last = await log.read({ topics: [topic], from: 'last', limit: 2 })
      expect(last.events.map(stepOf)).toEqual([2, 3])
      expect((await log.read({ topics: [topic], from: { cursor: last.cursor } })).events).toEqual([])
      const end = await log.read({ topics: [topic], from: 'end' })
      await append(record('c', 4))
      expect((await log.read({ topics: [topic], from: { cursor: end.cursor } })).events.map(stepOf)).toEqual([4])
    })

    test('keeps events permanently, until their topic has a retention', async () => {
      const { append, subscribe, log, topic } = await fresh()
      await append(...steps('a', 0, 3))
      await log.prune()
      expect((await log.read({ topics: [topic] })).events).toHaveLength(3)
      await log.setRetention(topic, 1)
      await until(async () => {
        await log.prune()
        return (await log.read({ topics: [topic] })).events.length === 0
      })
      await append(record('a', 3))
      const { seen } = subscribe({})
      await until(() => seen.length === 1)
      expect(seen.map(({ position }) => position)).toEqual([3])
      await until(async () => (await log.lag(topic)).every(({ lag }) => lag === 0))
    })

    test('keeps what a group has not consumed, unless it is told to remove that too', async () => {
      const { append, subscribe, log, topic } = await fresh()
      const first = subscribe({})
      await append(record('a', 0))
      await until(() => first.seen.length === 1)
      await first.stop()
      await append(...steps('a', 1, 4))
      await log.setRetention(topic, 1)
      await until(async () => (await log.prune()).held.some((held) => held.topic === topic && held.group === topic))
      expect((await log.read({ topics: [topic], limit: 4 })).events.map(stepOf)).toEqual([0, 1, 2, 3])
      const { skipped } = await log.prune({ isForced: true })
      expect(skipped.filter((each) => each.topic === topic)).toEqual([{ topic, group: topic, events: 3 }])
      expect((await log.read({ topics: [topic] })).events).toEqual([])
      expect(await waitUntilCaughtUp(log, { groups: [topic], timeoutMs: 10_000 })).toMatchObject({ isCaughtUp: true })
      await append(record('a', 4))
      const again = subscribe({})
      await until(() => again.seen.length === 1)
      expect(again.seen.map(stepOf)).toEqual([4])
      await until(async () => (await log.lag(topic)).every(({ lag }) => lag === 0))
    })

    test('a paused group receives nothing until it is resumed, even if members join', async () => {
      const { append, subscribe, log, topic } = await fresh()
      await append(record('a', 1))
      const first = subscribe({})
      await until(() => first.seen.length === 1)
      expect(await log.pause(topic)).toBe(true)
      expect(await log.pausedSince(topic)).toBeInstanceOf(Temporal.Instant)
      await first.stop()
      const second = subscribe({})
      await until(() => second.assigned().length === 16)
      await append(record('a', 2))
      const probe = subscribe({ group: randomUUID() })
      await until(() => probe.seen.length === 2)
      expect(second.seen).toEqual([])
      expect(await log.resume(topic)).toBe(true)
      await until(() => second.seen.length === 1)
      expect(await log.pausedSince(topic)).toBeUndefined()
      expect(await log.pause('no such group')).toBe(false)
    })
  })
}
