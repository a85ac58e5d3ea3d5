import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { authenticator, codeOf } from './authenticator.ts'
import { admin, startUser, type Person, type UserApp } from './user-app.ts'

let app: UserApp
let tools: ReturnType<typeof authenticator>

beforeAll(async () => {
  app = await startUser()
  app.freeze()
  tools = authenticator(app)
})
afterAll(() => app.service.stop())
beforeEach(() => {
  app.auth.isAway = false
  app.advance(5)
})

const inSession = async (): Promise<Person> => {
  const ada = await app.register()
  return { ...ada, caller: { ...ada.caller, sessionId: 'session-of-ada' } }
}
const endsOf = ({ id }: Person) => app.auth.log.filter((asked) => asked.startsWith(`end ${id}`))
const reset = ({ id }: Person, as: Person['caller'] = admin) => app.ask('DELETE', `/api/v1/users/${id}/mfa`, { as })
const disable = (ada: Person, otp: string) => tools.mfa(ada, '/disable', { password: ada.password, otp })
const dueOf = async ({ id }: Person) => {
  const [row] = await app.service.database.read.sql<{ version: number | null; keys: boolean }>`
    select sessions_end_at_version as version, api_keys_end as keys from users where id = ${id}`
  return row
}

test('the other sessions end when it is switched on, and when it is switched off', async () => {
  const ada = await tools.protectedPerson(await inSession())
  expect(endsOf(ada)).toEqual([`end ${ada.id} except session-of-ada`])
  expect((await disable(ada, ada.codeAt(0))).status).toBe(204)
  expect(endsOf(ada)).toEqual(Array(2).fill(`end ${ada.id} except session-of-ada`))
  expect(await dueOf(ada)).toEqual({ version: null, keys: false })
})

test('a pending or refused one ends no session', async () => {
  const ada = await tools.enabling(await inSession())
  expect(await codeOf(tools.mfa(ada, '/verify', { otp: '000000' }))).toBe('user.otp_wrong')
  expect(await codeOf(disable(ada, ada.codeAt(0)))).toBe('user.mfa_not_enabled')
  expect(endsOf(ada)).toEqual([])
})

test('where auth is unavailable, a task ends all sessions later', async () => {
  const person = await inSession()
  app.auth.isAway = true
  const ada = await tools.protectedPerson(person)
  expect(endsOf(ada)).toEqual([])
  app.auth.isAway = false
  app.advance(2)
  await app.run('find-sessions-to-end')
  await expect.poll(() => endsOf(ada), { timeout: 60_000 }).toEqual([`end ${ada.id}`])
  await expect.poll(() => dueOf(ada), { timeout: 60_000 }).toEqual({ version: null, keys: false })
})

test('no session is kept, and the API keys end, while an earlier change has them still to end', async () => {
  const person = await inSession()
  const ada = await tools.enabling(person)
  app.auth.isAway = true
  const newPassword = 'another fine phrase'
  const changed = await app.ask('POST', `/api/v1/users/${ada.id}/password`, {
    as: ada.caller,
    body: { currentPassword: ada.password, newPassword },
  })
  expect(changed.status).toBe(204)
  app.auth.isAway = false
  expect((await tools.mfa(ada, '/verify', { otp: ada.codeAt(0) })).status).toBe(204)
  expect(endsOf(ada)).toEqual([`end ${ada.id} and API keys`])
})

test('API keys that an earlier change of the password is still to delete are not kept by a later one', async () => {
  const ada = await app.register()
  const change = (currentPassword: string, newPassword: string, keepApiKeys: boolean) =>
    app.ask('POST', `/api/v1/users/${ada.id}/password`, {
      as: ada.caller,
      body: { currentPassword, newPassword, keepApiKeys },
    })
  app.auth.isAway = true
  expect((await change(ada.password, 'another fine phrase', false)).status).toBe(204)
  app.auth.isAway = false
  expect((await change('another fine phrase', 'a third fine phrase', true)).status).toBe(204)
  expect(endsOf(ada)).toEqual([`end ${ada.id} and API keys`])
})

test('an administrator removes that of another person, whose sessions all end and who is told', async () => {
  const ada = await tools.protectedPerson(await inSession())
  app.auth.log.length = 0
  expect((await reset(ada)).status).toBe(204)
  expect(endsOf(ada)).toEqual([`end ${ada.id}`])
  expect((await app.signIn(ada.email, ada.password)).status).toBe(200)
  const told = (await app.eventsOf(ada.id)).filter(({ type }) => type === 'user.mfa_disabled')
  expect(told.map(({ data }) => data)).toEqual([{ userId: ada.id, resetBy: admin.subject }])
  expect(await codeOf(reset(ada))).toBe('user.mfa_not_enabled')
})

test('of three that remove it at once one does', async () => {
  const ada = await tools.protectedPerson()
  const answers = await Promise.all([reset(ada), reset(ada), disable(ada, ada.codeAt(0))])
  expect(answers.filter(({ status }) => status === 204)).toHaveLength(1)
  const told = (await app.eventsOf(ada.id)).filter(({ type }) => type === 'user.mfa_disabled')
  expect(told).toHaveLength(1)
})

test('nobody but an administrator resets it, and no administrator their own', async () => {
  const ada = await tools.protectedPerson()
  expect((await reset(ada, ada.caller)).status).toBe(403)
  expect((await reset(ada, { subject: ada.id, roles: ['support'] } as Person['caller'])).status).toBe(403)
  const own = await reset(ada, { subject: ada.id, roles: ['admin'] } as Person['caller'])
  expect([own.status, own.body.code]).toEqual([403, 'user.mfa_own'])
  expect(await codeOf(app.signIn(ada.email, ada.password))).toBe('user.otp_required')
})
