import { expect, test } from 'vitest'
import { permissions, roles, scopes } from './roles.ts'

test('grants every permission there is to some role other than admin, or keeps it to admins on purpose', () => {
  const { admin: _, ...others } = roles
  const granted = new Set<string>(Object.values(others).flat())
  expect(permissions.filter((permission) => !granted.has(permission))).toEqual([
    'api-key:manage:any',
    'session:manage:any',
    'session:read:any',
    'signing-key:manage',
    'user:manage',
    'user:write:any',
  ])
})

test('keeps a customer from everybody else’s', () => {
  for (const role of ['customer', 'guest'] as const) {
    expect(
      roles[role].filter((permission: string) =>
        /:any$|^ops$|admin|(?<!session|api-key|payment-method):manage$/.test(permission),
      ),
    ).toEqual([])
  }
})

test('lets staff read all orders, payments and shipments', () => {
  expect(roles.staff).toEqual(expect.arrayContaining(['order:read:any', 'payment:read:any', 'shipment:read:any']))
})

test('names no permission as a scope', () => {
  expect(Object.keys(scopes).filter((scope) => (permissions as readonly string[]).includes(scope))).toEqual([])
})
