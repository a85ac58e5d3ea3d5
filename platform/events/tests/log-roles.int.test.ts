import { randomUUID } from 'node:crypto'
import { newId } from '@stoa/kernel'
import { databaseUrl, openDatabase, provision, type Session } from '@stoa/postgres'
import { testDatabase, type TestDatabase } from '@stoa/testing'
import { afterAll, beforeAll, expect, inject, onTestFinished, test } from 'vitest'
import { enrolRoles, logMigrations, openEventLog, type EventLog, type LoggedEvent } from '../src/index.ts'
import { parcelPacked, parcelSent, until } from './shop.ts'

const suffix = randomUUID().slice(0, 8)
const roleOf = (service: string) => `stoa_${service}_log_${suffix}`

let own: TestDatabase
let owner: EventLog
let warehouse: EventLog
let tracking: EventLog

const url = (service: string) => {
  const admin = inject('databaseUrl')
  const name = new URL(own.url).pathname.slice(1)
  return databaseUrl(admin, { name, role: roleOf(service), password: suffix })
}

beforeAll(async () => {
  own = await testDatabase({ name: 'log', sets: [logMigrations] })
  const services = ['warehouse', 'tracking']
  await provision(inject('databaseUrl'), {
    databases: [],
    roles: services.map((service) => ({ role: roleOf(service), password: suffix })),
  })
  const roles = services.map((service) => ({ role: roleOf(service), service }))
  await enrolRoles(own.database, roles)
  await enrolRoles(own.database, roles)
  owner = openEventLog({ url: own.url, applicationName: 'owner' })
  warehouse = openEventLog({ url: url('warehouse'), applicationName: 'warehouse' })
  tracking = openEventLog({ url: url('tracking'), applicationName: 'tracking' })
  await warehouse.declare('warehouse.events', [parcelPacked])
})
afterAll(async () => {
  await Promise.all([owner.close(), warehouse.close(), tracking.close()])
  await own.close()
  const admin = openDatabase({ url: inject('databaseUrl'), applicationName: 'test', statementTimeoutMs: 10_000 })
  const session = await admin.session()
  for (const service of ['warehouse', 'tracking']) await session.script(`drop role if exists "${roleOf(service)}"`)
  await session.close()
  await admin.close()
})

interface Written {
  readonly topic?: string
  readonly producer?: string
  readonly source?: string
  readonly type?: string
  readonly inEvent?: object
}

function append(log: EventLog, batch: number, written: Written = {}) {
  const { topic = 'warehouse.events', producer = 'warehouse', source = '/services/warehouse' } = written
  const { type = parcelPacked.type, inEvent } = written
  const id = newId()
  const event = JSON.stringify({ id, source, type, subject: 'p', correlationid: id, data: {}, ...inEvent })
  return log.append({ topic, producer: { name: producer, batch }, records: [{ id, type, key: 'p', event }] })
}

async function sessionOf(service: string): Promise<Session> {
  const database = openDatabase({ url: url(service), applicationName: service, statementTimeoutMs: 10_000 })
  const session = await database.session()
  onTestFinished(async () => {
    await session.close()
    await database.close()
  })
  return session
}

const denied = { code: '42501' }

test('a service appends its own events, and another consumes them under its own name', async () => {
  expect(await append(warehouse, 1)).toBe('appended')
  const seen: LoggedEvent[] = []
  const handle = async (events: readonly LoggedEvent[]) => void seen.push(...events)
  const troubles: unknown[] = []
  const onTrouble = (error: unknown) => void troubles.push(error)
  const consumer = tracking.subscribe({ group: 'tracking', types: [parcelPacked.type], handle, onTrouble })
  onTestFinished(consumer.stop)
  await until(() => seen.length === 1)
  await until(async () => (await tracking.lag('tracking')).every(({ lag }) => lag === 0))
  expect(troubles).toEqual([])
  expect((await tracking.read({ topics: ['warehouse.events'], from: 'last' })).events).toHaveLength(1)
  expect(await tracking.pause('tracking')).toBe(true)
  expect(await tracking.resume('tracking')).toBe(true)
  await tracking.prune()
})

test('a service cannot forge an event of another', async () => {
  await expect(append(tracking, 100)).rejects.toMatchObject(denied)
  await expect(append(tracking, 100, { producer: 'tracking', source: '/services/tracking' })).rejects.toMatchObject(
    denied,
  )
  await expect(append(warehouse, 100, { source: '/services/tracking' })).rejects.toMatchObject(denied)
  await expect(append(warehouse, 100, { producer: 'tracking' })).rejects.toMatchObject(denied)
  await expect(append(warehouse, 100, { type: 'user.deleted' })).rejects.toMatchObject(denied)
  await expect(append(warehouse, 100, { inEvent: { type: 'user.deleted' } })).rejects.toMatchObject(denied)
  await expect(append(warehouse, 100, { inEvent: { id: newId() } })).rejects.toMatchObject(denied)
  expect((await owner.read({ topics: ['warehouse.events'] })).events).toHaveLength(1)
})

test('no spelling of an event hides whose it is', async () => {
  const id = newId()
  const type = parcelPacked.type
  const own = `{"specversion":"1.0","id":"${id}","source":"/services/warehouse","type":"${type}","subject":"p"`
  const forged = [
    `${own},"source":"/services/tracking","data":{}}`,
    `${own},"data":{},"typ\\u0065":"user.deleted"}`,
    `${own},"i\\u0064":"${newId()}","data":{}}`,
    `${own},"id":null,"data":{}}`,
  ]
  for (const event of forged) {
    const batch = { producer: { name: 'warehouse', batch: 200 }, records: [{ id, type, key: 'p', event }] }
    await expect(warehouse.append({ topic: 'warehouse.events', ...batch }), event).rejects.toMatchObject(denied)
  }
  const before = (await owner.read({ topics: ['warehouse.events'] })).events.length
  const event = `${own},"data":{"id":"x","source":"y","type":"z","text":"\\u0000 \\ud800 \\\\ud800"}}`
  const batch = { producer: { name: 'warehouse', batch: 200 }, records: [{ id, type, key: 'p', event }] }
  expect(await warehouse.append({ topic: 'warehouse.events', ...batch })).toBe('appended')
  expect((await owner.read({ topics: ['warehouse.events'] })).events).toHaveLength(before + 1)
})

test('a later major version of a type belongs to the service of the first', async () => {
  const second = { ...parcelPacked, version: '2.0.0' }
  await expect(tracking.declare('tracking.events', [second])).rejects.toMatchObject(denied)
  await warehouse.declare('warehouse.events', [second])
  await expect(append(warehouse, 300, { type: 'parcel.packed/3' })).rejects.toMatchObject(denied)
  const written = { type: 'parcel.packed/2', inEvent: { type: 'parcel.packed' } }
  expect(await append(warehouse, 300, written)).toBe('appended')
})

test('a service can neither make a topic of another, nor take over its types, nor set its retention', async () => {
  await expect(tracking.declare('order.events', [])).rejects.toMatchObject(denied)
  await expect(tracking.declare('warehouse.events', [parcelSent])).rejects.toMatchObject(denied)
  await expect(tracking.declare('tracking.events', [parcelPacked])).rejects.toMatchObject(denied)
  await expect(tracking.setRetention('warehouse.events', 1)).rejects.toMatchObject(denied)
  await expect(warehouse.prune({ isForced: true })).rejects.toMatchObject(denied)
})

test('a service can neither index events in Kafka for another, nor have them kept there', async () => {
  const session = await sessionOf('tracking')
  const index = `select event_log_index(
    (select id from event_topics where name = $1), '{}', '{}', '{}', '{}', '{}', '{}', '{}', '{}', '{}')`
  await owner.declare('elsewhere.events', [])
  await own.database.transaction(
    ({ sql }) => sql`select event_log_place_topic('elsewhere.events', 'cluster/elsewhere.events')`,
  )
  for (const statement of [
    index.replace('$1', `'elsewhere.events'`),
    `select event_log_place_topic('warehouse.events', 'cluster/warehouse.events')`,
  ]) {
    await expect(session.script(statement), statement).rejects.toMatchObject(denied)
  }
})

test('a service can neither change, delete nor drop what is in the log', async () => {
  const session = await sessionOf('warehouse')
  const [segment] = await session.sql<{ id: number }>`select id from event_segments limit 1`
  for (const statement of [
    `insert into event_log select * from event_log`,
    `update event_log set type = 'user.deleted'`,
    `delete from event_log`,
    `truncate event_log`,
    `drop table event_log`,
    `drop table event_log_${segment?.id}`,
    `delete from event_log_${segment?.id}`,
    `update event_partitions set next_position = 0`,
    `update event_producers set last_batch = 1000`,
    `insert into event_log_roles values (current_user, 'user')`,
    `select event_log_enrol(current_user, 'user')`,
    `select event_log_drop_segment(1, true)`,
    `alter table consumer_offsets disable row level security`,
    `drop table consumer_offsets`,
    `create table mine ()`,
    `set role ${new URL(own.url).username}`,
  ]) {
    await expect(session.script(statement), statement).rejects.toMatchObject(denied)
  }
})

test('a service cannot move the positions of another, end its membership or pause it', async () => {
  const session = await sessionOf('warehouse')
  const before = await owner.lag('tracking')
  await session.script(
    `update consumer_offsets set position = 0, member = null; delete from consumer_offsets; delete from consumer_members`,
  )
  await session.script(`update consumer_groups set paused_at = now(); delete from consumer_groups`)
  expect(await owner.lag('tracking')).toEqual(before)
  expect(await warehouse.pause('tracking')).toBe(false)
  expect(await owner.pausedSince('tracking')).toBeUndefined()
  await expect(warehouse.seek('tracking', [parcelPacked.type], 'start')).rejects.toMatchObject(denied)
  await expect(
    session.script(`insert into consumer_members values ('tracking', gen_random_uuid(), now())`),
  ).rejects.toMatchObject(denied)
})

test('a role that was struck off the list may do nothing, rather than everything', async () => {
  await own.database.transaction(({ sql }) => sql`delete from event_log_roles where role = ${roleOf('tracking')}`)
  onTestFinished(() => enrolRoles(own.database, [{ role: roleOf('tracking'), service: 'tracking' }]))
  await expect(append(tracking, 200)).rejects.toMatchObject(denied)
  await expect(tracking.prune()).rejects.toMatchObject(denied)
})
