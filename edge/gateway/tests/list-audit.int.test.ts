import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { gatewayUnderTest, type GatewayUnderTest } from './gateway-under-test.ts'

let gateway: GatewayUnderTest

const entry = { service: 'user', sequence: 7, at: '2026-11-30T05:00:00.000Z', operation: 'user.signIn' }

beforeAll(async () => {
  gateway = await gatewayUnderTest()
})
beforeEach(() => {
  gateway.upstream.requests.length = 0
  gateway.upstream.answer = ({ url = '' }, response) => {
    const items = url.includes('before=7') ? [] : [entry]
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify({ items }))
  }
})
afterAll(() => gateway.stop())

interface Listed {
  readonly items: readonly object[]
  readonly nextCursor?: string
  readonly unavailable: readonly string[]
  readonly code?: string
}

async function list(query: string, token = 'ops-olga') {
  const answer = await fetch(`${gateway.url}/api/v1/audit?${query}`, { headers: { authorization: `Bearer ${token}` } })
  return { status: answer.status, body: (await answer.json()) as Listed }
}

test('entries are asked of a service as the caller, with the filter, page after page', async () => {
  const { status, body } = await list('service=user&actor=ada&limit=1')
  expect([status, body.items, body.unavailable]).toEqual([200, [entry], []])
  const next = await list(`service=user&actor=ada&limit=1&cursor=${body.nextCursor}`)
  expect(next.body).toEqual({ items: [], unavailable: [] })
  expect(gateway.upstream.requests.map(({ url, headers }) => [url, headers.authorization])).toEqual([
    ['/audit-trail?actor=ada&limit=1', 'Bearer ops-olga'],
    ['/audit-trail?actor=ada&limit=1&before=7', 'Bearer ops-olga'],
  ])
})

test('a service that does not respond is named', async () => {
  gateway.upstream.answer = (_request, response) => response.writeHead(500).end()
  expect((await list('service=user')).body).toEqual({ items: [], unavailable: ['user'] })
})

test('without audit:read, for an unknown service or with a wrong query nothing is asked', async () => {
  expect((await list('', 'customer-one')).status).toBe(403)
  expect((await list('service=nothing')).status).toBe(404)
  expect((await list('since=yesterday')).status).toBe(422)
  expect((await list('cursor=eA')).status).toBe(422)
  expect(gateway.upstream.requests).toEqual([])
})
