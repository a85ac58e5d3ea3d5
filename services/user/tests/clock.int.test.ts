import { eventually } from '@stoa/testing'
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'
import { startUser, type UserApp } from './user-app.ts'

const day = 24 * 60
let app: UserApp

beforeAll(async () => {
  app = await startUser()
})
afterAll(() => app.service.stop())

/** Runs something while the clock is days ahead, and sets the clock back afterwards. */
async function whileAhead<Result>(run: () => Promise<Result>): Promise<Result> {
  app.advance(3 * day)
  try {
    return await run()
  } finally {
    app.advance(-3 * day)
  }
}

test('a lock and wrong passwords from before the clock was set back do not last until it is there again', async () => {
  const ada = await app.register()
  const bob = await app.register()
  await whileAhead(async () => {
    for (const net of [1, 2, 3, 4, 5]) await app.guess(ada.email, 4, `198.51.${net}.1`)
    await app.guess(bob.email, 5)
  })
  expect((await app.signIn(ada.email, ada.password)).body.code).toBe('user.locked')
  expect((await app.signIn(bob.email, bob.password)).body.code).toBe('user.locked')
  await app.run('forget-old-sign-ins')
  await eventually(async () => {
    expect((await app.signIn(ada.email, ada.password)).status).toBe(200)
    expect((await app.signIn(bob.email, bob.password)).status).toBe(200)
  })
  expect(await app.guess(bob.email, 1)).toEqual(['user.credentials_wrong'])
  expect((await app.ask('GET', `/api/v1/users/${ada.id}`, { as: ada.caller })).body).toMatchObject({ status: 'active' })
})

test('a link that was mailed before the clock was set back holds no other back', async () => {
  const ada = await app.register()
  const reset = () => app.ask('POST', '/api/v1/users/forgot-password', { body: { email: ada.email } })
  const asked = async () =>
    (await app.eventsOf(ada.id)).filter(({ type }) => type === 'user.password_reset_requested').length
  await whileAhead(async () => {
    await reset()
    await eventually(async () => expect(await asked()).toBe(1))
  })
  await reset()
  await eventually(async () => expect(await asked()).toBe(2))
})

test('sessions that were to end before the clock was set back are ended', async () => {
  const ada = await app.register()
  app.auth.isAway = true
  onTestFinished(() => void (app.auth.isAway = false))
  await whileAhead(async () => {
    const body = { currentPassword: ada.password, newPassword: 'another fine phrase' }
    expect((await app.ask('POST', `/api/v1/users/${ada.id}/password`, { as: ada.caller, body })).status).toBe(204)
  })
  await app.service.database.transaction(
    ({ sql }) =>
      sql`update tasks set state = 'failed' where name = 'end-sessions' and payload ->> 'userId' = ${ada.id}`,
  )
  app.auth.isAway = false
  app.auth.log.length = 0
  await app.run('find-sessions-to-end')
  await eventually(async () => expect(app.auth.log).toEqual([`end ${ada.id} and API keys`]))
})
