import { randomUUID } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { processesOf, signal } from '../../cli/tests/stoa-process.ts'
import { address, ask, command, commandJson, eventually, newCustomer, signIn, stoa } from './shop.ts'
import { system } from './system.ts'

let admin: string
let guest: string
beforeAll(async () => {
  admin = await signIn('admin@stoa.example')
  const { body } = await ask('POST', '/api/v1/users/guest', { body: { email: `${randomUUID()}@stoa.example` } })
  guest = body.accessToken
})
afterAll(() => setRules({ variant: 'on' }))

const at = '/api/v1/flags/guest-checkout/production'
const reason = 'A journey.'

async function setRules(serve: object, rules: readonly object[] = []) {
  const { headers } = await ask('GET', at, { as: admin })
  return ask('PUT', at, {
    as: admin,
    body: { offVariant: 'on', rules, serve, reason },
    headers: { 'if-match': headers.get('etag') as string },
  })
}

/** Places an order as the guest, without waiting for its outcome. */
const placeAsGuest = (country = 'AT') =>
  ask('POST', '/api/v1/orders', {
    as: guest,
    key: randomUUID(),
    body: {
      items: [{ sku: 'TEA-GREEN-100', quantity: 1 }],
      shippingAddress: { ...address, country, ...(country === 'DE' ? { postalCode: '10115' } : {}) },
      paymentMethod: { provider: 'sandbox', token: 'tok_visa' },
    },
  })
const guestsBecome = (status: number) => eventually(async () => expect((await placeAsGuest()).status).toBe(status))
const configProcess = async () => (await processesOf(system.home)).find(({ service }) => service === 'config')

test('a flipped flag changes checkout within seconds, by rules too, and a rollback restores it', async () => {
  await guestsBecome(201)
  const { body: before } = await ask('GET', at, { as: admin })
  expect((await setRules({ variant: 'off' })).status).toBe(200)
  await guestsBecome(403)
  expect((await placeAsGuest()).body.code).toBe('order.guests_excluded')
  const austria = { when: [{ attribute: 'country', operator: 'in', values: ['AT'] }], serve: { variant: 'on' } }
  await setRules({ variant: 'off' }, [austria])
  await guestsBecome(201)
  expect((await placeAsGuest('DE')).status).toBe(403)
  const back = await ask('POST', `${at}/rollback`, { as: admin, body: { version: before.version, reason } })
  expect(back.body.serve).toEqual({ variant: 'on' })
  await eventually(async () => expect((await placeAsGuest('DE')).status).toBe(201))
  const { body: history } = await ask('GET', `${at}/history?limit=3`, { as: admin })
  expect(history.items.map(({ action }: { action: string }) => action)).toEqual(['rolled_back', 'changed', 'changed'])
})

test('readers, customers and strangers change nothing', async () => {
  const [staff, { token }] = await Promise.all([signIn('staff@stoa.example'), newCustomer()])
  expect((await ask('GET', at, { as: staff })).status).toBe(200)
  const kill = (as?: string) => ask('POST', `${at}/kill`, { body: { reason }, ...(as === undefined ? {} : { as }) })
  const answers = [await kill(staff), await kill(token), await kill(), await ask('GET', at, { as: token })]
  expect(answers.map(({ status }) => status)).toEqual([403, 403, 401, 403])
})

test('any client evaluates client-side flags over OFREP, through the gateway', async () => {
  const key = `banner-${randomUUID().slice(0, 8)}`
  const flag = {
    key,
    type: 'string',
    description: 'The text of the banner.',
    variants: { none: '', sale: 'Sale' },
    defaultVariant: 'sale',
    isClientSide: true,
    reason,
  }
  expect((await ask('POST', '/api/v1/flags', { as: admin, body: flag })).status).toBe(201)
  const path = '/ofrep/v1/evaluate/flags'
  const one = await ask('POST', `${path}/${key}`, { body: { context: { targetingKey: 'u' } } })
  expect([one.status, one.body]).toMatchObject([200, { key, value: 'Sale', variant: 'sale', reason: 'STATIC' }])
  const hidden = await ask('POST', `${path}/guest-checkout`, { body: { context: {} } })
  expect([hidden.status, hidden.body.errorCode]).toEqual([404, 'FLAG_NOT_FOUND'])
  const all = await ask('POST', path, { body: { context: {} } })
  const etag = all.headers.get('etag') as string
  const again = await ask('POST', path, { body: { context: {} }, headers: { 'if-none-match': etag } })
  expect([all.status, again.status]).toEqual([200, 304])
  const deleted = await ask('DELETE', `/api/v1/flags/${key}`, { as: admin, headers: { 'if-match': '*' } })
  expect(deleted.status).toBe(204)
})

test('the command changes a flag and a setting of a service, which uses both without a restart', async () => {
  const flag = await commandJson('flags', 'set', 'guest-checkout', 'on=0', 'off=100', '--reason', reason)
  expect(flag.serve.split.shares).toContainEqual({ variant: 'off', percent: 100 })
  await guestsBecome(403)
  await stoa('flags', 'rollback', 'guest-checkout', String(flag.version - 1), '--reason', reason)
  await guestsBecome(201)
  expect(await stoa('flags', 'ls')).toMatch(/guest-checkout +boolean +on/)
  expect((await commandJson('flags', 'history', 'guest-checkout'))[0]).toMatchObject({ action: 'rolled_back', reason })
  const refused = await command('flags', 'set', 'guest-checkout', 'maybe', '--reason', reason)
  expect([refused.code, refused.err]).toEqual([1, expect.stringContaining('config.flag_invalid')])
  expect((await command('flags', 'kill', 'guest-checkout')).code).toBe(2)

  // a cart keeps its end until it is changed, so each is of another guest
  const hoursOfCart = async () => {
    await delay(300)
    const { body: other } = await ask('POST', '/api/v1/users/guest', {
      body: { email: `${randomUUID()}@stoa.example` },
    })
    const { body } = await ask('POST', '/api/v1/carts', { as: other.accessToken, body: { region: 'AT' } })
    return Math.round((Date.parse(body.expiresAt) - Date.now()) / 3_600_000)
  }
  expect(await hoursOfCart()).toBe(72)
  const changed = await commandJson('config', 'set', 'order', 'GUEST_CART_TTL_HOURS=5', '--reason', reason)
  expect(changed.values).toEqual({ GUEST_CART_TTL_HOURS: 5 })
  await eventually(async () => expect(await hoursOfCart()).toBe(5))
  const wrong = await command('config', 'set', 'order', 'GUEST_CART_TTL_HOURS=0', '--reason', reason)
  expect([wrong.code, wrong.err]).toEqual([1, expect.stringContaining('config.values_invalid')])
  await stoa('config', 'set', 'order', 'GUEST_CART_TTL_HOURS=', '--reason', reason)
  await eventually(async () => expect(await hoursOfCart()).toBe(72))
  expect(await commandJson('config', 'diff', 'order', '--version', String(changed.version))).toEqual([
    { name: 'GUEST_CART_TTL_HOURS', before: 5 },
  ])
})

test('while config is down, checkout works and the flag keeps its value', async () => {
  await setRules({ variant: 'off' })
  await guestsBecome(403)
  const customer = await newCustomer()
  const { token: as, paymentMethodId } = customer
  signal((await configProcess()) ?? {}, 'SIGSTOP')
  const stopped = await configProcess()
  try {
    expect((await placeAsGuest()).status).toBe(403)
    const body = { items: [{ sku: 'TEA-GREEN-100', quantity: 1 }], shippingAddress: address, paymentMethodId }
    const order = await ask('POST', '/api/v1/orders', { as, key: randomUUID(), body, headers: { prefer: 'wait=10' } })
    expect(order.body.status).toBe('confirmed')
  } finally {
    signal(stopped ?? {}, 'SIGKILL')
  }
  expect((await placeAsGuest()).status).toBe(403)
  await eventually(async () => expect(await configProcess()).toMatchObject({ state: 'ready' }))
  // and it is followed again
  await eventually(async () => expect((await setRules({ variant: 'on' })).status).toBe(200))
  await guestsBecome(201)
})
