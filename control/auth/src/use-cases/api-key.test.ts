import { accessTable, type Role } from '@stoa/contracts/auth/roles'
import { fingerprint, grantedPermissions } from '@stoa/security'
import { expect, test } from 'vitest'
import { makeApiKey, scopesOutOfReach } from './api-key.ts'

const callerOf = (role: Role, scope: string) => {
  const granted = grantedPermissions(accessTable, [role], [scope])
  return { roles: [role], can: (permission: string) => granted.has(permission) }
}
const asCustomer = (requested: string[]) => scopesOutOfReach(requested, callerOf('customer', 'stoa'))

test('keeps of a key its first characters and its fingerprint alone', () => {
  const made = makeApiKey()
  expect(made.key).toMatch(/^stoa_[\w-]{43}$/)
  expect(made.prefix).toHaveLength(11)
  expect(made.fingerprint).toBe(fingerprint(made.key))
  expect(makeApiKey().key).not.toBe(made.key)
})

test('lets a key reach what its maker can use, and no further', () => {
  expect(asCustomer(['order:read', 'order:place', 'service:external'])).toEqual([])
  expect(asCustomer(['order:read:any', 'order:manage', 'ops', 'service:internal'])).toEqual([
    'order:read:any',
    'order:manage',
    'ops',
    'service:internal',
  ])
  expect(scopesOutOfReach(['service:internal', 'ops'], callerOf('admin', 'stoa'))).toEqual([])
})

test.each(['customer', 'admin'] as const)('lets a narrow token of a %s make no wider key', (role) => {
  const narrow = callerOf(role, 'api-key:manage')
  expect(scopesOutOfReach(['api-key:manage'], narrow)).toEqual([])
  const wider = ['order:read', 'user:write', 'service:external', 'service:internal', 'ops']
  expect(scopesOutOfReach(wider, narrow)).toEqual(wider)
})
