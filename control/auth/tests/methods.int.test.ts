import { afterAll, beforeAll, expect, test } from 'vitest'
import { runAuth, type RunningAuth } from './running-service.ts'

let auth: RunningAuth
beforeAll(async () => {
  auth = await runAuth()
})
afterAll(() => auth.stop())

const metadata = () => auth.request('GET', '/.well-known/openid-configuration')

test('a wrong method at an endpoint is 405 with the methods that it has', async () => {
  const wrong = [
    ['GET', '/oauth2/token', 'POST'],
    ['DELETE', '/oauth2/token', 'POST'],
    ['GET', '/oauth2/revoke', 'POST'],
    ['GET', '/oauth2/device/authorize', 'POST'],
    ['GET', '/oauth2/introspect', 'POST'],
    ['PUT', '/oauth2/jwks', 'GET, HEAD'],
    ['PUT', '/oauth2/interaction/some-id', 'GET, HEAD, POST'],
    ['POST', '/oauth2/authorize/some-id', 'GET, HEAD'],
    ['POST', '/.well-known/openid-configuration', 'GET, HEAD'],
    ['POST', '/.well-known/oauth-protected-resource', 'GET, HEAD'],
  ] as const
  for (const [method, path, allow] of wrong) {
    const { status, headers, body } = await auth.request(method, path)
    expect([method, path, status, headers.get('allow'), body['code']]).toEqual([
      method,
      path,
      405,
      allow,
      'request.method_not_allowed',
    ])
  }
})

test('every endpoint of the metadata has its methods, and a path without an endpoint stays unknown', async () => {
  const endpoints = Object.entries((await metadata()).body)
    .filter(([name]) => name.endsWith('_endpoint') || name === 'jwks_uri')
    .map(([, address]) => new URL(String(address)).pathname)
  expect(endpoints.length).toBeGreaterThan(6)
  for (const path of endpoints) expect([path, (await auth.request('DELETE', path)).status]).toEqual([path, 405])
  for (const path of ['/oauth2/nothing', '/oauth2/authorize/a/b', '/.well-known/nothing']) {
    expect((await auth.request('GET', path)).body['code']).toBe('request.path_unknown')
  }
})
