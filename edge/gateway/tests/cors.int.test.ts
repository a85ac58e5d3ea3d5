import { afterEach, beforeEach, expect, test } from 'vitest'
import { gatewayUnderTest, type GatewayUnderTest } from './gateway-under-test.ts'

let gateway: GatewayUnderTest

beforeEach(async () => {
  gateway = await gatewayUnderTest({ CORS_ORIGINS: 'https://shop.example' })
  gateway.upstream.answer = ({ headers }, response) =>
    response
      .writeHead(200, {
        'access-control-allow-origin': headers.origin ?? '*',
        'access-control-expose-headers': 'WWW-Authenticate',
        vary: 'Origin',
      })
      .end('{}')
})

afterEach(() => gateway.stop())

const from = (origin: string, path: string) => fetch(gateway.url + path, { headers: { origin } })

test('an allowed origin is named once, also where the service has named it', async () => {
  for (const path of ['/oauth2/jwks', '/api/v1/products', '/openapi.json', '/api/v1/nothing', '/health/ready']) {
    const { headers } = await from('https://shop.example', path)
    expect(headers.get('access-control-allow-origin'), path).toBe('https://shop.example')
    const shown = headers.get('access-control-expose-headers')?.split(', ') ?? []
    expect(shown, path).toContain('RateLimit')
    expect(new Set(shown).size, path).toBe(shown.length)
  }
})

test('every answer says that it depends on the origin, also one to an origin that is not allowed or to none', async () => {
  for (const path of ['/api/v1/orders', '/openapi.json', '/api/v1/nothing']) {
    for (const { headers } of [await from('https://other.example', path), await fetch(gateway.url + path)]) {
      expect(headers.get('vary'), path).toMatch(/Origin/)
      expect(headers.get('access-control-allow-origin'), path).toBeNull()
    }
  }
})

test('without allowed origins nothing depends on them', async () => {
  await gateway.stop()
  gateway = await gatewayUnderTest()
  expect((await from('https://shop.example', '/openapi.json')).headers.get('vary') ?? '').not.toMatch(/Origin/)
})

test('a browser shows every header that the OpenAPI document promises', async () => {
  const response = await from('https://shop.example', '/openapi.json')
  const shown = new Set((response.headers.get('access-control-expose-headers') ?? '').toLowerCase().split(', '))
  const document = (await response.json()) as {
    paths: Record<string, Record<string, { responses?: Record<string, { headers?: object }> }>>
  }
  const promised = Object.values(document.paths)
    .flatMap((path) => Object.values(path))
    .flatMap(({ responses = {} }) => Object.values(responses))
    .flatMap(({ headers = {} }) => Object.keys(headers))
  // a browser shows this one in any case
  const missing = new Set(promised).difference(new Set(['Cache-Control']))
  expect(promised).toContain('Cache-Status')
  expect(promised).toContain('Accept-Patch')
  expect([...missing].filter((name) => !shown.has(name.toLowerCase()))).toEqual([])
  expect(shown).toContain('allow')
})

test('Vary names the origin once, also where the service has named it', async () => {
  for (const origin of ['https://shop.example', 'https://other.example']) {
    for (const path of ['/oauth2/jwks', '/api/v1/products', '/openapi.json']) {
      const { headers } = await from(origin, path)
      expect(headers.get('vary')?.match(/origin/gi), path).toHaveLength(1)
    }
  }
})
