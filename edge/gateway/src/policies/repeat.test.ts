import { catalogue } from '@stoa/contracts/catalogue'
import { expect, test } from 'vitest'
import type { RequestHead } from '../exchange.ts'
import { routesOf } from '../routes/route.ts'
import { makeRouteTable } from '../routes/route-table.ts'
import { isRepeatable } from './repeat.ts'

const table = makeRouteTable(routesOf(catalogue))

function mayRepeat(method: string, path: string, headers: RequestHead['headers'] = {}): boolean {
  const match = table.match(method, path)
  if (match.kind !== 'route') throw new Error(`${method} ${path} is ${match.kind}`)
  const said = { search: '', rawHeaders: [], address: '127.0.0.1', requestId: 'r' }
  return isRepeatable(match.route, { ...said, method, path, headers })
}
const keyed = { 'idempotency-key': 'k' }

test('an idempotent method is repeated, and a write only under its key', () => {
  expect(mayRepeat('GET', '/api/v1/orders')).toBe(true)
  expect(mayRepeat('DELETE', '/api/v1/api-keys/0192')).toBe(true)
  expect(mayRepeat('POST', '/api/v1/orders')).toBe(false)
  expect(mayRepeat('POST', '/api/v1/orders', keyed)).toBe(true)
  expect(mayRepeat('POST', '/api/v1/products', keyed)).toBe(true)
  expect(mayRepeat('PATCH', '/api/v1/users/0192')).toBe(false)
  expect(mayRepeat('PATCH', '/api/v1/users/0192', keyed)).toBe(true)
})

test('a write whose service keeps no record of the key is never repeated', () => {
  for (const path of [
    '/api/v1/api-keys',
    '/api/v1/api-keys/0192/rotate',
    '/api/v1/users',
    '/api/v1/users/guest',
    '/api/v1/users/authenticate',
    '/api/v1/users/login',
    '/api/v1/users/0192/password',
  ]) {
    expect(mayRepeat('POST', path, keyed), path).toBe(false)
  }
})

test('a foreign protocol knows no key: a refresh token that is sent twice ends its session', () => {
  expect(mayRepeat('POST', '/oauth2/token', keyed)).toBe(false)
  expect(mayRepeat('GET', '/oauth2/jwks')).toBe(true)
})

test('a stream is not repeated', () => {
  expect(mayRepeat('GET', '/api/v1/orders/0192/events')).toBe(false)
})
