import { accessTable } from '@stoa/contracts/auth/roles'
import type { ReportingService } from '@stoa/contracts/reporting/service'
import { newId, platformError } from '@stoa/kernel'
import { startTestService, type TestService } from '@stoa/testing'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { reportingService } from '../src/service.ts'

const asked: { query: any; resultId: string }[] = []
let service: TestService<ReportingService>
beforeAll(async () => {
  service = await startTestService(reportingService, {
    access: accessTable,
    calls: {
      user: { getClaims: async () => ({}) },
      datamart: {
        async readRows({ query: text, resultId }) {
          const query = JSON.parse(text)
          asked.push({ query, resultId })
          if (query.dimensions?.includes('country'))
            throw platformError('service.unavailable', 'datamart is unavailable')
          const names = [...(query.dimensions ?? []), ...query.measures]
          const valueOf = (name: string) =>
            ({ currency: 'EUR', revenue: 1_000, confirmedOrders: 3, orders: 4 })[name] ?? 'x'
          return {
            columns: names.map((name: string) => ({ name, type: name === 'revenue' ? 'money' : 'text' })),
            rows: JSON.stringify([names.map(valueOf)]),
            rowCount: 1,
            sql: `select ${names.join(',')}`,
            asOf: '2026-11-29T12:00:00Z',
          }
        },
      },
    },
  })
})
afterAll(() => service.stop())

const as = { subject: newId(), roles: ['analyst'] }
const path = '/api/v1/dashboards'
const first = `${path}/01920000-0000-7000-8000-000000000d01`
const figures = (of: string, query = 'from=2026-11-01&to=2026-12-01') =>
  service.request('GET', `${of}/figures?${query}`, { as })

test('every system has a dashboard, whose figures say their query and freshness; a tile that fails leaves the others', async () => {
  const { status, body } = await figures(first, 'from=2026-11-01&to=2026-12-01&currency=EUR')
  expect([status, body.title]).toEqual([200, 'Sales'])
  const byTitle = Object.fromEntries(body.tiles.map((tile: any) => [tile.title, tile]))
  expect(byTitle['Average order value']).toEqual({
    title: 'Average order value',
    columns: [
      { name: 'currency', type: 'text' },
      { name: 'averageOrderValue', type: 'money' },
    ],
    rows: [['EUR', 333]],
    isTruncated: false,
    sql: 'select currency,revenue,confirmedOrders',
    asOf: '2026-11-29T12:00:00Z',
  })
  expect(byTitle['Orders placed'].rows).toEqual([[4]])
  expect(byTitle['Revenue by day']).toMatchObject({ chart: { x: 'day', y: 'revenue' }, rows: [['x', 'EUR', 1_000]] })
  expect(byTitle['Revenue by country']).toEqual({ title: 'Revenue by country', error: 'datamart is unavailable' })
  expect(asked.every(({ query, resultId }) => resultId === '' && query.filters.at(-1).values[0] === 'EUR')).toBe(true)
})

test('is created, replaced by its version, and deleted', async () => {
  const body = { title: 'Mine', tiles: [{ title: 'Revenue', kpi: 'revenue' }] }
  const created = await service.request('POST', path, { as, body })
  expect([created.status, created.body]).toMatchObject([201, body])
  const own = `${path}/${created.body.id}`
  const etag = (await service.request('GET', own, { as })).headers.get('etag') as string
  const replace = (headers: Record<string, string>) =>
    service.request('PUT', own, { as, headers, body: { ...body, title: 'Ours' } })
  expect((await replace({})).status).toBe(428)
  expect((await replace({ 'if-match': etag })).body.title).toBe('Ours')
  expect((await replace({ 'if-match': etag })).status).toBe(412)
  const listed = await service.request('GET', path, { as })
  expect(listed.body.items.map(({ title }: any) => title)).toEqual(['Ours', 'Sales'])
  const next = (await service.request('GET', own, { as })).headers.get('etag') as string
  expect((await service.request('DELETE', own, { as, headers: { 'if-match': next } })).status).toBe(204)
  expect((await figures(own)).body.code).toBe('reporting.dashboard_not_found')
})

test('a tile that shows nothing is refused, and customers are', async () => {
  const tiles = [{ title: 'Any', kpi: 'revenue', query: { measures: ['units'] } }]
  const create = (caller: typeof as) => service.request('POST', path, { as: caller, body: { title: 'Any', tiles } })
  expect((await create(as)).body).toMatchObject({
    code: 'reporting.dashboard_invalid',
    errors: [{ pointer: '/tiles/0' }],
  })
  expect((await create({ subject: newId(), roles: ['customer'] })).status).toBe(403)
})
