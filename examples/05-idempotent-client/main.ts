import { randomUUID } from 'node:crypto'
import { ask } from '../ask.ts'
import { shopUrl } from '../config.ts'

interface Order {
  readonly id: string
  readonly status: string
  readonly total: { readonly amount: number; readonly currency: string }
  readonly code: string
}

const api = `${shopUrl()}/api/v1`
const { body: session } = await ask<{ accessToken: string }>('POST', `${api}/users/authenticate`, {
  body: { email: 'ada@stoa.example', password: 'stoa-demo-only' },
})
const authorization = `Bearer ${session.accessToken}`
const { body: methods } = await ask<{ items: { id: string; label: string }[] }>('GET', `${api}/payment-methods`, {
  headers: { authorization },
})
const paymentMethodId = methods.items.find(({ label }) => label === 'tok_visa')?.id

const order = (quantity: number) => ({
  items: [{ sku: 'TEA-GREEN-100', quantity }],
  shippingAddress: { name: 'Ada', line1: 'Lange Gasse 1', city: 'Wien', postalCode: '1080', country: 'AT' },
  paymentMethodId,
})
const place = (body: object, key?: string) =>
  ask<Order>('POST', `${api}/orders`, {
    body,
    headers: { authorization, prefer: 'wait=10' },
    ...(key === undefined ? {} : { key }),
  })

// The key belongs to the intention, not to the attempt: made once, kept until an answer has come, however often one asks.
const key = randomUUID()
const first = await place(order(2), key)
console.log(`an order: ${first.status} ${first.body.status}`)

// As after an answer that was lost: asked five times more, all at once.
const repeats = await Promise.all(Array.from({ length: 5 }, () => place(order(2), key)))
const ids = new Set([first, ...repeats].map(({ body }) => body.id))
console.log(`repeated five times: ${repeats.map(({ status }) => status).join(' ')}, ${ids.size} order`)

const { body: payments } = await ask<{ items: unknown[] }>('GET', `${api}/payments?orderId=${first.body.id}`, {
  headers: { authorization },
})
console.log(`payments of the order: ${payments.items.length}`)

const other = await place(order(3), key)
console.log(`another order with that key: ${other.status} ${other.body.code}`)

const keyless = await place(order(2))
console.log(`an order without a key: ${keyless.status} ${keyless.body.code}`)
