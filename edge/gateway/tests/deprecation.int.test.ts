import { afterAll, beforeAll, expect, test } from 'vitest'
import { gatewayUnderTest, type GatewayUnderTest } from './gateway-under-test.ts'

let gateway: GatewayUnderTest
beforeAll(async () => {
  gateway = await gatewayUnderTest()
})
afterAll(() => gateway.stop())

const ada = '01936f5e-8000-7000-8000-000000000001'
const path = `/api/v1/orders/customer/${ada}`
const of = ({ headers }: Response) => ['deprecation', 'sunset', 'link'].map((name) => headers.get(name))
const expected = [
  '@1796083200',
  'Wed, 01 Dec 2027 00:00:00 GMT',
  `</api/v1/users/${ada}/orders>; rel="successor-version"`,
]

test('every response of a deprecated operation says so, whether it is served or refused', async () => {
  const served = await fetch(gateway.url + path, { headers: { authorization: 'Bearer customer-ada' } })
  expect([served.status, ...of(served)]).toEqual([200, ...expected])
  const refused = await fetch(gateway.url + path)
  expect([refused.status, ...of(refused)]).toEqual([401, ...expected])
  const other = await fetch(`${gateway.url}/api/v1/users/${ada}/orders`, {
    headers: { authorization: 'Bearer customer-ada' },
  })
  expect([other.status, ...of(other)]).toEqual([200, null, null, null])
})

test('uses are counted by client', async () => {
  const response = await fetch(gateway.url + path, { headers: { authorization: 'Bearer customer-ada' } })
  await response.text()
  const metrics = await (
    await fetch(`${gateway.adminUrl}/metrics`, { headers: { authorization: 'Bearer ops-grace' } })
  ).text()
  expect(metrics).toMatch(
    /^gateway_deprecated_requests_total\{.*http_route="\/api\/v1\/orders\/customer\/\{customerId\}",client="stoa-shop"\} [12]$/m,
  )
})
