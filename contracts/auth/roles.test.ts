import { expect, test } from 'vitest'
import { permissionsByContract } from '../permissions.ts'
import { permissions, roles, scopes } from './roles.ts'

test('no permission is declared by two contracts', () => {
  expect(
    Object.values(permissionsByContract)
      .flatMap((each) => Object.keys(each))
      .sort(),
  ).toEqual(permissions)
})

test('grants every permission there is to some role other than admin, or keeps it to admins on purpose', () => {
  const { admin: _, ...others } = roles
  const granted = new Set<string>(Object.values(others).flat())
  expect(permissions.filter((permission) => !granted.has(permission))).toEqual([
    'api-key:manage:any',
    'article:rate:any',
    'notification:write:any',
    'oauth-client:manage',
    'session:manage:any',
    'session:read:any',
    'signing-key:manage',
    'template:manage:security',
    'user:export:any',
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

test('lets staff run the shop, and nothing of the system or of its accounts', () => {
  const run = ['inventory', 'payment', 'pricing', 'product', 'shipment', 'template'].map((of) => `${of}:manage`)
  expect(roles.staff).toEqual(expect.arrayContaining([...run, 'notification:send', 'payment:review']))
  const beyond = [
    'gateway:admin',
    'ops',
    'saga:manage',
    'signing-key:manage',
    'template:manage:security',
    'user:manage',
    'user:write:any',
  ]
  expect(roles.staff.filter((permission) => beyond.includes(permission))).toEqual([])
})

test('names no permission as a scope', () => {
  expect(Object.keys(scopes).filter((scope) => (permissions as readonly string[]).includes(scope))).toEqual([])
})
