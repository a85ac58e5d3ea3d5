import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { makeStoa, type Stoa } from '../../cli/tests/stoa-process.ts'
import { ask, eventually, newCustomer, place, signIn, visit } from './shop.ts'
import { system } from './system.ts'

// of its own: those signed in to the other stay signed in
let own: Stoa

beforeAll(async () => {
  own = await makeStoa(join(system.home, 'bundles'))
  const { code, err } = await own.run('up', '--detach', '--ports', 'auto')
  if (code !== 0) throw new Error(err)
  visit(`http://127.0.0.1:${(await own.row('gateway')).port}`)
})
afterAll(() => own.discard())

test('when the signing keys are withdrawn all tokens end, and customers sign in again and order', async () => {
  const before = await newCustomer()
  // every service has a token for those it calls now
  expect((await place(before)).body.status).toBe('confirmed')
  expect(await own.run('saga', 'ls')).toMatchObject({ code: 0 })
  const admin = await signIn('admin@stoa.example')
  const withdrawn = await ask('POST', '/api/v1/signing-keys/rotate', { as: admin, body: { isCompromised: true } })
  expect(withdrawn.status).toBe(201)
  await eventually(async () => {
    const { status, body } = await ask('GET', '/api/v1/orders', { as: before.token })
    expect([status, body.code]).toEqual([401, 'auth.token_invalid'])
  })
  // each service hears of it within about a second, and not all at once
  await eventually(async () => {
    const { status, body } = await place(await newCustomer())
    expect([status, body.status]).toEqual([201, 'confirmed'])
  })
  expect((await ask('GET', '/api/v1/orders', { as: before.token })).status).toBe(401)
  // the command line has kept a token, too
  expect(await own.run('saga', 'ls')).toMatchObject({ code: 0, err: '' })
})
