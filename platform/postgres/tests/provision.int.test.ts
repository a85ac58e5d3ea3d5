import { randomBytes } from 'node:crypto'
import { isAppError } from '@stoa/kernel'
import { afterAll, beforeAll, expect, inject, test } from 'vitest'
import { databaseUrl, openDatabase, provision, sqlState, type Session } from '../src/index.ts'

const superuserUrl = inject('databaseUrl')
const suffix = randomBytes(4).toString('hex')
const admin = { name: 'postgres', role: `admin_${suffix}`, password: 'an administrator of few rights' }
const order = { name: `order_${suffix}`, role: `order_${suffix}`, password: "or'der\\secret" }
const user = { name: `user-${suffix}`, role: `user-${suffix}`, password: 'user secret' }
const adminUrl = databaseUrl(superuserUrl, admin)

const superuser = openDatabase({ url: superuserUrl, applicationName: 'provision-test', statementTimeoutMs: 30_000 })
let session: Session

async function queryAs(url: string, text: 'select current_user as name' | 'create table public.t (id int)') {
  const database = openDatabase({ url, applicationName: 'provision-test', statementTimeoutMs: 5_000 })
  try {
    return await database.transaction((tx) => tx.sql(Object.assign([text], { raw: [text] })))
  } finally {
    await database.close()
  }
}

beforeAll(async () => {
  session = await superuser.session()
  await session.script(`create role "${admin.role}" login createdb createrole password '${admin.password}'`)
  await session.script(`grant connect on database postgres to "${admin.role}"`)
})
afterAll(async () => {
  for (const { name } of [order, user]) await session.script(`drop database if exists "${name}" with (force)`)
  await session.script(`revoke connect on database postgres from "${admin.role}"`)
  for (const { role } of [order, user, admin]) await session.script(`drop role if exists "${role}"`)
  await session.close()
  await superuser.close()
})

test('an administrator who is no superuser makes a database and a role for each service, again and again', async () => {
  await provision(adminUrl, { databases: [order, user] })
  await provision(adminUrl, { databases: [order, user] })
  expect(await queryAs(databaseUrl(adminUrl, order), 'select current_user as name')).toEqual([{ name: order.role }])
})

test('two supervisors at once do not collide', async () => {
  await Promise.all([1, 2, 3].map(() => provision(adminUrl, { databases: [order, user] })))
  expect(await queryAs(databaseUrl(adminUrl, user), 'select current_user as name')).toEqual([{ name: user.role }])
})

test('a service owns its schema', async () => {
  await provision(adminUrl, { databases: [order, user] })
  expect(await queryAs(databaseUrl(adminUrl, order), 'create table public.t (id int)')).toEqual([])
})

test('a service cannot connect to the database of another', async () => {
  await provision(adminUrl, { databases: [order, user] })
  const trespass = databaseUrl(adminUrl, { ...order, name: user.name })
  const error = await queryAs(trespass, 'select current_user as name').catch((thrown: unknown) => thrown)
  expect(sqlState(error)).toBe('42501')
})

test('a service cannot connect to the databases of the server itself', async () => {
  await provision(adminUrl, { databases: [order] })
  for (const name of ['postgres', 'template1']) {
    const error = await queryAs(databaseUrl(adminUrl, { ...order, name }), 'select current_user as name').catch(
      (thrown: unknown) => thrown,
    )
    expect(sqlState(error)).toBe('42501')
  }
})

test('a changed password holds from then on', async () => {
  await provision(adminUrl, { databases: [{ ...order, password: 'another' }] })
  const old = await queryAs(databaseUrl(adminUrl, order), 'select current_user as name').catch(
    (error: unknown) => error,
  )
  expect(sqlState(old)).toBe('28P01')
  expect(isAppError(old)).toBe(false)
  const url = databaseUrl(adminUrl, { ...order, password: 'another' })
  expect(await queryAs(url, 'select current_user as name')).toEqual([{ name: order.role }])
})

test('a database of somebody else is refused, not taken', async () => {
  await provision(adminUrl, { databases: [order, user] })
  await expect(provision(adminUrl, { databases: [{ ...user, name: order.name }] })).rejects.toThrow(
    `belongs to ${order.role}`,
  )
})

test('an administrator without the rights is told which are missing', async () => {
  await provision(adminUrl, { databases: [order] })
  const powerless = databaseUrl(superuserUrl, { ...order, password: order.password })
  await expect(provision(powerless, { databases: [user] })).rejects.toThrow('createdb createrole')
})
