import { afterEach, expect, test } from 'vitest'
import { gatewayUnderTest, type GatewayUnderTest } from './gateway-under-test.ts'

let gateway: GatewayUnderTest

afterEach(() => gateway.stop())

const as = (token: string) => ({ authorization: `Bearer ${token}` })

test.each([
  ['an unknown path', '/api/v1/nothing', {}, 404],
  ['a wrong method', '/api/v1/orders', { method: 'DELETE' }, 405],
  ['no token', '/api/v1/orders', {}, 401],
  ['a token that is not valid', '/api/v1/orders', { headers: as('mallory') }, 401],
  ['a page of the gateway', '/errors/request.invalid', {}, 200],
  ['a path that cannot be read', '/api/v1/a%00', {}, 400],
  ['a preflight', '/api/v1/orders', { method: 'OPTIONS', headers: { 'access-control-request-method': 'GET' } }, 204],
])('%s counts against the address', async (_what, path, init, status) => {
  gateway = await gatewayUnderTest({ RATE_LIMIT_SCALE: '1' })
  const first = await fetch(gateway.url + path, init)
  expect([first.status, first.headers.get('ratelimit')]).toEqual([status, expect.stringMatching(/^"public";r=99;/)])
  const untilRefused = async (to: string, how: RequestInit) => {
    let answer = await fetch(gateway.url + to, how)
    for (let count = 0; count < 300 && answer.status !== 429; count++) answer = await fetch(gateway.url + to, how)
    return answer
  }
  const refused = await untilRefused(path, init)
  expect([refused.status, refused.headers.get('ratelimit')]).toEqual([429, expect.stringMatching(/^"public";r=0;/)])
  expect(refused.headers.get('retry-after')).toMatch(/^\d+$/)
  expect((await untilRefused('/api/v1/products', {})).status).toBe(429)
  expect((await fetch(`${gateway.url}/health/ready`)).status).toBe(200)
  expect((await fetch(`${gateway.url}/api/v1/orders`, { headers: as('customer-ada') })).status).toBe(200)
})

test('what an account is refused counts against the account', async () => {
  gateway = await gatewayUnderTest({ RATE_LIMIT_SCALE: '1' })
  const refused = await fetch(`${gateway.url}/api/v1/users`, { headers: as('customer-ada') })
  expect([refused.status, refused.headers.get('ratelimit')]).toEqual([
    403,
    expect.stringMatching(/^"authenticated";r=999;/),
  ])
})

test('a program that evaluates flags with a token has a limit of its own; without one it shares that of its address', async () => {
  gateway = await gatewayUnderTest({ RATE_LIMIT_SCALE: '1' })
  const evaluate = async (headers: Record<string, string>) =>
    (await fetch(`${gateway.url}/ofrep/v1/evaluate/flags`, { method: 'POST', headers })).headers.get('ratelimit')
  expect(await evaluate(as('customer-ada'))).toMatch(/^"authenticated";r=999;/)
  expect(await evaluate({})).toMatch(/^"public";r=99;/)
  // auth knows its callers by other means
  const token = await fetch(`${gateway.url}/oauth2/userinfo`, { headers: as('customer-ada') })
  expect(token.headers.get('ratelimit')).toMatch(/^"public";r=98;/)
})

test('guests share the budget of their address', async () => {
  gateway = await gatewayUnderTest({ RATE_LIMIT_SCALE: '1' })
  const remaining = async (init?: RequestInit) =>
    (await fetch(`${gateway.url}/api/v1/products`, init)).headers.get('ratelimit')
  expect(await remaining()).toMatch(/^"public";r=99;/)
  for (let guest = 0; guest < 20; guest++) await remaining({ headers: as(`guest-${guest}`) })
  expect(await remaining({ headers: as('guest-new') })).toMatch(/^"public";r=(7[89]|8\d);/)
})
