import { randomUUID } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import type { QuoteId } from '@stoa/contracts/shared/ids'
import type { Order } from '@stoa/contracts/order/resources'
import type { Chance } from './chance.ts'
import type { Ask } from './gateway.ts'
import type { Goods } from './goods.ts'
import type { Shopper } from './shoppers.ts'
import { seeOrder, type Tally } from './tally.ts'

/** What one visit to the shop uses. */
export interface Visit {
  readonly ask: Ask
  /** The same, uncounted: for what is asked again and again, or has perhaps been done. */
  readonly aside: Ask
  readonly chance: Chance
  readonly tally: Tally
  readonly goods: Goods
  /** A token of those who work in the shop. */
  readonly staff: () => Promise<string>
  /** A new shopper, or one who has been here. */
  readonly shopper: () => Promise<Shopper | undefined>
  readonly signal: AbortSignal
}

/** A line of a basket. */
export interface Line {
  readonly sku: string
  readonly quantity: number
}

interface Wanted {
  readonly items: readonly Line[]
  /** Of the sandbox provider. */
  readonly card?: string
  readonly coupons?: readonly string[]
  readonly quoteId?: QuoteId
  readonly key?: string
}

/** A few things from the shelves. */
export function basket({ chance, goods }: Visit): Line[] {
  const skus = chance.shuffled(goods.skus).slice(0, chance.between(1, 3))
  return skus.map((sku) => ({ sku, quantity: chance.between(1, 2) }))
}

/** What a basket costs, and for how long that holds. */
export async function quote({ ask }: Visit, { token, address }: Shopper, items: readonly Line[]) {
  return (await ask(token, (api) => api.quote({ body: { items, region: address.country } })))?.quoteId
}

/** Places an order and waits for its outcome; undefined if it is refused. */
export async function place(
  { ask, tally }: Visit,
  { token, address }: Shopper,
  { items, card = 'tok_visa', coupons, quoteId, key = randomUUID() }: Wanted,
): Promise<Order | undefined> {
  const body = {
    items,
    shippingAddress: address,
    paymentMethod: { provider: 'sandbox', token: card },
    ...(coupons === undefined ? {} : { couponCodes: coupons }),
    ...(quoteId === undefined ? {} : { quoteId }),
  }
  const order = await ask(token, (api) => api.placeOrder({ key, prefer: 'wait=10', body }))
  if (order === undefined) return undefined
  if (!tally.orders.has(order.id)) tally.orders.set(order.id, undefined)
  seeOrder(tally, order)
  return order
}

/** Asks again and again until the answer will do; undefined when it never does, or the demonstration is over. */
export async function until<Body>(
  { signal }: Pick<Visit, 'signal'>,
  read: () => Promise<Body | undefined>,
  willDo: (body: Body) => boolean,
): Promise<Body | undefined> {
  for (let attempt = 0; attempt < 100 && !signal.aborted; attempt += 1) {
    const body = await read()
    if (body !== undefined && willDo(body)) return body
    await delay(200, undefined, { signal }).catch(() => {})
  }
  return undefined
}
