import { fork, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { reporting } from '@stoa/contracts/reporting/service'
import { newId } from '@stoa/kernel'
import { migrationsOf } from '@stoa/service'
import { enqueue } from '@stoa/tasks'
import { eventually, testDatabase, type TestDatabase } from '@stoa/testing'
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'
import { reportingService } from '../src/service.ts'
import { findFileOf } from '../src/store/files.ts'
import { findReport, insertReport } from '../src/store/reports.ts'
import { contentOf } from '../src/domain/templates.ts'
import { insertSchedule } from '../src/store/schedules.ts'

let own: TestDatabase
beforeAll(async () => {
  own = await testDatabase({ sets: await migrationsOf(reportingService), name: 'killed' })
})
afterAll(() => own.close())

/** A replica in a process of its own; if told to, it hangs when it asks for the rows behind the first. */
function startReplica(hangsAfter = ''): ChildProcess {
  const replica = fork(new URL('./replica.ts', import.meta.url), [own.url, newId(), hangsAfter])
  onTestFinished(() => void replica.kill('SIGKILL'))
  return replica
}

async function kill(replica: ChildProcess): Promise<void> {
  replica.kill('SIGKILL')
  await once(replica, 'exit')
}

const sql = () => own.database.read.sql
/** As if the leases of a dead process had ended. */
const endLeases = () => own.database.transaction((tx) => tx.sql`update tasks set run_at = now() where attempt > 0`)
const published = async (type: string) =>
  (await sql()<{ id: string }>`select partition_key as id from outbox where type = ${type} order by id`).map(
    ({ id }) => id,
  )

test('a report whose process is killed twice is made by another one, once, and no part of it is served before', async () => {
  const id = newId() as never
  const formats = ['csv', 'xlsx'] as const
  const content = contentOf({
    template: 'sales-by-country',
    from: '2026-11-01',
    to: '2026-12-01',
    formats: [...formats],
  })
  await own.database.transaction(async (tx) => {
    await insertReport(tx, { id, content, requestedBy: null, at: Temporal.Now.instant() })
    await enqueue(tx, reporting, 'generate-report', { reportId: id }, { key: id })
  })
  const attempts = async () =>
    (await sql()`select distinct attempt_id from report_chunks where report_id = ${id}`).length
  for (const killed of [1, 2]) {
    const replica = startReplica('40000')
    await eventually(async () => expect(await attempts()).toBe(killed))
    expect((await findReport(own.database.read, id))?.state).toBe('queued')
    expect(await findFileOf(own.database.read, id, 'csv')).toBeUndefined()
    await kill(replica)
    await endLeases()
  }
  startReplica()
  startReplica()
  await eventually(async () => expect((await findReport(own.database.read, id))?.state).toBe('completed'))
  const report = await findReport(own.database.read, id)
  expect(report?.files?.map(({ format, rowCount }) => [format, rowCount])).toEqual([
    ['csv', 60_000],
    ['xlsx', 60_000],
  ])
  const file = await findFileOf(own.database.read, id, 'csv')
  const parts = await Array.fromAsync(file?.parts() ?? [])
  expect(parts.length).toBeGreaterThan(2)
  const lines = Buffer.concat(parts).toString().trimEnd().split('\r\n')
  expect([lines.length, new Set(lines).size, lines.at(-1)?.split(',')[2]]).toEqual([60_001, 60_001, 'country 59999'])
  expect(await attempts()).toBe(1)
  expect(await published('report.completed')).toEqual([id])
  expect(await sql()`select 1 from tasks where key = ${id}`).toEqual([])
})

test('schedules that are due are started once each by two replicas, of which one is killed meanwhile', async () => {
  const recipient = newId() as never
  const dueAt = Temporal.Now.instant().subtract({ hours: 1 }).round({ smallestUnit: 'minute' })
  const schedules = Array.from({ length: 40 }, () => newId() as never)
  await own.database.transaction(async (tx) => {
    for (const id of schedules)
      await insertSchedule(tx, id, {
        content: {
          title: 'Every year',
          template: 'sales-by-country',
          formats: ['csv'],
          language: 'en',
          cron: '0 0 1 1 *',
          timeZone: 'Europe/Vienna',
          period: 'yesterday',
        },
        recipients: [recipient],
        ownerId: newId() as never,
        nextAt: dueAt,
        at: dueAt,
      })
  })
  const runs = () => sql()<{ state: string }>`select state from schedule_runs where due_at = ${dueAt}`
  const replica = startReplica()
  startReplica()
  await eventually(async () => expect((await runs()).length).toBeGreaterThan(0))
  await kill(replica)
  await endLeases()
  await eventually(async () => {
    const [row] = await sql()<{ n: number }>`
      select count(*)::int as n from reports where schedule_id is not null and state = 'completed'`
    expect(row?.n).toBe(40)
  })
  expect((await runs()).map(({ state }) => state)).toEqual(Array(40).fill('started'))
  const made = await sql()<{ id: string }>`select id from reports where schedule_id is not null order by id`
  expect((await published('report.distributed')).toSorted()).toEqual(made.map(({ id }) => id))
})
