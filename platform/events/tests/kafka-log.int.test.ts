import { fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { testDatabase, type TestDatabase } from '@stoa/testing'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { logMigrations, openEventLog, type EventLog, type LoggedEvent } from '../src/index.ts'
import { environmentWith } from './config.ts'
import { eventLogConformance } from './event-log.conformance.ts'
import { hasKafka, kafkaBroker, type KafkaBroker } from './kafka-broker.ts'
import { keysPerBatch, numberedBatch } from './numbered-batches.ts'
import { until } from './shop.ts'
import { keyOf, record, stepOf, steps, topicOfItsOwn } from './topic-of-its-own.ts'

const patientMs = 300_000

describe.runIf(hasKafka)('the event log with Kafka', { timeout: patientMs }, () => {
  let own: TestDatabase
  let broker: KafkaBroker
  let log: EventLog

  const open = () => openEventLog({ url: own.url, applicationName: 'log', kafka: { brokers: [broker.address] } })

  beforeAll(async () => {
    own = await testDatabase({ name: 'log', sets: [logMigrations] })
    broker = await kafkaBroker()
    log = open()
  }, patientMs)
  afterAll(async () => {
    await log.close()
    await broker.close()
    await own.close()
  })

  eventLogConformance('Kafka', () => log)

  /** What must hold of the steps of all keys: each once, in order. */
  function expectWhole(seen: readonly LoggedEvent[], last: number): void {
    const numbers = Array.from({ length: last }, (_, index) => index + 1)
    for (let key = 0; key < keysPerBatch; key++) {
      expect(seen.filter((each) => keyOf(each) === `key ${key}`).map(stepOf)).toEqual(numbers)
    }
  }

  /** Starts a process that appends numbered batches; returns what it said last, a number or an error, and how to kill it. */
  function startAppending(topic: string, from: number, config: object, environment: Record<string, string> = {}) {
    const program = fileURLToPath(new URL('append-process.ts', import.meta.url))
    const child = fork(program, [own.url, JSON.stringify(config), topic, String(from)], {
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
      env: environmentWith(environment),
    })
    onTestFinished(() => void child.kill('SIGKILL'))
    let confirmed = from - 1
    let error = ''
    child.on('message', (said) => {
      if (typeof said === 'number') confirmed = said
      else error = JSON.stringify(said)
    })
    const kill = async () => {
      const ended = once(child, 'exit')
      child.kill('SIGKILL')
      await ended
    }
    return { confirmed: () => confirmed, error: () => error, kill }
  }

  /** Appends in a process until it has confirmed so many more batches, then kills it; returns the last confirmed number. */
  async function appendUntilKilled(topic: string, from: number, count: number): Promise<number> {
    const appending = startAppending(topic, from, { kafkaBrokers: [broker.address] })
    await until(() => appending.confirmed() >= from - 1 + count, 120_000)
    await appending.kill()
    return appending.confirmed()
  }

  test('an appending process that is killed at any time leaves each event in the log once, in order', async () => {
    const { topic, subscribe } = await topicOfItsOwn(log)
    const { seen } = subscribe({})
    let confirmed = 0
    // A relay that starts again sends the first batch that was not confirmed; the log may have it already.
    for (const count of [1, 7, 3, 12]) confirmed = await appendUntilKilled(topic, confirmed + 1, count)
    const last = confirmed + 1
    await until(() =>
      log.append(numberedBatch(topic, last)).then(
        () => true,
        () => false,
      ),
    )
    await until(() => seen.length >= last * keysPerBatch)
    expectWhole(seen, last)
    const { events } = await log.read({ topics: [topic], limit: 10_000 })
    expect(events).toHaveLength(last * keysPerBatch)
    for (const [, each] of Map.groupBy(events, ({ partition }) => partition)) {
      expect(each.map(({ position }) => position)).toEqual(each.map((_, index) => index))
    }
  })

  test('a broker that is killed under load loses nothing that was confirmed', async () => {
    const { topic, subscribe } = await topicOfItsOwn(log)
    const { seen } = subscribe({ leaseMs: 1_000 })
    let confirmed = 0
    let isOver = false
    const appending = (async () => {
      while (!isOver) {
        const done = await log.append(numberedBatch(topic, confirmed + 1)).then(
          () => true,
          () => false,
        )
        if (done) confirmed++
        else await new Promise((resolve) => setTimeout(resolve, 50))
      }
    })()
    await until(() => confirmed >= 10)
    await broker.kill()
    const before = confirmed
    await expect(log.ping()).rejects.toThrow(/broker|connection/i)
    await broker.start()
    await until(() => confirmed >= before + 10, 120_000)
    isOver = true
    await appending
    await until(() => seen.length >= confirmed * keysPerBatch, 120_000)
    expectWhole([...new Map(seen.map((each) => [each.id, each])).values()], confirmed)
    await log.ping()
  })

  test('what was committed but not indexed when its process ended is found by the next process', async () => {
    const { topic, append, packed } = await topicOfItsOwn(log)
    await append(...steps('a', 0, 3))
    // As if the process had died between Kafka and the index.
    await own.database.transaction(async ({ sql }) => {
      await sql`delete from event_log where type = ${packed}`
      await sql`
        update event_partitions set next_position = 0, next_offset = 0, segment = 0
        where topic = (select id from event_topics where name = ${topic})`
      await sql`delete from event_segment_starts where topic = (select id from event_topics where name = ${topic})`
    })
    const next = open()
    onTestFinished(() => next.close())
    await next.append({ topic, records: [{ ...record('a', 3), type: packed }] })
    expect((await next.read({ topics: [topic] })).events.map(stepOf)).toEqual([0, 1, 2, 3])
  })

  test('of two writers, the one that was shut out appends nothing', async () => {
    const { topic, append, ofType } = await topicOfItsOwn(log)
    await append(record('a', 0))
    const second = open()
    onTestFinished(() => second.close())
    await second.append({ topic, records: ofType([record('a', 1)]) })
    await expect(append(record('a', 2))).rejects.toThrow(/API/)
    await append(record('a', 3))
    expect((await log.read({ topics: [topic] })).events.map(stepOf)).toEqual([0, 1, 3])
  })

  test.each(['PLAIN', 'SCRAM-SHA-256', 'SCRAM-SHA-512'])(
    'connects encrypted, and signs in by %s',
    async (mechanism) => {
      const { topic } = await topicOfItsOwn(log)
      const config = {
        kafkaBrokers: [broker.secureAddress],
        kafkaTls: true,
        kafkaSaslMechanism: mechanism,
        kafkaUsername: 'stoa',
        kafkaPassword: 'of-kafka',
      }
      const trusting = { NODE_EXTRA_CA_CERTS: broker.certificate }
      const appending = startAppending(topic, 1, config, trusting)
      const mistaken = startAppending(topic, 1_000, { ...config, kafkaPassword: 'another' }, trusting)
      const distrusting = startAppending(topic, 1_000, config)
      await until(() => appending.confirmed() >= 2 && mistaken.error() !== '' && distrusting.error() !== '', 120_000)
      expect([mistaken.confirmed(), distrusting.confirmed()]).toEqual([999, 999])
    },
  )

  test('an event of a megabyte goes through whole', async () => {
    const { append, subscribe } = await topicOfItsOwn(log)
    const { seen } = subscribe({})
    const large = record('a', 1)
    const event = JSON.stringify({
      ...(JSON.parse(large.event) as object),
      data: { step: 1, text: 'ä'.repeat(500_000) },
    })
    await append({ ...large, event }, record('a', 2), { ...large, id: record('b', 0).id, event })
    await until(() => seen.length === 3)
    expect(seen.map((each) => each.event === event)).toEqual([true, false, true])
  })

  test('a process without the settings of Kafka is refused the topics that are there', async () => {
    const { topic, append, ofType } = await topicOfItsOwn(log)
    await append(record('a', 0))
    const here = openEventLog({ url: own.url, applicationName: 'here' })
    onTestFinished(() => here.close())
    await expect(here.append({ topic, records: ofType([record('a', 1)]) })).rejects.toThrow('set KAFKA_BROKERS')
    await expect(here.read({ topics: [topic] })).rejects.toThrow('set KAFKA_BROKERS')
  })

  test('topics that another log has filled are refused, as are those whose events are in PostgreSQL', async () => {
    const { topic, append } = await topicOfItsOwn(log)
    await append(record('a', 0))
    const other = await testDatabase({ name: 'other_log', sets: [logMigrations] })
    const inOther = openEventLog({ url: other.url, applicationName: 'other', kafka: { brokers: [broker.address] } })
    const here = openEventLog({ url: other.url, applicationName: 'here' })
    onTestFinished(async () => {
      await Promise.all([inOther.close(), here.close()])
      await other.close()
    })
    await expect(inOther.declare(topic, [])).rejects.toThrow('KAFKA_TOPIC_PREFIX')
    await here.append({ topic: 'kept.events', records: [record('a', 0)] })
    await expect(inOther.declare('kept.events', [])).rejects.toThrow('in PostgreSQL')
  })
})
