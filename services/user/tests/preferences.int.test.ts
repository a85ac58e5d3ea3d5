import { afterAll, beforeAll, expect, test } from 'vitest'
import { startUser, type UserApp } from './user-app.ts'

let app: UserApp

beforeAll(async () => {
  app = await startUser()
})
afterAll(() => app.service.stop())

const ifMatch = (version: string | null) => ({ 'if-match': version ?? '' })

test('preferences are replaced under the version of the account, announced, and known to other services', async () => {
  const { id, caller } = await app.register()
  const path = `/api/v1/users/${id}/preferences`
  const { headers, body } = await app.ask('GET', path, { as: caller })
  expect(body).toEqual({ locale: 'en' })
  const wanted = { locale: 'de-AT', timeZone: 'Europe/Vienna' }
  expect((await app.ask('PUT', path, { as: caller, body: wanted })).status).toBe(428)
  const put = { as: caller, body: wanted, headers: ifMatch(headers.get('etag')) }
  const replaced = await app.ask('PUT', path, put)
  expect([replaced.status, replaced.body]).toEqual([200, wanted])
  expect((await app.ask('PUT', path, put)).status).toBe(412)
  expect((await app.ask('GET', path, { as: caller })).body).toEqual(wanted)
  expect((await app.ask('GET', `/api/v1/users/${id}`, { as: caller })).body.locale).toBe('de-AT')
  expect((await app.call('GetContact', { userId: id })).body).toMatchObject({
    locale: 'de-AT',
    timeZone: 'Europe/Vienna',
  })
  expect((await app.eventsOf(id)).at(-1)).toMatchObject({ type: 'user.updated', data: { locale: 'de-AT' } })

  const without = { as: caller, body: { locale: 'en' }, headers: ifMatch(replaced.headers.get('etag')) }
  expect((await app.ask('PUT', path, without)).status).toBe(200)
  expect((await app.ask('GET', path, { as: caller })).body).toEqual({ locale: 'en' })
})

test.each(['Mars/Base', 'Europe/Wien', 'Europe/Vienna/x'])('the time zone %s is refused', async (timeZone) => {
  const { id, caller } = await app.register()
  const path = `/api/v1/users/${id}/preferences`
  const { headers } = await app.ask('GET', path, { as: caller })
  const put = { as: caller, body: { locale: 'en', timeZone }, headers: ifMatch(headers.get('etag')) }
  const { status, body } = await app.ask('PUT', path, put)
  expect([status, body.code, body.errors[0]?.pointer]).toEqual([422, 'user.time_zone_unknown', '/timeZone'])
})

test("another's preferences are not found, and an erased account has none", async () => {
  const { id, caller } = await app.register()
  const other = await app.register()
  const path = `/api/v1/users/${id}/preferences`
  expect((await app.ask('GET', path, { as: other.caller })).status).toBe(404)
  const { headers } = await app.ask('GET', path, { as: caller })
  const body = { locale: 'en', timeZone: 'Asia/Kathmandu' }
  const put = await app.ask('PUT', path, { as: caller, body, headers: ifMatch(headers.get('etag')) })
  const erased = { as: caller, headers: ifMatch(put.headers.get('etag')) }
  expect((await app.ask('DELETE', `/api/v1/users/${id}`, erased)).status).toBe(204)
  const [row] = await app.service.database.read.sql<{ time_zone: string | null }>`
    select time_zone from users where id = ${id}`
  expect(row?.time_zone).toBeNull()
})
