import { expect, test } from 'vitest'
import type { Claims } from './claims.ts'
import { anonymous, createPrincipals, grantedPermissions, principalOf, type AccessTable } from './principal.ts'

const table: AccessTable = {
  roles: { customer: ['order:read', 'order:place'], staff: ['order:read:any', 'order:manage'], ops: ['ops'] },
  scopes: { stoa: 'all', orders: ['order:read'] },
}
const claims = (change: Partial<Claims>): Claims => ({
  iss: 'i',
  aud: 'stoa',
  sub: 'ada',
  client_id: 'stoa-shop',
  jti: 'j',
  iat: 0,
  exp: 900,
  roles: ['customer'],
  scope: 'stoa',
  ...change,
})
const user = (change: Partial<Claims>) => principalOf(claims(change), table)

test('grants what the roles grant, and nothing else', () => {
  const ada = user({})
  expect(ada).toMatchObject({ kind: 'user', subject: 'ada', tier: 'free' })
  expect(ada.can('order:read')).toBe(true)
  expect(ada.can('order:read:any')).toBe(false)
  expect(ada.can('order:manage')).toBe(false)
  expect(ada.can('order:*')).toBe(false)
  expect(ada.can('public')).toBe(true)
  expect(user({ roles: ['ops'] }).can('ops')).toBe(true)
  expect(user({ roles: ['customer', 'staff'] }).can('order:manage')).toBe(true)
})

test('contains `own` in `any`', () => {
  expect(user({ roles: ['staff'] }).can('order:read')).toBe(true)
})

test('lets a scope narrow the roles, never widen them', () => {
  expect(user({ scope: 'openid order:read' }).can('order:read')).toBe(true)
  expect(user({ scope: 'openid order:read' }).can('order:place')).toBe(false)
  expect(user({ scope: 'orders order:manage' }).can('order:manage')).toBe(false)
  expect(user({ scope: 'orders' }).can('order:read')).toBe(true)
  expect(user({ scope: 'openid' }).can('order:read')).toBe(false)
  expect(grantedPermissions(table, ['staff'], ['order:read'])).toEqual(new Set(['order:read']))
})

test('tells a scope that is too narrow from a role that is missing', () => {
  const ada = user({ scope: 'openid order:read' })
  expect([ada.can('order:place'), ada.isGrantedByRole('order:place')]).toEqual([false, true])
  expect([ada.can('order:manage'), ada.isGrantedByRole('order:manage')]).toEqual([false, false])
  expect(anonymous.isGrantedByRole('order:place')).toBe(false)
})

test('knows no role that is not in the table', () => {
  for (const role of ['', 'toString', '__proto__', 'constructor', 'Admin']) {
    expect(user({ roles: [role] }).can('order:read')).toBe(false)
    expect(user({ roles: ['customer'], scope: role }).can('order:read')).toBe(false)
  }
})

test('takes a token whose subject is its client for a service, which may call what its scope names', () => {
  const order = user({
    sub: 'order',
    client_id: 'order',
    aud: 'pricing',
    roles: ['admin'],
    scope: 'stoa.pricing.v1.PricingRpc/Quote',
  })
  expect(order).toMatchObject({ kind: 'service', subject: 'service:order' })
  expect(order.mayCall('stoa.pricing.v1.PricingRpc/Quote')).toBe(true)
  expect(order.mayCall('stoa.pricing.v1.PricingRpc/AcceptQuote')).toBe(false)
  expect(order.can('order:read')).toBe(false)
  expect([order.can('service'), order.can('public')]).toEqual([true, true])
})

test('lets nobody but a service call another service', () => {
  expect(user({ scope: 'stoa.pricing.v1.PricingRpc/Quote' }).mayCall('stoa.pricing.v1.PricingRpc/Quote')).toBe(false)
  expect(user({ sub: 'stoa-cli', client_id: 'stoa-cli', scope: 'x/Y' }).mayCall('x/Y')).toBe(false)
  expect(anonymous.mayCall('')).toBe(false)
  expect(anonymous.can('order:read')).toBe(false)
  expect([anonymous.can('service'), user({ roles: ['admin', 'service'] }).can('service')]).toEqual([false, false])
  expect(anonymous.can('public')).toBe(true)
})

test('makes one principal for one set of claims', () => {
  const of = createPrincipals(table)
  const same = claims({})
  expect(of(same)).toBe(of(same))
})
