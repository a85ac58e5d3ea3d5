import { randomUUID } from 'node:crypto'
import { describe, expect, onTestFinished, test } from 'vitest'
import { BatchOutOfSequence, type EventLog, type LoggedEvent } from '../src/index.ts'
import { positionsConformance } from './event-log-positions.conformance.ts'
import { parcelPacked, parcelSent, until } from './shop.ts'
import { keyOf, record, stepOf, steps, topicOfItsOwn } from './topic-of-its-own.ts'

/** What every driver of the event log must do; each test takes a topic and groups of its own. */
export function eventLogConformance(name: string, logOf: () => EventLog): void {
  const fresh = () => topicOfItsOwn(logOf())
  positionsConformance(name, logOf)

  describe(`the event log on ${name}`, () => {
    test('hands a new group everything from the beginning, each event as it was appended', async () => {
      const { append, subscribe, packed } = await fresh()
      const original = record('a', 1)
      await append(original)
      const { seen } = subscribe({})
      await until(() => seen.length === 1)
      expect(seen[0]).toMatchObject({ id: original.id, type: packed, event: original.event, position: 0 })
    })

    test('hands out what is appended later without being asked', async () => {
      const { append, subscribe } = await fresh()
      const { seen } = subscribe({})
      await append(record('a', 1))
      await until(() => seen.length === 1)
      await append(record('b', 2), record('a', 3))
      await until(() => seen.length === 3)
      expect(seen.filter((each) => keyOf(each) === 'a').map(stepOf)).toEqual([1, 3])
    })

    test('hands a group for all types what every topic has, from the first event of a type that is declared while it runs', async () => {
      const { topic, log, packed, append, subscribe } = await fresh()
      const { seen } = subscribe({ group: randomUUID(), types: 'all' })
      const [later, elsewhere] = [`parcel.lost-${topic}`, `crate.packed-${topic}`]
      const typesSeen = () => seen.map(({ type }) => type).filter((type) => [packed, later, elsewhere].includes(type))
      await append(record('a', 1))
      await until(() => typesSeen().length === 1)
      await log.declare(topic, [{ ...parcelPacked, type: later }])
      await log.append({ topic, records: [record('a', 2, later)] })
      await until(() => typesSeen().length === 2)
      await log.declare(`crates-${topic}`, [{ ...parcelPacked, type: elsewhere }])
      await log.append({ topic: `crates-${topic}`, records: [record('a', 3, elsewhere)] })
      await until(() => typesSeen().length === 3)
      expect(typesSeen()).toEqual([packed, later, elsewhere])
    })

    test('keeps the order of each key, whatever the number of keys and batches', async () => {
      const { append, subscribe } = await fresh()
      const keys = Array.from({ length: 40 }, (_, index) => `key ${index}`)
      const { seen } = subscribe({ maxBatch: 7 })
      for (let from = 0; from < 30; from += 10) await append(...keys.flatMap((key) => steps(key, from, from + 10)))
      await until(() => seen.length === 40 * 30)
      for (const key of keys) {
        expect(seen.filter((each) => keyOf(each) === key).map(stepOf)).toEqual(
          Array.from({ length: 30 }, (_, step) => step),
        )
      }
      expect(new Set(seen.map(({ partition }) => partition)).size).toBeGreaterThan(4)
    })

    test('appends a numbered batch once, however often and by however many it is sent', async () => {
      const { topic, log, ofType, subscribe } = await fresh()
      const batch = { topic, producer: { name: topic, batch: 7 }, records: ofType(steps('a', 0, 5)) }
      const outcomes = await Promise.all(Array.from({ length: 5 }, () => log.append(batch)))
      expect(outcomes.toSorted()).toEqual(['appended', 'repeated', 'repeated', 'repeated', 'repeated'])
      const { seen } = subscribe({})
      await until(() => seen.length >= 5)
      await log.append({ topic, producer: { name: topic, batch: 8 }, records: ofType([record('a', 5)]) })
      await until(() => seen.length >= 6)
      expect(seen.map(stepOf)).toEqual([0, 1, 2, 3, 4, 5])
    })

    test('refuses other events under a number that was used', async () => {
      const { topic, log, ofType } = await fresh()
      await log.append({ topic, producer: { name: topic, batch: 7 }, records: ofType([record('a', 1)]) })
      const refused = log.append({ topic, producer: { name: topic, batch: 6 }, records: ofType([record('a', 2)]) })
      await expect(refused).rejects.toBeInstanceOf(BatchOutOfSequence)
      const other = log.append({ topic, producer: { name: topic, batch: 7 }, records: ofType([record('a', 3)]) })
      await expect(other).rejects.toMatchObject({ lastBatch: 7 })
      expect((await log.read({ topics: [topic] })).events).toHaveLength(1)
    })

    test('continues behind the last handled event when a group comes back', async () => {
      const { append, subscribe } = await fresh()
      await append(...steps('a', 0, 5))
      const first = subscribe({})
      await until(() => first.seen.length === 5)
      await first.stop()
      await append(record('a', 5))
      const second = subscribe({})
      await until(() => second.seen.length > 0)
      expect(second.seen.map(stepOf)).toEqual([5])
    })

    test('delivers again what a handler failed on, and nothing behind it before', async () => {
      const { append, subscribe } = await fresh()
      await append(...steps('a', 0, 4))
      const calls: number[][] = []
      subscribe({
        maxBatch: 2,
        handle: async (events) => {
          calls.push(events.map(stepOf))
          if (calls.length === 1) throw new Error('not this time')
        },
      })
      await until(() => calls.flat().includes(3))
      expect(calls.flat()).toEqual([0, 1, 0, 1, 2, 3].slice(0, calls.flat().length))
    })

    test('gives each group everything, and two members of one group each event once', async () => {
      const { append, subscribe, topic } = await fresh()
      const [one, two, other] = [
        subscribe({ leaseMs: 600 }),
        subscribe({ leaseMs: 600 }),
        subscribe({ group: `${topic} other` }),
      ]
      await until(() => one.assigned().length === 8 && two.assigned().length === 8)
      const keys = Array.from({ length: 50 }, (_, index) => `key ${index}`)
      await append(...keys.map((key) => record(key, 1)))
      await until(() => one.seen.length + two.seen.length >= 50 && other.seen.length >= 50)
      expect([...one.seen, ...two.seen].map(keyOf).toSorted()).toEqual(keys.toSorted())
      expect(other.seen.map(keyOf).toSorted()).toEqual(keys.toSorted())
      expect(Math.min(one.seen.length, two.seen.length)).toBeGreaterThan(0)
    })

    test('lets the others take over from a member that leaves', async () => {
      const { append, subscribe } = await fresh()
      const [one, two] = [subscribe({ leaseMs: 600 }), subscribe({ leaseMs: 600 })]
      await until(() => one.assigned().length === 8 && two.assigned().length === 8)
      await one.stop()
      await until(() => two.assigned().length === 16)
      const keys = Array.from({ length: 50 }, (_, index) => `key ${index}`)
      await append(...keys.map((key) => record(key, 1)))
      await until(() => two.seen.length === 50)
    })

    test('hands out nothing while paused', async () => {
      const { append, subscribe } = await fresh()
      await append(record('a', 1))
      const { seen, pause, resume } = subscribe({})
      await until(() => seen.length === 1)
      pause()
      await append(record('a', 2))
      const probe = subscribe({ group: randomUUID() })
      await until(() => probe.seen.length === 2)
      expect(seen).toHaveLength(1)
      resume()
      await until(() => seen.length === 2)
    })

    test('hands out only the types that were asked for, and counts the others as passed', async () => {
      const { append, subscribe, sent, log, topic } = await fresh()
      await append(record('a', 1), record('a', 2, parcelSent.type), record('b', 3))
      const { seen } = subscribe({ types: [sent] })
      await until(async () => seen.length === 1 && (await log.lag(topic)).every(({ lag }) => lag === 0))
      await append(record('a', 4))
      await until(async () => (await log.lag(topic)).some(({ head }) => head === 3))
      await until(async () => (await log.lag(topic)).every(({ lag }) => lag === 0))
      expect(seen.map(stepOf)).toEqual([2])
    })

    test('says how far a group is behind', async () => {
      const { append, subscribe, log, topic } = await fresh()
      await append(...steps('a', 0, 3))
      const { seen, stop } = subscribe({})
      await until(() => seen.length === 3)
      await stop()
      await append(...steps('a', 3, 7))
      const lags = await log.lag(topic)
      expect(lags).toHaveLength(16)
      expect(lags.filter(({ lag }) => lag > 0)).toMatchObject([{ group: topic, topic, position: 3, head: 7, lag: 4 }])
    })

    test('finds the topic of a type that is declared only after the group has come', async () => {
      const log = logOf()
      const type = `parcel.lost-${randomUUID()}`
      const seen: LoggedEvent[] = []
      const subscription = log.subscribe({
        group: type,
        types: [type],
        handle: async (events) => void seen.push(...events),
        onTrouble() {},
      })
      onTestFinished(() => subscription.stop())
      const topic = `${type}.events`
      await log.declare(topic, [{ ...parcelPacked, type }])
      await log.append({ topic, records: [{ ...record('a', 1), type }] })
      await until(() => seen.length === 1)
    })
  })
}
