import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { authenticator, codeOf, resetPassword, type Protected } from './authenticator.ts'
import { startUser, type UserApp } from './user-app.ts'

let app: UserApp
let tools: ReturnType<typeof authenticator>

beforeAll(async () => {
  app = await startUser()
  app.freeze()
  tools = authenticator(app)
})
afterAll(() => app.service.stop())
beforeEach(() => app.advance(5))

const signIn = ({ email, password }: Protected, otp: string, from?: string) => app.signIn(email, password, from, otp)
/** An account whose hundredth wrong code was just typed, and whose password was then reset by a mail. */
const guessedAt = async (): Promise<Protected> => {
  const ada = await tools.protectedPerson()
  await app.service.database.transaction(
    (tx) => tx.sql`update second_factors set wrong_codes = 99 where user_id = ${ada.id}`,
  )
  expect(await codeOf(signIn(ada, '000000'))).toBe('user.otp_wrong')
  expect(await codeOf(signIn(ada, ada.codeAt(0), '198.51.100.7'))).toBe('user.locked')
  const password = 'another fine phrase'
  await resetPassword(app, ada, password)
  return { ...ada, password }
}

test('a mailbox alone allows no further guesses after a hundred wrong codes, for a day after each', async () => {
  const ada = await guessedAt()
  const { status, body, headers } = await signIn(ada, ada.codeAt(0))
  expect([status, body.code]).toEqual([429, 'user.locked'])
  expect(Number(headers.get('retry-after'))).toBeGreaterThan(23 * 3_600)
  expect(await codeOf(signIn(ada, 'x'))).toBe('user.locked')
  app.advance(24 * 60 + 1)
  expect(await codeOf(signIn(ada, '000000'))).toBe('user.otp_wrong')
  await resetPassword(app, ada, ada.password)
  expect(await codeOf(signIn(ada, ada.codeAt(0)))).toBe('user.locked')
})

test('a recovery code lets the owner in meanwhile, and then codes of the app do again', async () => {
  const ada = await guessedAt()
  expect((await signIn(ada, ada.recoveryCodes[0] ?? '')).status).toBe(200)
  expect((await signIn(ada, ada.codeAt(0))).status).toBe(200)
})

test('a lock of codes from before the clock was set back does not hold', async () => {
  const ada = await guessedAt()
  await app.service.database.transaction(
    (tx) =>
      tx.sql`update second_factors set codes_locked_until = codes_locked_until + interval '10 days' where user_id = ${ada.id}`,
  )
  expect((await signIn(ada, ada.codeAt(0))).status).toBe(200)
})
