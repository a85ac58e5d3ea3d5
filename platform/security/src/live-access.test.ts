import { expect, test } from 'vitest'
import { PUBLIC_AUDIENCE } from './claims.ts'
import { liveAccess } from './live-access.ts'
import { createPrincipals } from './principal.ts'

const base = { roles: { customer: ['tea:read'], staff: [] }, scopes: { stoa: 'all' as const, 'service:external': [] } }
const claims = {
  jti: 'x',
  client_id: 'shop',
  iss: 'x',
  sub: 'ada',
  aud: PUBLIC_AUDIENCE,
  iat: 0,
  exp: 1,
  roles: ['customer'],
  scope: 'stoa',
}

test('a principal that was made before gains and loses an added permission', () => {
  const live = liveAccess(base)
  const principalOf = createPrincipals(live.table)
  expect(principalOf(claims).can('cup:read')).toBe(false)
  live.replaceAdded({ 'cup:read': { roles: ['customer'] } })
  expect(principalOf(claims).can('cup:read')).toBe(true)
  expect(principalOf({ ...claims, roles: ['staff'] }).can('cup:read')).toBe(false)
  live.replaceAdded({})
  expect(principalOf(claims).can('cup:read')).toBe(false)
})

test('a permission of the table stays with the roles that it has', () => {
  const live = liveAccess(base)
  live.replaceAdded({ 'tea:read': { roles: ['staff'] } })
  expect(live.table.roles).toEqual(base.roles)
})

test('the scope of partners gains only permissions that are for partners', () => {
  const live = liveAccess(base)
  live.replaceAdded({ 'cup:read': { roles: [], isForPartners: true }, 'cup:write': { roles: [] } })
  expect(live.table.scopes['service:external']).toEqual(['cup:read'])
})

test('the same table stays while the same is added', () => {
  const live = liveAccess(base)
  live.replaceAdded({ 'cup:read': { roles: ['customer'] } })
  const { roles } = live.table
  live.replaceAdded({ 'cup:read': { roles: ['customer'] } })
  expect(live.table.roles).toBe(roles)
})
