import { randomUUID } from 'node:crypto'
import { event } from '@stoa/contract'
import { enrolRoles, logMigrations, openEventLog, type EventLog } from '@stoa/events'
import { newId } from '@stoa/kernel'
import { databaseUrl, provision } from '@stoa/postgres'
import { eventually, testDatabase, type TestDatabase } from '@stoa/testing'
import { Type } from 'typebox'
import { afterAll, beforeAll, expect, inject, test } from 'vitest'
import { describePruned, pruneLog } from '../src/prune-log.ts'

const suffix = randomUUID().slice(0, 8)
const role = `stoa_parcels_log_${suffix}`
const topic = 'parcels.events'
let own: TestDatabase
let log: EventLog

beforeAll(async () => {
  own = await testDatabase({ name: 'prune', sets: [logMigrations] })
  await provision(inject('databaseUrl'), { databases: [], roles: [{ role, password: suffix }] })
  await enrolRoles(own.database, [{ role, service: 'parcels' }])
  log = openEventLog({ url: own.url, applicationName: 'prune-test' })
})
afterAll(async () => {
  await log.close()
  await own.close()
})

const asOwner = (isForced: boolean, isDryRun: boolean) =>
  pruneLog({ connectionString: own.url }, { isForced, isDryRun })
const left = async () => (await log.read({ topics: [topic] })).events.length

/** A topic whose one group has processed the first of three events, all older than their retention. */
async function oldEvents(): Promise<void> {
  const type = 'parcel.packed'
  await log.declare(topic, [event(type, '1.0.0', Type.Object({}))])
  const append = (batch: number) => {
    const id = newId()
    const encoded = JSON.stringify({ id, source: '/services/parcels', type, subject: 'p', correlationid: id, data: {} })
    return log.append({
      topic,
      producer: { name: 'parcels', batch },
      records: [{ id, type, key: 'p', event: encoded }],
    })
  }
  await append(1)
  let seen = 0
  const handle = async (events: readonly unknown[]) => void (seen += events.length)
  const group = log.subscribe({ group: 'tracking', types: [type], handle, onTrouble() {} })
  await eventually(async () => expect(seen).toBe(1))
  await group.stop()
  await append(2)
  await append(3)
  await log.setRetention(topic, 1)
}

test('removes with force what a group has not processed, after showing it; a role of a service may not', async () => {
  await oldEvents()
  await eventually(async () => {
    const { held } = await asOwner(false, false)
    expect(held).toEqual([{ topic, group: 'tracking' }])
  })
  expect(await left()).toBe(3)
  const asService = databaseUrl(inject('databaseUrl'), {
    name: new URL(own.url).pathname.slice(1),
    role,
    password: suffix,
  })
  await expect(pruneLog({ connectionString: asService }, { isForced: true, isDryRun: false })).rejects.toThrow(
    'only the owner of the event log may remove events that have not been processed',
  )
  const shown = await asOwner(true, true)
  expect(describePruned(shown, true)).toEqual([
    'Would remove 3 events.',
    `tracking would skip 2 events of ${topic} that it has not processed.`,
    'Nothing was changed; add --yes to execute it.',
  ])
  expect(await left()).toBe(3)
  expect(await asOwner(true, false)).toEqual(shown)
  expect(await left()).toBe(0)
  expect(describePruned(await asOwner(false, false), false)).toEqual(['Removed 0 events.'])
})
