import { randomUUID } from 'node:crypto'
import { testDatabase, type TestDatabase } from '@stoa/testing'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { logMigrations, openEventLog, type EventLog } from '../src/index.ts'
import { commit } from '../src/postgres-log/membership.ts'
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
    const member = { group, id: randomUUID(), leaseMs }
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
