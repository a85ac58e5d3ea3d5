import { accessTable } from '@stoa/contracts/auth/roles'
import type { UserService } from '@stoa/contracts/user/service'
import { AppError, newId } from '@stoa/kernel'
import { startTestService, type TestService } from '@stoa/testing'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { userService } from '../src/service.ts'

const admin = { subject: '0198c0de-0000-7000-8000-0000000000ad', roles: ['admin'] }
const password = 'a fine long phrase'
let service: TestService<UserService>
/** What happens after the password was checked and before auth opens the session, and after it did. */
let meanwhile: { before?: () => Promise<unknown>; after?: () => Promise<unknown> } = {}
/** Auth's side, as its own tests hold it to: the version from which on an account's sign-ins count, and its sessions. */
const ends = new Map<string, number>()
const sessions = new Map<string, number>()

beforeAll(async () => {
  service = await startTestService(userService, {
    access: accessTable,
    calls: {
      auth: {
        openSession: async ({ userId, accountVersion }) => {
          await meanwhile.before?.()
          if (accountVersion < (ends.get(userId) ?? 0))
            throw new AppError('conflict', 'auth.account_changed', 'changed')
          sessions.set(userId, (sessions.get(userId) ?? 0) + 1)
          await meanwhile.after?.()
          return { accessToken: 'access', refreshToken: 'refresh', expiresInSeconds: 900 }
        },
        endSessions: async ({ userId, accountVersion }) => {
          ends.set(userId, accountVersion)
          sessions.set(userId, 0)
          return {}
        },
      },
    },
  })
})
afterAll(() => service.stop())
beforeEach(() => {
  meanwhile = {}
})

async function person() {
  const email = `${newId()}@stoa.example`
  const { body } = await service.request('POST', '/api/v1/users', { body: { email, password, name: 'Ada' } })
  const id = body.id as string
  const change = (currentPassword = password, newPassword = 'another fine phrase') =>
    service.request('POST', `/api/v1/users/${id}/password`, {
      as: { subject: id },
      body: { currentPassword, newPassword },
    })
  const roles = (...given: string[]) =>
    service.request('PUT', `/api/v1/users/${id}/tier`, { as: admin, body: { roles: given } })
  const erase = async () => {
    const { version } = (await service.request('GET', `/api/v1/users/${id}`, { as: { subject: id } })).body
    const headers = { 'if-match': `"${version}"` }
    return service.request('DELETE', `/api/v1/users/${id}`, { as: { subject: id }, headers })
  }
  const signIn = (shown = password) =>
    service.request('POST', '/api/v1/users/authenticate', { body: { email, password: shown } })
  return { id, email, change, roles, erase, signIn }
}
type Person = Awaited<ReturnType<typeof person>>

const changes: [string, (of: Person) => Promise<{ readonly status: number }>][] = [
  ['the password is changed', ({ change }) => change()],
  ['a role is taken away', ({ roles }) => roles('customer')],
  ['the account is erased', ({ erase }) => erase()],
]

for (const [what, change] of changes) {
  for (const when of ['before', 'after'] as const) {
    test(`a sign-in is turned away when ${what} ${when} its session is opened`, async () => {
      const ada = await person()
      expect((await ada.roles('customer', 'admin')).status).toBe(200)
      meanwhile[when] = async () => expect((await change(ada)).status).toBeLessThan(300)
      const { status, body } = await ada.signIn()
      expect([status, body.code]).toEqual([401, 'user.credentials_wrong'])
      expect(body.detail).toContain('changed during the sign-in')
    })
  }
}

test('no session outlives a change of password, and the new password signs in', async () => {
  const ada = await person()
  meanwhile.before = () => ada.change()
  await ada.signIn()
  meanwhile = {}
  expect(sessions.get(ada.id)).toBe(0)
  expect((await ada.signIn('another fine phrase')).status).toBe(200)
  expect(sessions.get(ada.id)).toBe(1)
})

test('an older release that changes a password turns away a sign-in under way, too', async () => {
  const ada = await person()
  meanwhile.after = () =>
    service.database.transaction(
      (tx) => tx.sql`
        update users set password_hash = 'other', sessions_end_at_version = version + 1, version = version + 1
         where id = ${ada.id}`,
    )
  expect((await ada.signIn()).status).toBe(401)
})

test('a change that ends no session turns nobody away', async () => {
  const ada = await person()
  meanwhile.after = () => ada.roles('customer', 'admin')
  expect((await ada.signIn()).status).toBe(200)
})
