import { accessTable } from '@stoa/contracts/auth/roles'
import { reportDistributed, reportFailed } from '@stoa/contracts/reporting/events'
import type { ReportingService } from '@stoa/contracts/reporting/service'
import { userDeleted } from '@stoa/contracts/user/events'
import { newId, platformError } from '@stoa/kernel'
import { eventually, startTestService, type TestService } from '@stoa/testing'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { reportingService } from '../src/service.ts'
import { scheduledContent } from '../src/domain/schedule.ts'
import { insertReport } from '../src/store/reports.ts'
import { lockSchedule } from '../src/store/schedules.ts'
import { martOf, row } from './report-kit.ts'

let now = Temporal.Instant.from('2026-10-23T12:00:00Z')
let rolesOf: (userId: string) => readonly string[] = () => ['analyst']
let rows = () => [row('AT', 1_000)]
const mart = martOf(() => rows())

let service: TestService<ReportingService>
beforeAll(async () => {
  service = await startTestService(reportingService, {
    access: accessTable,
    clock: { now: () => now },
    calls: {
      datamart: mart.stub,
      user: { getClaims: async ({ userId }) => ({ userId, roles: [...rolesOf(userId)] }) },
    },
  })
})
afterAll(() => service.stop())

const path = '/api/v1/reports/schedules'
const daily = {
  title: 'Every night',
  template: 'sales',
  formats: ['csv'],
  cron: '30 2 * * *',
  timeZone: 'Europe/Vienna',
  period: 'yesterday',
}
const analyst = () => ({ subject: newId(), roles: ['analyst'] })

async function create(given: object = {}, as = analyst()): Promise<any> {
  const answer = await service.request('POST', path, { as, body: { ...daily, ...given } })
  expect([answer.status, answer.body]).toEqual([201, answer.body])
  return answer.body
}

const read = (id: string, as = analyst()) => service.request('GET', `${path}/${id}`, { as })
async function runsOf(id: string): Promise<any[]> {
  const { body } = await service.request('GET', `${path}/${id}/runs`, { as: analyst() })
  return body.items
}

async function reportsOf(id: string): Promise<any[]> {
  const { body } = await service.request('GET', '/api/v1/reports?limit=200', { as: analyst() })
  return body.items.filter(({ scheduleId }: any) => scheduleId === id).toReversed()
}

/** Several turns at once, as replicas take them. */
const turns = () => Promise.all(Array.from({ length: 4 }, () => service.runTask('start-due', {})))

test('each due time makes one report, however many replicas look at once, over a night on which clocks are set back', async () => {
  now = Temporal.Instant.from('2026-10-23T12:00:00Z')
  const { id, nextAt } = await create()
  expect(nextAt).toBe('2026-10-24T00:30:00Z')
  await turns()
  expect(await runsOf(id)).toEqual([])
  for (let hour = 0; hour < 72; hour += 1) {
    now = now.add({ hours: 1 })
    if (hour % 3 === 0 || now.toString() < '2026-10-25T04:00:00Z') await turns()
  }
  await turns()
  const due = ['2026-10-24T00:30:00Z', '2026-10-25T00:30:00Z', '2026-10-26T01:30:00Z']
  expect((await runsOf(id)).map(({ dueAt, state }) => [dueAt, state])).toEqual(
    due.toReversed().map((at) => [at, 'started']),
  )
  const reports = await reportsOf(id)
  expect(reports.map(({ dueAt, from, to }) => [dueAt, from, to])).toEqual([
    [due[0], '2026-10-23', '2026-10-24'],
    [due[1], '2026-10-24', '2026-10-25'],
    [due[2], '2026-10-25', '2026-10-26'],
  ])
  await eventually(async () =>
    expect((await reportsOf(id)).map(({ state }) => state)).toEqual(Array(3).fill('completed')),
  )
})

test('due times that passed while no process ran are missed and say so; the latest one makes its report', async () => {
  now = Temporal.Instant.from('2026-03-27T12:00:00Z')
  const { id } = await create()
  now = Temporal.Instant.from('2026-03-31T12:00:00Z')
  await turns()
  expect(await runsOf(id)).toMatchObject([
    { dueAt: '2026-03-31T00:30:00Z', state: 'started', reportId: expect.any(String) },
    { dueAt: '2026-03-30T00:30:00Z', state: 'missed', reason: 'no process of reporting was running' },
    // 02:30 does not exist on this day
    { dueAt: '2026-03-29T01:30:00Z', state: 'missed' },
    { dueAt: '2026-03-28T01:30:00Z', state: 'missed' },
  ])
  expect(await reportsOf(id)).toHaveLength(1)
})

test('each recipient is told once that the report is ready, and the owner of the schedule if it fails', async () => {
  const owner = analyst()
  const recipients = [newId(), newId()]
  const { id } = await create({ recipients }, owner)
  now = now.add({ hours: 24 })
  await turns()
  const [report] = await reportsOf(id)
  await eventually(async () => expect((await reportsOf(id))[0].state).toBe('completed'))
  const told = (await service.published(reportDistributed.type)).filter(({ subject }) => subject === report.id)
  expect(told.map(({ data }) => data)).toEqual(
    recipients.map((recipientId) => ({ reportId: report.id, recipientId, format: 'csv' })),
  )
  const described = await service.call('DescribeReport', { reportId: report.id })
  expect(described.body).toMatchObject({ title: 'Every night', firstDay: report.from, lastDay: report.from })
  const usual = rows
  rows = () => {
    throw platformError('request.invalid', 'The query has no such measure.')
  }
  now = now.add({ hours: 24 })
  await turns()
  await eventually(async () => expect((await reportsOf(id)).map(({ state }) => state)).toEqual(['completed', 'failed']))
  rows = usual
  const failed = (await reportsOf(id))[1].id
  const events = (await service.published(reportFailed.type)).filter(({ subject }) => subject === failed)
  expect(events.map(({ data }) => data)).toEqual([
    { reportId: failed, reason: 'The query has no such measure.', ownerId: owner.subject },
  ])
})

test('an account that may no longer generate reports gets none; while user is unavailable a due time stays due', async () => {
  const { id } = await create()
  rolesOf = () => {
    throw platformError('service.unavailable', 'user is unavailable')
  }
  now = now.add({ hours: 24 })
  await turns()
  expect(await runsOf(id)).toEqual([])
  rolesOf = () => ['customer']
  await turns()
  expect(await runsOf(id)).toMatchObject([{ state: 'refused', reason: expect.stringContaining('no longer') }])
  expect(await reportsOf(id)).toEqual([])
  rolesOf = () => ['admin']
  now = now.add({ hours: 24 })
  await turns()
  expect((await runsOf(id)).map(({ state }) => state)).toEqual(['started', 'refused'])
})

test('only accounts that may read reports get messages: others are no recipients, and who loses the permission gets no more', async () => {
  const [reader, other] = [newId(), newId()]
  rolesOf = (userId) => (userId === other ? ['customer'] : ['analyst'])
  const { status, body } = await service.request('POST', path, {
    as: analyst(),
    body: { ...daily, recipients: [other] },
  })
  expect([status, body.code, body.detail]).toEqual([422, 'reporting.schedule_invalid', expect.stringContaining(other)])
  rolesOf = () => ['analyst']
  const { id } = await create({ recipients: [reader, other] })
  rolesOf = (userId) => (userId === other ? ['customer'] : ['analyst'])
  now = now.add({ hours: 24 })
  await turns()
  expect(await runsOf(id)).toMatchObject([{ state: 'started', reason: expect.stringContaining('1 of the recipients') }])
  const report = await eventually(async () => {
    const [found] = await reportsOf(id)
    expect(found.state).toBe('completed')
    return found
  })
  const told = (await service.published(reportDistributed.type)).filter(({ subject }) => subject === report.id)
  expect(told.map(({ data }: any) => data.recipientId)).toEqual([reader])
  rolesOf = () => ['analyst']
})

test('a due time that was decided is not decided again by a replica whose clock is behind, and the schedule continues', async () => {
  const { id, nextAt } = await create()
  const due = Temporal.Instant.from(nextAt)
  now = due
  await turns()
  // replaced by a replica whose clock is a minute behind: it is due at the same time again
  now = due.subtract({ minutes: 1 })
  const etag = (await read(id)).headers.get('etag') as string
  const replaced = await service.request('PUT', `${path}/${id}`, {
    as: analyst(),
    headers: { 'if-match': etag },
    body: daily,
  })
  expect(replaced.body.nextAt).toBe(nextAt)
  now = due
  await turns()
  expect((await reportsOf(id)).map(({ dueAt }) => dueAt)).toEqual([nextAt])
  expect(Temporal.Instant.compare((await read(id)).body.nextAt, due)).toBe(1)
})

test('an erasure sees the report that a replica is queueing for the account at the same moment', async () => {
  const owner = analyst()
  const recipient = newId()
  const { id } = await create({ recipients: [recipient] }, owner)
  const reportId = newId()
  // a replica between queueing the report and its commit
  const committed = Promise.withResolvers<void>()
  const queued = Promise.withResolvers<void>()
  const starting = service.database.transaction(async (tx) => {
    const schedule = await lockSchedule(tx, id)
    const content = scheduledContent(schedule?.resource as never, now)
    const scheduled = { scheduleId: id as never, dueAt: now, recipients: [recipient as never] }
    await insertReport(tx, { id: reportId as never, content, requestedBy: owner.subject as never, scheduled, at: now })
    queued.resolve()
    await committed.promise
  })
  await queued.promise
  const erasing = Promise.all(
    [owner.subject, recipient].map((userId) => service.receive(userDeleted, userId, { userId })),
  )
  await eventually(async () => {
    const waiting = await service.database.read.sql`
      select 1 from pg_stat_activity where wait_event_type = 'Lock' and datname = current_database()`
    expect(waiting.length).toBeGreaterThan(0)
  })
  committed.resolve()
  await Promise.all([starting, erasing])
  await eventually(async () => {
    const [row] = await service.database.read.sql<{ left: number }>`
      select count(*)::int as left from reports where id = ${reportId}
        and (requested_by is not null or cardinality(recipients) > 0)`
    expect(row?.left).toBe(0)
  })
})

test('a schedule is replaced by its version only, is due by the new one, and can rest', async () => {
  const { id } = await create()
  const found = await read(id)
  const etag = found.headers.get('etag') as string
  const replace = (headers: Record<string, string>, given: object) =>
    service.request('PUT', `${path}/${id}`, { as: analyst(), headers, body: { ...daily, ...given } })
  expect((await replace({}, {})).status).toBe(428)
  const replaced = await replace({ 'if-match': etag }, { cron: '0 9 1 * *', timeZone: 'UTC', period: 'last-month' })
  expect([replaced.status, replaced.body.nextAt.slice(7)]).toEqual([200, '-01T09:00:00Z'])
  expect((await replace({ 'if-match': etag }, {})).status).toBe(412)
  const next = (await read(id)).headers.get('etag') as string
  const resting = await replace({ 'if-match': next }, { isActive: false })
  expect(resting.body).toMatchObject({ isActive: false })
  expect(resting.body).not.toHaveProperty('nextAt')
  now = now.add({ hours: 24 * 40 })
  await turns()
  expect(await runsOf(id)).toEqual([])
  const last = (await read(id)).headers.get('etag') as string
  const gone = await service.request('DELETE', `${path}/${id}`, { as: analyst(), headers: { 'if-match': last } })
  expect([gone.status, (await read(id)).status]).toEqual([204, 404])
})

test('a schedule that a jump of the clock has moved years ahead is set back, and its due times are decided anew', async () => {
  const { id, nextAt } = await create({ cron: '30 2 1 * *' })
  const start = now
  now = now.add({ hours: 24 * 365 * 3 })
  await turns()
  now = start
  expect((await read(id)).body.nextAt > '2028').toBe(true)
  await service.runTask('correct-due', {})
  expect((await read(id)).body.nextAt).toBe(nextAt)
  expect(await runsOf(id)).toEqual([])
  // one that is right stays
  await service.runTask('correct-due', {})
  expect((await read(id)).body.nextAt).toBe(nextAt)
  now = Temporal.Instant.from(nextAt)
  await turns()
  expect(await runsOf(id)).toMatchObject([{ dueAt: nextAt, state: 'started' }])
})

test('what cannot be followed is refused, and customers are', async () => {
  const refused = async (given: object, as = analyst()) => {
    const { status, body } = await service.request('POST', path, { as, body: { ...daily, ...given } })
    return [status, body.code]
  }
  expect(await refused({ cron: '*/5 * * * *' })).toEqual([422, 'reporting.schedule_invalid'])
  expect(await refused({ timeZone: 'Mars/Base' })).toEqual([422, 'reporting.schedule_invalid'])
  expect(await refused({ query: { measures: ['units'] } })).toEqual([422, 'reporting.schedule_invalid'])
  expect((await refused({}, { subject: newId(), roles: ['customer'] }))[0]).toBe(403)
})

test('an erased account owns no schedule and gets no report', async () => {
  const owner = analyst()
  const recipient = newId()
  const own = await create({ recipients: [recipient, owner.subject] }, owner)
  const other = await create({ recipients: [owner.subject, recipient] })
  await service.receive(userDeleted, owner.subject, { userId: owner.subject })
  await eventually(async () => {
    expect((await read(own.id)).body).toMatchObject({ isActive: false, recipients: [recipient] })
    expect((await read(other.id)).body).toMatchObject({ isActive: true, recipients: [recipient] })
  })
  expect((await read(own.id)).body).not.toHaveProperty('ownerId')
})
