import { newId } from '@stoa/kernel'
import { eventually } from '@stoa/testing'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startUser, type UserApp } from './user-app.ts'

let app: UserApp
beforeAll(async () => {
  app = await startUser()
})
afterAll(() => app.service.stop())

const dayMinutes = 24 * 60

async function visit(email = `${newId()}@stoa.example`): Promise<string> {
  const { status, body } = await app.ask('POST', '/api/v1/users/guest', { body: { email } })
  expect(status).toBe(201)
  return body.user.id
}

/** Which of these accounts have a row that holds an address. */
async function known(ids: readonly string[]): Promise<string[]> {
  const rows = await app.service.database.read.sql<{ id: string }>`
    select id from users where id = any (${ids}::uuid[])`
  return rows.map(({ id }) => id).toSorted()
}
const deletedOf = async (id: string) => (await app.eventsOf(id)).filter(({ type }) => type === 'user.deleted')

test('a guest without an order ends after the retention, one with an order and a newer one stay', async () => {
  const [old, buyer] = [await visit(), await visit()]
  app.customers.withOrders.add(buyer)
  const registered = await app.register()
  app.advance(29 * dayMinutes)
  const newer = await visit()
  await app.run('remove-guests')
  const all = [old, buyer, newer, registered.id].toSorted()
  expect(await known(all)).toEqual(all)

  app.advance(2 * dayMinutes)
  await app.run('remove-guests')
  expect(await known(all)).toEqual([buyer, newer, registered.id].toSorted())
  await eventually(async () => expect(await deletedOf(old)).toHaveLength(1))
  expect((await app.ask('GET', `/api/v1/users/${old}`, { as: { subject: old, roles: ['guest'] } })).status).toBe(404)

  app.customers.withOrders.delete(buyer)
  await app.run('remove-guests')
  expect(await known([buyer])).toEqual([buyer])
  app.advance(31 * dayMinutes)
  await app.run('remove-guests')
  expect(await known([buyer])).toEqual([])
})

test('no guest ends while order cannot be asked', async () => {
  const guest = await visit()
  app.advance(31 * dayMinutes)
  app.customers.isAway = true
  const outcome = await app.service.runTask('remove-guests', {})
  expect(outcome).toMatchObject({ status: 'postponed', error: { code: 'service.unavailable' } })
  expect(await known([guest])).toEqual([guest])
  app.customers.isAway = false
  await app.run('remove-guests')
  expect(await known([guest])).toEqual([])
})

test('the end of a guest lifts no lock of the account with the same address', async () => {
  const ada = await app.register()
  await visit(ada.email)
  app.advance(31 * dayMinutes)
  await app.guess(ada.email, 6)
  await app.run('remove-guests')
  expect((await app.signIn(ada.email, ada.password)).body.code).toBe('user.locked')
})

test('attempts to sign in with an unknown address are kept for a month, those of an account for a year', async () => {
  const ada = await app.register()
  await app.signIn(`${newId()}@stoa.example`, 'wrong')
  await app.signIn(ada.email, 'wrong')
  const attempts = async () => {
    const [row] = await app.service.database.read.sql<{ known: number; unknown: number }>`
      select count(*) filter (where user_id = ${ada.id})::int as known,
             count(*) filter (where user_id is null)::int as unknown from authentications`
    return [row?.known, row?.unknown]
  }
  app.advance(29 * dayMinutes)
  await app.run('forget-old-sign-ins')
  expect(await attempts()).toEqual([1, 1])
  app.advance(2 * dayMinutes)
  await app.run('forget-old-sign-ins')
  expect(await attempts()).toEqual([1, 0])
  app.advance(335 * dayMinutes)
  await app.run('forget-old-sign-ins')
  expect(await attempts()).toEqual([0, 0])
})
