import { randomUUID } from 'node:crypto'
import { newId } from '@stoa/kernel'
import { testDatabase, type TestDatabase } from '@stoa/testing'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { logMigrations, openEventLog, type EventLog, type LoggedEvent, type ReadOptions } from '../src/index.ts'
import { commit } from '../src/groups/membership.ts'
import { termOf } from '../src/terms.ts'
import { eventLogConformance } from './event-log.conformance.ts'
import { parcelPacked, until } from './shop.ts'

let own: TestDatabase
let log: EventLog

beforeAll(async () => {
  own = await testDatabase({ name: 'log', sets: [logMigrations] })
  log = openEventLog({ url: own.url, applicationName: 'log' })
})
afterAll(async () => {
  await log.close()
  await own.close()
})

eventLogConformance('PostgreSQL', () => log)

describe('the partitions of a member that does not answer', () => {
  /** A member that holds all partitions and does nothing; its session lives as long as the test. */
  async function silentMember(leaseMs: number) {
    const group = randomUUID()
    const type = `parcel.packed-${group}`
    await log.declare(`${group}.events`, [{ ...parcelPacked, type }])
    await log.seek(group, [type], 'start')
    const member = {
      group,
      id: randomUUID(),
      leaseMs,
      types: [type],
      takesAll: false,
      release: 'silent',
      graceMs: 60_000,
    }
    const session = await own.database.session()
    onTestFinished(() => session.close())
    await session.tryLock(member.id)
    await session.sql`
      insert into consumer_members (consumer_group, member, expires_at)
      values (${group}, ${member.id}, now() + ${leaseMs} * interval '1 millisecond')`
    await session.sql`update consumer_offsets set member = ${member.id} where consumer_group = ${group}`
    const join = () => {
      const next = log.subscribe({ group, types: [type], handle: async () => {}, onTrouble() {}, leaseMs: 300 })
      onTestFinished(next.stop)
      return next
    }
    return { member, session, join }
  }

  test('go to another at once when it is dead', async () => {
    const { session, join } = await silentMember(3_600_000)
    await session.close()
    const next = join()
    await until(() => next.assigned().length === 16)
  })

  test('stay with it while its lease runs, go to another when that is over, and then refuse its commits', async () => {
    const { member, session, join } = await silentMember(3_600_000)
    const next = join()
    await until(
      async () => (await session.sql`select from consumer_members where consumer_group = ${member.group}`).length === 2,
    )
    const held = await session.sql<{ topic: number; part: number; epoch: number }>`
      select topic, part, epoch from consumer_offsets where member = ${member.id}`
    expect(held).toHaveLength(16)
    const positions = held.slice(0, 1).map((each) => ({ ...each, position: 1 }))
    expect(await commit(session.sql, member, positions)).toHaveLength(1)
    await session.sql`update consumer_members set expires_at = now() where member = ${member.id}`
    await until(() => next.assigned().length === 16)
    expect(await commit(session.sql, member, positions)).toEqual([])
  })
})

test('the database hashes identifiers as the driver does', async () => {
  const texts = ['TEA-GREEN-100', 'naïve-1', randomUUID(), 'about b', 'a'.repeat(32), 'ABCDEF12', '1234567', '日本-2']
  const rows = await own.database.read.sql<{ term: number }>`
    select event_log_term(text) as term from unnest(${texts}::text[]) with ordinality as t(text, nth) order by nth`
  expect(rows.map(({ term }) => term)).toEqual(texts.map(termOf))
})

describe('time partitions', () => {
  /** A topic with a group, and a way to make its segments older. */
  async function agedTopic() {
    const topic = `${randomUUID()}.events`
    const type = `parcel.packed-${topic}`
    await log.declare(topic, [{ ...parcelPacked, type }])
    const append = async (...keys: string[]) => {
      const records = keys.map((key) => {
        const id = newId()
        return { id, type, key, event: JSON.stringify({ id, type, subject: key, correlationid: key, data: { key } }) }
      })
      await log.append({ topic, records })
      return records
    }
    const age = (days: number) =>
      own.database.transaction(async ({ sql }) => {
        const segments = await sql<{ id: number }>`
          update event_segments set starts_at = starts_at - ${days} * interval '1 day'
          where topic = (select id from event_topics where name = ${topic}) returning id`
        await sql`
          update event_log set appended_at = appended_at - ${days} * interval '1 day'
          where segment = any(${segments.map(({ id }) => id)}::integer[])`
      })
    const segments = async () =>
      own.database.read.sql<{ id: number; events: number; is_begun: boolean }>`
        select s.id, (select count(*)::int from event_log l where l.segment = s.id) as events, starts_at <= now() as is_begun
        from event_segments s join event_topics t on t.id = s.topic where t.name = ${topic} order by s.id`
    return { topic, type, append, age, segments }
  }
  const texts = async (topic: string, options: ReadOptions = {}) =>
    (await log.read({ topics: [topic], ...options })).events.map(
      ({ event }) => (JSON.parse(event) as { data: { key: string } }).data.key,
    )

  test('are made ahead, and once when several make them', async () => {
    const { append, age, segments } = await agedTopic()
    await append('a')
    await age(25)
    await Promise.all([log.prune(), log.prune(), log.prune()])
    expect(await segments()).toMatchObject([
      { events: 1, is_begun: true },
      { events: 0, is_begun: false },
    ])
  })

  test('that are late delay no append, and continue after a long pause', async () => {
    const { append, age, segments } = await agedTopic()
    await append('a')
    await age(400)
    await append('b')
    await log.prune()
    await append('c')
    expect(await segments()).toMatchObject([{ events: 2 }, { events: 1, is_begun: true }])
  })

  test('are read across: by a group, forwards and backwards, by id, by identifier and since a time', async () => {
    const { topic, type, append, age, segments } = await agedTopic()
    const [first] = await append('key-1', 'key-2')
    const seen: string[] = []
    const handle = async (events: readonly LoggedEvent[]) =>
      void seen.push(...events.map(({ event }) => (JSON.parse(event) as { subject: string }).subject))
    const group = log.subscribe({ group: topic, types: [type], handle, onTrouble() {} })
    onTestFinished(group.stop)
    await until(() => seen.length === 2)
    for (const keys of [
      ['key-1', 'key-3'],
      ['key-1', 'key-2', 'key-4'],
    ]) {
      await age(40)
      await log.prune()
      await append(...keys)
    }
    expect(await segments()).toMatchObject([{ events: 2 }, { events: 2 }, { events: 3 }])
    await until(() => seen.length === 7)
    const late = log.subscribe({ group: `${topic} late`, types: [type], handle, onTrouble() {} })
    onTestFinished(late.stop)
    await until(() => seen.length === 14)
    expect(await texts(topic)).toHaveLength(7)
    expect(await texts(topic, { from: 'last', limit: 4 })).toEqual((await texts(topic)).slice(-4))
    expect((await log.read({ eventId: first?.id ?? '' })).events).toMatchObject([{ id: first?.id }])
    expect(await texts(topic, { text: 'key-2' })).toEqual(['key-2', 'key-2'])
    expect(await texts(topic, { subject: 'key-1' })).toHaveLength(3)
    const ago = (days: number) => ({ since: Temporal.Now.instant().subtract({ hours: 24 * days }) })
    expect(await texts(topic, { from: ago(1) })).toHaveLength(3)
    expect(await texts(topic, { from: ago(41) })).toHaveLength(5)
    expect(await texts(topic, { from: ago(100) })).toHaveLength(7)
    const page = await log.read({ topics: [topic], limit: 3 })
    expect(await texts(topic, { from: { cursor: page.cursor } })).toHaveLength(4)
  })

  test('are dropped whole once they have outlived the retention, and a group finds what is kept', async () => {
    const { topic, type, append, age, segments } = await agedTopic()
    await append('a', 'b')
    await log.setRetention(topic, 7 * 24 * 3_600_000)
    await age(5)
    await log.prune()
    await append('c')
    expect(await segments()).toHaveLength(2)
    await age(8)
    const { events } = await log.prune()
    expect(events).toBe(2)
    expect(await texts(topic)).toEqual(['c'])
    const seen: LoggedEvent[] = []
    const handle = async (handed: readonly LoggedEvent[]) => void seen.push(...handed)
    const group = log.subscribe({ group: topic, types: [type], handle, onTrouble() {} })
    onTestFinished(group.stop)
    await until(async () => seen.length === 1 && (await log.lag(topic)).every(({ lag }) => lag === 0))
  })
})
