import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { randomUUID } from 'node:crypto'
import { catalogue } from '@stoa/contracts/catalogue'
import { getNamedType, isNonNullType, isObjectType, type GraphQLField, type GraphQLObjectType } from 'graphql'
import { beforeAll, describe, expect, test } from 'vitest'
import { makeSchema } from '../../edge/gateway/src/graph/make-schema.ts'
import { system } from './system.ts'
import { address, ask, eventually, newCustomer, place, signIn, type Customer } from './shop.ts'

let ada: Customer
let order: { id: string; number: string; total: object }
let ids: Readonly<Record<string, string>>
let secrets: readonly string[]

const query = async (text: string, as?: string, variables: object = {}) => {
  const body = { query: text, variables }
  const { status, body: result } = await ask('POST', '/graphql', { ...(as === undefined ? {} : { as }), body })
  return {
    status,
    ...(result as { data?: any; errors?: readonly { path?: unknown; extensions?: { code?: string } }[] }),
  }
}

beforeAll(async () => {
  ada = await newCustomer()
  order = (await place(ada)).body
  const first = async (path: string): Promise<string> => {
    const items = await eventually(async () => {
      const { body } = await ask('GET', path, { as: ada.token })
      expect(body.items).toHaveLength(1)
      return body.items
    })
    return items[0].id
  }
  const cart = await ask('POST', '/api/v1/carts', { as: ada.token, body: { region: 'AT' } })
  const own = await ask('POST', `/api/v1/users/${ada.id}/addresses`, { as: ada.token, body: address })
  const { body: account } = await ask('GET', `/api/v1/users/${ada.id}`, { as: ada.token })
  const payment = await first(`/api/v1/payments?orderId=${order.id}`)
  ids = {
    user: ada.id,
    order: order.id,
    cart: cart.body.id,
    payment,
    dispute: await disputeOf(payment),
    shipment: await first(`/api/v1/shipments?orderId=${order.id}`),
    invoice: await first(`/api/v1/invoices?orderId=${order.id}`),
  }
  secrets = [...Object.values(ids), own.body.id, account.email, order.number]
})

/** A dispute, which staff alone may see. */
async function disputeOf(payment: string): Promise<string> {
  const as = await signIn('staff@stoa.example')
  const opened = await ask('POST', `/api/v1/payments/${payment}/simulate`, { as, body: { event: 'inquiry_opened' } })
  expect(opened.status).toBe(200)
  const { body } = await ask('GET', `/api/v1/disputes?paymentId=${payment}`, { as })
  expect(body.items).toHaveLength(1)
  return body.items[0].id
}

test('the query of the guide returns an order with all that belongs to it, in one request', async () => {
  const text = await readFile(join(import.meta.dirname, 'order.graphql'), 'utf8')
  const { status, data, errors } = await query(text, ada.token, { id: order.id })
  expect([status, errors]).toEqual([200, undefined])
  expect(data.order).toMatchObject({
    number: order.number,
    items: [{ product: { variants: [{ price: { total: { currency: 'EUR' } } }, {}] } }],
    shipments: { items: [{ carrier: 'sandbox' }] },
    payments: { items: [{ status: 'captured' }] },
    invoices: { items: [{ total: { amount: expect.any(Number) } }] },
  })
})

test('the page of an order and the start page return their parts in one request, each to whom it belongs', async () => {
  const page = await ask('GET', `/api/v1/bff/orders/${order.id}`, { as: ada.token })
  expect([page.status, page.body.errors]).toEqual([200, []])
  expect(page.body).toMatchObject({
    order: { number: order.number, items: [{ product: { name: 'House Green' } }] },
    shipments: { items: [{ carrier: 'sandbox', tracking: {} }] },
    payments: { items: [{ status: 'captured' }] },
    invoices: { items: [{ kind: 'invoice' }] },
  })
  const eve = await newCustomer()
  const hidden = await ask('GET', `/api/v1/bff/orders/${order.id}`, { as: eve.token })
  expect([hidden.status, hidden.body.code]).toEqual([404, 'order.not_found'])

  const home = await ask('GET', '/api/v1/bff/home', { as: ada.token })
  expect([home.body.me.id, home.body.orders.items[0].number, home.body.errors]).toEqual([ada.id, order.number, []])
  const visitor = await ask('GET', '/api/v1/bff/home')
  expect(visitor.body.products.items).toHaveLength(12)
  expect(Object.keys(visitor.body)).toEqual(['categories', 'products', 'errors'])
})

test('a subscription follows an order from its first move, for its owner only', async () => {
  const follow = (token: string) =>
    fetch(`${system.gatewayUrl}/graphql`, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${token}`,
        accept: 'text/event-stream',
        'content-type': 'application/json',
      },
      body: JSON.stringify({ query: `subscription { orderEvents(id: "${order.id}") { status } }` }),
      signal: AbortSignal.timeout(300_000),
    })
  const stream = await follow(ada.token)
  expect(stream.headers.get('content-type')).toBe('text/event-stream')
  const reader = stream.body?.getReader()
  const decoder = new TextDecoder()
  let text = ''
  while (!text.includes('"shipped"')) {
    const { value, done } = (await reader?.read()) ?? { done: true }
    if (done) throw new Error(`the stream has ended: ${text}`)
    text += decoder.decode(value, { stream: true })
  }
  await reader?.cancel()
  const moves = [...text.matchAll(/^data: (.+)$/gm)].map(([, data = '']) => JSON.parse(data).data.orderEvents.status)
  expect(moves.slice(0, 4)).toEqual(['pending', 'confirmed', 'picking', 'shipped'])

  const eve = await newCustomer()
  expect(await (await follow(eve.token)).json()).toMatchObject({
    errors: [{ extensions: { code: 'order.not_found' } }],
  })
})

test('staff read the order of a customer, with the customer', async () => {
  const staff = await signIn('staff@stoa.example')
  const { data } = await query(`{ order(id: "${order.id}") { number customer { id } } }`, staff)
  expect(data.order).toEqual({ number: order.number, customer: { id: ada.id } })
})

async function newGuest(): Promise<string> {
  const { status, body } = await ask('POST', '/api/v1/users/guest', {
    body: { email: `g-${randomUUID()}@example.com` },
  })
  expect(status).toBe(201)
  return body.accessToken
}

const schema = makeSchema(catalogue)
const queries = Object.values(schema.getQueryType()?.getFields() ?? {})
/** What every visitor may see, so that a query over all the rest stays within its limits. */
const isPublic = new Set(['Product', 'ProductPage', 'ProductList', 'SkuPrice', 'AvailabilityList', 'CategoryList'])
/**
 * What shows the owner none of what is asked for here: admins read accounts, staff read disputes, Ada has returned nothing, and methods
 * have no secret.
 */
const showsNothing = new Set(['users', 'dispute', 'disputes', 'returns', 'paymentMethods'])
const deepest = 8

/** All fields of a type, with those of the objects within it, each type once on a way. */
function everything(type: GraphQLObjectType, above: readonly string[]): string {
  const fields = Object.values(type.getFields()).flatMap((field) => {
    const inner = getNamedType(field.type)
    if (!isObjectType(inner)) return [field.name]
    if (above.includes(inner.name) || isPublic.has(inner.name) || above.length >= deepest) return []
    return [`${field.name}${argumentsOf(field)} ${everything(inner, [...above, inner.name])}`]
  })
  return `{ ${['__typename', ...fields].join(' ')} }`
}

function argumentsOf(field: GraphQLField<any, any>, given: Readonly<Record<string, string>> = {}): string {
  const values = field.args.flatMap(({ name, type }) => {
    const value = given[name]
    if (value !== undefined) return [`${name}: "${value}"`]
    if (name === 'limit') return ['limit: 3']
    if (isNonNullType(type)) throw new Error(`the test has no value for ${field.name}(${name})`)
    return []
  })
  return values.length === 0 ? '' : `(${values.join(', ')})`
}

/** A query of everything that a field leads to, asked for with what belongs to Ada. */
function textOf(field: GraphQLField<any, any>): string {
  const own = ids[field.name]
  const given = { ...(own === undefined ? {} : { id: own }), customerId: ada.id, orderId: order.id }
  const type = getNamedType(field.type)
  if (!isObjectType(type)) throw new Error(`${field.name} is no object`)
  return `{ ${field.name}${argumentsOf(field, given)} ${everything(type, [type.name])} }`
}

describe('what belongs to an account', () => {
  // a return needs goods that have arrived; its list is asked for here
  const personal = queries.filter(({ type, name }) => !isPublic.has(getNamedType(type).name) && name !== 'return')

  test('is what this test asks for', () => {
    expect(personal.map(({ name }) => name)).toEqual(
      expect.arrayContaining(['me', 'order', 'orders', 'cart', 'invoices']),
    )
  })

  test.each(personal.map((field) => [field.name, field] as const))(
    '%s: its owner sees it, nobody else',
    async (name, field) => {
      const text = textOf(field)
      const shown = (result: object) => secrets.filter((secret) => JSON.stringify(result).includes(secret))
      expect(shown(await query(text, ada.token)).length > 0, text).toBe(!showsNothing.has(name))
      const [eve, guest] = [await newCustomer(), await newGuest()]
      for (const token of [eve.token, guest, undefined]) {
        const result = await query(text, token)
        expect(result.status).toBe(200)
        expect(shown(result.data ?? {}), text).toEqual([])
        // a message may repeat the id that was asked for
        expect(shown(result.errors ?? []).filter((secret) => !text.includes(secret))).toEqual([])
      }
    },
  )
})
