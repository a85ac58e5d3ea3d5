import { randomUUID } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { processesOf, signal } from '../../cli/tests/stoa-process.ts'
import { generateOutside, type OutsideService } from './outside.ts'
import { ask, eventually, newAccount, signIn, type Answer } from './shop.ts'
import { system } from './system.ts'

interface Credential {
  readonly credential: { readonly registryToken: string; readonly clientSecret: string }
}

let outside: OutsideService
let operator: string
let customer: string

beforeAll(async () => {
  operator = await signIn('admin@stoa.example')
  customer = await signIn(await newAccount())
  outside = await generateOutside('gift-box')
})
afterAll(() => outside?.discard())

/** Sends one request after another until `stop`, which resolves with how many were sent and what did not succeed. */
function keepAsking(request: () => Promise<Answer>) {
  const failed: string[] = []
  let sent = 0
  let isOver = false
  const asking = (async () => {
    while (!isOver) {
      const { status, body } = await request().catch((error: unknown) => ({ status: 0, body: { code: String(error) } }))
      sent += 1
      // A machine that is busy with other work answers late; a route that is missing for a moment answers something else.
      if (status !== 200 && status !== 504) failed.push(`${status} ${body?.code}`)
      await delay(20)
    }
  })()
  return {
    sent: () => sent,
    async stop() {
      isOver = true
      await asking
      return failed
    },
  }
}

const mine = () =>
  ask('POST', '/api/v1/permissions/check', { as: customer, body: { checks: [{ permission: 'user:read' }] } })
const create = () =>
  ask('POST', '/api/v1/gift-boxes', { as: customer, key: randomUUID(), body: { title: 'Tea for two' } })

test('a service from outside is added to the running system, called and removed, and nothing else fails meanwhile', async () => {
  const others = keepAsking(mine)
  expect(await create()).toMatchObject({ status: 404, body: { code: 'request.path_unknown' } })

  const { credential } = JSON.parse(await outside.stoa(operator, 'add', outside.name, '--json')) as Credential
  outside.start({ REGISTRY_TOKEN: credential.registryToken, SERVICE_CLIENT_SECRET: credential.clientSecret })
  const made = await eventually(async () => {
    const answer = await create()
    expect(answer.status).toBe(201)
    return answer
  })
  const read = () => ask('GET', `/api/v1/gift-boxes/${made.body.id}`, { as: customer })
  expect(await read()).toMatchObject({ status: 200, body: { title: 'Tea for two' } })
  expect((await ask('POST', '/api/v1/gift-boxes', { body: {} })).status).toBe(401)
  const trail = await ask('GET', `/api/v1/audit?service=${outside.name}`, { as: operator })
  expect(trail).toMatchObject({ status: 200, body: { unavailable: [] } })

  const own = keepAsking(read)
  const registry = async () => (await processesOf(system.home)).find(({ service }) => service === 'registry')
  const before = await registry()
  signal(before ?? {}, 'SIGKILL')
  await eventually(async () => {
    const now = await registry()
    expect([now?.state, now?.pid === before?.pid]).toEqual(['ready', false])
  })
  const sentBefore = own.sent()
  await eventually(async () => expect(own.sent()).toBeGreaterThan(sentBefore + 20))
  expect(await own.stop()).toEqual([])

  await outside.stoa(operator, 'remove', outside.name)
  await eventually(async () => expect((await read()).status).toBe(404))
  expect(await outside.stop()).toBe(0)
  expect(await others.stop()).toEqual([])
})
