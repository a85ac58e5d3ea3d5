import { newId } from '@stoa/kernel'
import { eventually } from '@stoa/testing'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { admin, startUser, type UserApp } from './user-app.ts'

interface Entry {
  readonly operation: string
  readonly outcome: string
  readonly actor: string
  readonly address?: string
  readonly persons: readonly string[]
  readonly code?: string
  readonly repeats?: { readonly count: number }
  readonly details?: { readonly [name: string]: string }
}

let app: UserApp

beforeAll(async () => {
  app = await startUser()
})
afterAll(() => app.service.stop())

/** The entries about a person, once there are so many. */
async function entriesAbout(person: string, count: number): Promise<readonly Entry[]> {
  return eventually(async () => {
    const { body } = await app.service.request('GET', `/audit-trail?person=${person}`, { as: admin })
    const { items } = body as { readonly items: readonly Entry[] }
    expect(items.length).toBeGreaterThanOrEqual(count)
    return items
  })
}

test('a sign-in is recorded with its address, and the address ends with the account', async () => {
  const { id, email, password, caller } = await app.register()
  await app.signIn(email, password, '203.0.113.9')
  expect(await entriesAbout(id, 1)).toMatchObject([
    { operation: 'user.signIn', outcome: 'succeeded', actor: id, address: '203.0.113.9', details: { methods: 'pwd' } },
  ])
  const etag = (await app.ask('GET', `/api/v1/users/${id}`, { as: admin })).headers.get('etag') ?? ''
  const headers = { 'if-match': etag }
  const erasing = await app.ask('DELETE', `/api/v1/users/${id}`, { as: admin, key: newId(), headers })
  expect(erasing.status).toBe(204)
  const entries = await entriesAbout(id, 3)
  const own = entries.filter(({ actor }) => actor === caller.subject)
  expect(own).toHaveLength(1)
  expect(own[0]).not.toHaveProperty('address')
  expect(entries.map(({ operation, outcome }) => `${operation} ${outcome}`)).toEqual(
    expect.arrayContaining(['user.deleteUser begun', 'user.deleteUser succeeded']),
  )
})

test('wrong passwords of one client and minute share an entry that names the account', async () => {
  const { id, email } = await app.register()
  await app.guess(email, 3, '198.51.100.4')
  app.advance(2)
  const entries = await entriesAbout(id, 1)
  expect(entries.every(({ outcome, code }) => outcome === 'refused' && code === 'user.credentials_wrong')).toBe(true)
  expect(entries.reduce((sum, { repeats }) => sum + (repeats?.count ?? 0), 0)).toBe(3)
})

test('a change of roles is recorded with the roles, and a read by staff with the person', async () => {
  const { id } = await app.register()
  const etag = (await app.ask('GET', `/api/v1/users/${id}`, { as: admin })).headers.get('etag') ?? ''
  const body = { roles: ['customer', 'staff'] }
  const changed = await app.ask('PUT', `/api/v1/users/${id}/tier`, { as: admin, body, headers: { 'if-match': etag } })
  expect(changed.status).toBe(200)
  app.advance(2)
  const entries = await entriesAbout(id, 2)
  expect(entries).toEqual(
    expect.arrayContaining([
      expect.objectContaining({
        operation: 'user.setTier',
        actor: admin.subject,
        details: expect.objectContaining({ roles: 'customer staff' }),
      }),
      expect.objectContaining({ operation: 'user.getUser', actor: admin.subject, persons: [id] }),
    ]),
  )
})

test('what people read and change of their own is not recorded', async () => {
  const { id, caller } = await app.register()
  await app.ask('GET', `/api/v1/users/${id}`, { as: { ...caller, roles: ['customer'] } })
  const [row] = await app.service.database.read.sql<{ found: boolean }>`
    select exists (select from audit_tally where entry like ${`%${id}%`}) as found`
  expect(row?.found).toBe(false)
})

test('only those with audit:read read the trail', async () => {
  const customer = { subject: newId(), roles: ['customer'] }
  expect((await app.service.request('GET', '/audit-trail', { as: customer })).status).toBe(403)
  expect((await app.service.request('GET', '/audit-trail')).status).toBe(401)
})
