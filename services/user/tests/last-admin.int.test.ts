import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { admin, startUser, type Person, type UserApp } from './user-app.ts'

let app: UserApp
beforeAll(async () => {
  app = await startUser()
})
afterAll(() => app.service.stop())
beforeEach(() => app.service.database.transaction((tx) => tx.sql`update users set roles = '{customer}'`))

const versionOf = async ({ id }: Person) => (await app.ask('GET', `/api/v1/users/${id}`, { as: admin })).body['version']
const ifMatch = async (person: Person) => ({ 'if-match': `"${await versionOf(person)}"` })
const give = async (person: Person, roles: readonly string[]) =>
  app.ask('PUT', `/api/v1/users/${person.id}/tier`, { as: admin, body: { roles }, headers: await ifMatch(person) })
const erase = async (person: Person) =>
  app.ask('DELETE', `/api/v1/users/${person.id}`, { as: person.caller, headers: await ifMatch(person) })
const newAdmin = async () => {
  const person = await app.register()
  expect((await give(person, ['admin'])).status).toBe(200)
  return person
}
const refused = { status: 409, body: { code: 'user.last_admin' } }

test('the only administrator is neither demoted nor erased, and keeps what it has', async () => {
  const ada = await newAdmin()
  expect(await give(ada, ['customer'])).toMatchObject(refused)
  expect(await give(ada, [])).toMatchObject(refused)
  expect(await erase(ada)).toMatchObject(refused)
  expect((await give(ada, ['admin', 'staff'])).status).toBe(200)
  expect((await app.eventsOf(ada.id)).map(({ type }) => type)).not.toContain('user.deleted')
})

test('an administrator is demoted or erased while another one is left', async () => {
  const [ada, bob, cleo] = [await newAdmin(), await newAdmin(), await newAdmin()]
  expect((await give(ada, ['customer'])).status).toBe(200)
  expect((await erase(bob)).status).toBe(204)
  expect(await erase(cleo)).toMatchObject(refused)
})

test('of administrators who all leave at once, one stays', async () => {
  const admins = await Promise.all(Array.from({ length: 4 }, newAdmin))
  const leave = [give(admins[0]!, []), erase(admins[1]!), give(admins[2]!, ['staff']), erase(admins[3]!)]
  const answers = await Promise.all(leave)
  expect(answers.filter(({ status }) => status === 409)).toMatchObject([refused])
  const left = await app.service.database.read.sql`select id from users where roles @> '{admin}' and deleted_at is null`
  expect(left).toHaveLength(1)
})
