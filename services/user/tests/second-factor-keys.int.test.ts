import { decryptText, deriveKey, encryptText } from '@stoa/security'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { authenticator, type Protected } from './authenticator.ts'
import { startUser, type Person, type UserApp } from './user-app.ts'

const [current, former, unknown] = ['current', 'former', 'unknown'].map(
  (name) => `${name} secret of 32 signs or more`,
) as [string, string, string]
const keyOf = (secret: string) => deriveKey(secret, 'second factors')

let app: UserApp
let tools: ReturnType<typeof authenticator>

beforeAll(async () => {
  app = await startUser({ USER_SECRET: current, USER_SECRET_OTHER: former })
  app.freeze()
  tools = authenticator(app)
})
afterAll(() => app.service.stop())

const storedOf = async ({ id }: Person) => {
  const [row] = await app.service.database.read.sql<{ id: string; secret: Buffer }>`
    select id, secret from second_factors where user_id = ${id}`
  if (row === undefined) throw new Error('there is no second factor')
  return row
}
/** An account whose second factor a process with this secret has stored. */
const protectedBy = async (secret: string): Promise<Protected & { readonly plain: string }> => {
  const ada = await tools.protectedPerson()
  const { id, secret: stored } = await storedOf(ada)
  const plain = decryptText(keyOf(current), id, stored)
  const sealed = encryptText(keyOf(secret), id, plain)
  await app.service.database.transaction((tx) => tx.sql`update second_factors set secret = ${sealed} where id = ${id}`)
  return { ...ada, plain }
}
const signIn = ({ email, password }: Person, otp: string) => app.signIn(email, password, undefined, otp)

test('a second factor of the former secret is accepted, and encrypted with the current one', async () => {
  const ada = await protectedBy(former)
  expect((await signIn(ada, ada.codeAt(0))).status).toBe(200)
  const { id, secret } = await storedOf(ada)
  expect(decryptText(keyOf(current), id, secret)).toBe(ada.plain)
  expect((await signIn(ada, ada.codeAt(1))).status).toBe(200)
})

test('a wrong code changes nothing of what the former secret encrypted', async () => {
  const ada = await protectedBy(former)
  expect((await signIn(ada, '000000')).body.code).toBe('user.otp_wrong')
  const { id, secret } = await storedOf(ada)
  expect(decryptText(keyOf(former), id, secret)).toBe(ada.plain)
})

test('with neither secret only a recovery code signs in', async () => {
  const ada = await protectedBy(unknown)
  expect((await signIn(ada, ada.codeAt(0))).status).toBe(500)
  expect((await signIn(ada, ada.recoveryCodes[0] ?? '')).status).toBe(200)
})
