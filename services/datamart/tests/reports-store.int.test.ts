import { newId } from '@stoa/kernel'
import { migrationsOf } from '@stoa/service'
import { testDatabase, type TestDatabase } from '@stoa/testing'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { datamartService } from '../src/service.ts'
import { findReport, listReportsBefore, requeueReport, tidyReports } from '../src/store/reports.ts'

let own: TestDatabase
beforeAll(async () => {
  own = await testDatabase({ sets: await migrationsOf(datamartService), name: 'datamart' })
})
afterAll(() => own.close())

test('a report that is repeated long after it was made is not taken for one that was cut off', async () => {
  const now = Temporal.Now.instant()
  const id = newId()
  await own.database.transaction(
    ({ sql }) => sql`
      insert into reports (id, request, state, created_at, error)
      values (${id}, '{}', 'failed', ${now.subtract({ hours: 5 })}, 'died')`,
  )
  const tidy = (at: Temporal.Instant) =>
    own.database.transaction((tx) =>
      tidyReports(tx, {
        now: at,
        cutOffBefore: at.subtract({ hours: 2 }),
        before: at.subtract({ hours: 240 }),
        limit: 10,
      }),
    )
  await own.database.transaction((tx) => requeueReport(tx, id, now))
  await tidy(now)
  expect(await findReport(own.database.read, id)).toMatchObject({ state: 'queued' })
  await tidy(now.add({ hours: 3 }))
  expect(await findReport(own.database.read, id)).toMatchObject({ state: 'failed' })
})

test('a list of reports does not read their rows', async () => {
  const { read } = own.database
  await own.database.transaction(
    ({ sql }) => sql`
      insert into reports (id, request, state, created_at, result)
      select gen_random_uuid(), '{}', 'completed', now(), jsonb_build_object('sql', 'select 1', 'isTruncated', false, 'rows', (
        select jsonb_agg(jsonb_build_array('2026-11-02', 'EUR', md5(row::text || report::text), row)) from generate_series(1, 5000) as row
      )) from generate_series(1, 40) as report`,
  )
  // the shortest of several, which the load of the machine lengthens least
  const timed = async (work: () => Promise<unknown>) => {
    const times: number[] = []
    for (let turn = 0; turn < 7; turn += 1) {
      const beganAt = performance.now()
      await work()
      times.push(performance.now() - beganAt)
    }
    return Math.min(...times)
  }
  const listMs = await timed(() => listReportsBefore(read, undefined, 100))
  const readMs = await timed(() => read.sql`select sum(jsonb_array_length(result -> 'rows')) from reports`)
  const [first] = await listReportsBefore(read, undefined, 1)
  expect(first).toMatchObject({ rowCount: 5_000, sql: 'select 1', isTruncated: false })
  expect(listMs).toBeLessThan(readMs / 2)
})
