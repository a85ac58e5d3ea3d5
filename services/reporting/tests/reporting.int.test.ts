import { accessTable } from '@stoa/contracts/auth/roles'
import { reportCompleted, reportFailed } from '@stoa/contracts/reporting/events'
import type { MartCell } from '@stoa/contracts/shared/mart-query'
import { reporting, type ReportingService } from '@stoa/contracts/reporting/service'
import { userDeleted } from '@stoa/contracts/user/events'
import { newId, platformError } from '@stoa/kernel'
import { enqueue } from '@stoa/tasks'
import { eventually, startTestService, type TestService } from '@stoa/testing'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { reportingService } from '../src/service.ts'
import { columns, martOf, row } from './report-kit.ts'

let rows: () => readonly (readonly MartCell[])[]
const mart = martOf(() => rows())
let service: TestService<ReportingService>
beforeAll(async () => {
  service = await startTestService(reportingService, {
    access: accessTable,
    calls: { datamart: mart.stub, user: { getClaims: async () => ({}) } },
  })
})
beforeEach(() => {
  rows = () => [row('AT', 1_000), row('=1+1', 5), row('DE', 7), row(null, -3), row('FR', 1)]
  mart.asked.length = 0
})
afterAll(() => service.stop())

const analyst = { subject: newId(), roles: ['analyst'] }
const path = '/api/v1/reports'
const body = { template: 'sales-by-country', from: '2026-11-01', to: '2026-12-01', currency: 'EUR' }
const generate = (given: object = {}, as = analyst) =>
  service.request('POST', `${path}/generate`, { as, headers: { prefer: 'wait=60' }, body: { ...body, ...given } })
const read = (id: string) => service.request('GET', `${path}/${id}`, { as: analyst })
const download = (id: string, format: string) => service.request('GET', `${path}/${id}/${format}`, { as: analyst })

test('a report of a template has its files, and says its query and how recent it is', async () => {
  const { status, body: report } = await generate({ formats: ['pdf', 'xlsx', 'csv'], language: 'de' })
  expect([status, report]).toMatchObject([
    202,
    {
      state: 'completed',
      title: 'Umsätze nach Land',
      requestedBy: analyst.subject,
      attempts: 1,
      rowCount: 5,
      isTruncated: false,
      sql: 'select 1',
      asOf: '2026-11-29T12:00:00Z',
      versions: { fact_sales: 3 },
    },
  ])
  expect(mart.asked[0]?.query).toMatchObject({
    dimensions: ['day', 'currency', 'country'],
    filters: [{ dimension: 'currency', values: ['EUR'] }],
  })
  expect(report.files.map(({ format, rowCount }: any) => [format, rowCount])).toEqual([
    ['pdf', 5],
    ['xlsx', 5],
    ['csv', 5],
  ])
  const csv = await download(report.id, 'csv')
  expect(csv.headers.get('content-type')).toContain('text/csv')
  expect(csv.headers.get('content-disposition')).toContain('sales-by-country-2026-11-01-2026-12-01.csv')
  const lines = csv.body.trim().split('\r\n')
  expect(lines[0]).toBe(columns.map(({ name }) => name).join(','))
  expect(lines.slice(1).map((line: string) => line.split(',')[2])).toEqual(['AT', `"'=1+1"`, 'DE', '', 'FR'])
  expect((await download(report.id, 'pdf')).body.slice(0, 5)).toBe('%PDF-')
  expect((await download(report.id, 'xlsx')).body.slice(0, 2)).toBe('PK')
  const told = (await service.published(reportCompleted.type)).filter(({ subject }) => subject === report.id)
  expect(told.map(({ data }) => data)).toEqual([{ reportId: report.id, rowCount: 5, formats: ['pdf', 'xlsx', 'csv'] }])
})

test('all formats of a report have the rows of one run of its query', async () => {
  await generate({ formats: ['pdf', 'xlsx', 'csv'] })
  expect(new Set(mart.asked.map(({ resultId }) => resultId)).size).toBe(1)
  expect(mart.asked.map(({ offset }) => offset)).toEqual([0, 2, 4, 2, 4, 2, 4])
})

test('a report of any query has the title and the formats that were asked for; others are refused', async () => {
  const query = { measures: ['units'], dimensions: ['product'], limit: 5 }
  const answer = await service.request('POST', `${path}/ad-hoc`, {
    as: analyst,
    headers: { prefer: 'wait=60' },
    body: { title: 'Größte Produkte: 2026', query, formats: ['csv'] },
  })
  expect([answer.status, answer.body]).toMatchObject([
    202,
    { state: 'completed', title: 'Größte Produkte: 2026', query },
  ])
  const csv = await download(answer.body.id, 'csv')
  expect(csv.headers.get('content-disposition')).toMatch(/gro-te-produkte-2026-\d{4}-\d{2}-\d{2}\.csv|grosste/)
  const pdf = await download(answer.body.id, 'pdf')
  expect([pdf.status, pdf.body.code]).toEqual([409, 'reporting.format_not_made'])
})

test('what cannot be run is refused before it is queued', async () => {
  const query = { measures: ['units'], dimensions: ['product'] }
  const adHoc = async (given: object) => {
    const { status, body: refused } = await service.request('POST', `${path}/ad-hoc`, {
      as: analyst,
      body: { title: 'Any', query, ...given },
    })
    return [status, refused.code]
  }
  expect((await generate({ to: '2026-11-01' })).body.code).toBe('reporting.query_invalid')
  expect((await generate({ currency: 'ZZZ' })).body.code).toBe('request.invalid')
  expect(await adHoc({ chart: { x: 'country', y: 'units' } })).toEqual([422, 'reporting.query_invalid'])
  expect(await adHoc({ chart: { x: 'units', y: 'units' } })).toEqual([422, 'reporting.query_invalid'])
  expect(await adHoc({ query: { ...query, orderBy: [{ by: 'revenue' }] } })).toEqual([422, 'reporting.query_invalid'])
  const customer = { subject: newId(), roles: ['customer'] }
  expect((await generate({}, customer)).status).toBe(403)
  expect((await service.request('GET', path, { as: customer })).status).toBe(403)
})

test('a report that fails says so, tells of it once, keeps its internal cause for the log, and is completed when it is repeated', async () => {
  const usual = rows
  rows = () => {
    throw new Error('connect ECONNREFUSED 10.0.0.7:5432')
  }
  const { body: queued } = await service.request('POST', `${path}/generate`, { as: analyst, body })
  const failed = await eventually(async () => {
    const { body: report } = await read(queued.id)
    expect(report).toMatchObject({ state: 'failed', attempts: 3 })
    return report
  })
  expect((await download(failed.id, 'pdf')).body.code).toBe('reporting.report_not_completed')
  const told = (await service.published(reportFailed.type)).filter(({ subject }) => subject === failed.id)
  expect(told.map(({ data }) => data)).toEqual([{ reportId: failed.id, reason: failed.error }])
  expect(failed.error).toContain(
    `unexpected error; operators find its cause in the log of reporting by the id ${failed.id}`,
  )
  expect(failed.error).not.toContain('10.0.0.7')
  rows = usual
  const repeat = () =>
    service.request('POST', `${path}/${failed.id}/repeat`, { as: analyst, headers: { prefer: 'wait=60' } })
  expect(await repeat()).toMatchObject({ status: 202, body: { state: 'completed' } })
  expect((await repeat()).body.code).toBe('reporting.report_not_failed')
})

test('a report waits while datamart is unavailable, without using up its attempts, and fails after half an hour', async () => {
  const usual = rows
  rows = () => {
    throw platformError('service.unavailable', 'datamart is unavailable')
  }
  const { body: queued } = await service.request('POST', `${path}/generate`, { as: analyst, body })
  const waiting = { state: 'queued', attempts: 0, error: 'datamart is unavailable' }
  const asked = mart.asked.length
  await eventually(async () => {
    expect(mart.asked.length).toBeGreaterThan(asked + 4)
    expect((await read(queued.id)).body).toMatchObject(waiting)
  })
  rows = usual
  await eventually(async () => expect((await read(queued.id)).body.state).toBe('completed'))
  rows = () => {
    throw platformError('service.unavailable', 'datamart is unavailable')
  }
  const { body: late } = await service.request('POST', `${path}/generate`, { as: analyst, body })
  await service.database.transaction(
    ({ sql }) => sql`update reports set queued_at = now() - interval '31 minutes' where id = ${late.id}`,
  )
  await eventually(async () =>
    expect((await read(late.id)).body).toMatchObject({ ...waiting, state: 'failed', attempts: 1 }),
  )
})

test('an attempt that died leaves nothing: the next one makes the files again, once', async () => {
  const id = newId()
  const content = { title: 'Cut', query: { measures: ['units'] }, formats: ['csv'], language: 'en' }
  await service.database.transaction(async ({ sql }) => {
    await sql`insert into reports (id, content, requested_by, state, created_at, queued_at, touched_at)
      values (${id}, ${JSON.stringify(content)}::jsonb, null, 'queued', now(), now(), now())`
    await sql`insert into report_chunks values (${id}, ${newId()}, 'csv', 0, now(), ${Buffer.from('half of ')})`
  })
  await service.runTask('generate-report', { reportId: id })
  const { body: text } = await download(id, 'csv')
  expect(text).not.toContain('half of')
  expect(text.trim().split('\r\n')).toHaveLength(6)
  // it is ended: another attempt changes nothing
  mart.asked.length = 0
  await service.runTask('generate-report', { reportId: id })
  expect(mart.asked).toEqual([])
  const chunks = await service.database.read.sql`select distinct attempt_id from report_chunks where report_id = ${id}`
  expect(chunks).toHaveLength(1)
})

test('one whose process died on every attempt is ended, and old ones are removed with their files', async () => {
  const { body: kept } = await generate({ formats: ['csv'] })
  const { body: old } = await generate({ formats: ['csv'] })
  const stuck = newId()
  await service.database.transaction(async ({ sql }) => {
    await sql`update reports set created_at = now() - interval '91 days' where id = ${old.id}`
    await sql`insert into reports (id, content, state, created_at, queued_at, touched_at)
      select ${stuck}, content, 'queued', now(), now(), now() - interval '3 hours' from reports where id = ${kept.id}`
  })
  await service.runTask('remove-old', {})
  expect((await read(old.id)).status).toBe(404)
  expect((await read(stuck)).body).toMatchObject({ state: 'failed', error: expect.stringContaining('was stopped') })
  expect((await download(kept.id, 'csv')).status).toBe(200)
  const chunks = await service.database.read.sql`select from report_chunks where report_id = ${old.id}`
  expect(chunks).toEqual([])
})

test('a report that waits for its turn is not ended, however long it waits', async () => {
  const id = newId()
  await service.database.transaction(async (tx) => {
    await tx.sql`insert into reports (id, content, state, created_at, queued_at, touched_at)
      select ${id}, content, 'queued', now(), now(), now() - interval '3 hours' from reports limit 1`
    await enqueue(tx, reporting, 'generate-report', { reportId: id }, { key: id, delayMs: 3_600_000 })
  })
  await service.runTask('remove-old', {})
  expect((await read(id)).body.state).toBe('queued')
  await service.database.transaction(async ({ sql }) => {
    await sql`delete from tasks where key = ${id}`
    await sql`delete from reports where id = ${id}`
  })
})

test('an account has at most 20 reports that are not finished, also if it asks for many at once', async () => {
  const usual = rows
  rows = () => {
    throw platformError('service.unavailable', 'datamart is unavailable')
  }
  const eager = { subject: newId(), roles: ['analyst'] }
  const ask = () => service.request('POST', `${path}/generate`, { as: eager, body: { ...body, formats: ['csv'] } })
  const answers = await Promise.all(Array.from({ length: 24 }, ask))
  const refused = answers.filter(({ status }) => status !== 202)
  expect(refused.map(({ body: { code } }) => code)).toEqual(Array(4).fill('reporting.too_many_queued'))
  expect((await service.request('POST', `${path}/generate`, { as: analyst, body })).status).toBe(202)
  rows = usual
  await eventually(async () => expect((await ask()).status).toBe(202))
})

test('a file that is removed while it is downloaded ends the connection, and no short file looks whole', async () => {
  const { body: report } = await generate({ formats: ['csv'] })
  // one chunk is gone, as if the report had been removed after its first part was sent
  await service.database.transaction(
    ({ sql }) => sql`
      insert into report_chunks select report_id, attempt_id, format, 2, now(), bytes from report_chunks where report_id = ${report.id}`,
  )
  await expect(download(report.id, 'csv')).rejects.toThrow('terminated')
})

test('the name of a file is readable without the marks of its letters', async () => {
  const query = { measures: ['units'] }
  const { body: report } = await service.request('POST', `${path}/ad-hoc`, {
    as: analyst,
    headers: { prefer: 'wait=60' },
    body: { title: 'Übersicht der Märkte, groß', query, formats: ['csv'] },
  })
  const { headers } = await download(report.id, 'csv')
  expect(headers.get('content-disposition')).toContain('"ubersicht-der-markte-gross-')
})

test('a report outlives the account that has asked for it, without its id', async () => {
  const gone = { subject: newId(), roles: ['staff'] }
  const { body: report } = await generate({}, gone)
  expect(report.requestedBy).toBe(gone.subject)
  await service.receive(userDeleted, gone.subject, { userId: gone.subject })
  await eventually(async () => expect((await read(report.id)).body).not.toHaveProperty('requestedBy'))
})
