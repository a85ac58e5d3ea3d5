import { randomUUID } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import { limitedSku, plentifulSku } from '@stoa/system/seed/catalogue'
import { verifyEmail } from '../verify-email.ts'
import { newCustomer, type Card, type Customer } from './customer.ts'
import type { Gateway } from './gateway.ts'
import { makeRandom, type Random } from './random.ts'
import type { Wish } from './wish.ts'

/** People who shop on and on, whatever happens. */
export interface Shoppers {
  readonly wishes: readonly Wish[]
  /** Lets each finish what it has begun. */
  readonly stop: () => Promise<void>
  /** Sends every order again that was answered; answers where the answer was another. */
  readonly replay: () => Promise<readonly string[]>
}

/** Run out in a longer run; there is enough of the plentiful one for every shopper. */
const commonSkus = ['TEA-GREEN-250', 'TEA-SENCHA-FUKUJYU-100']

const address = { name: 'Ada Lovelace', line1: 'Lange Gasse 1', city: 'Wien', postalCode: '1080', country: 'AT' }

/** The body of an order that nothing stands in the way of. */
export function plentifulOrder(paymentMethodId: string) {
  return { items: [{ sku: plentifulSku, quantity: 1 }], shippingAddress: address, paymentMethodId }
}

interface Shopping {
  readonly kind: string
  readonly weight: number
  readonly card: Card
  readonly couponCodes?: readonly string[]
  readonly isCancelled?: boolean
  readonly isScarce?: boolean
  readonly isFromCart?: boolean
}

const shoppings: readonly Shopping[] = [
  { kind: 'plain', weight: 8, card: 'tok_visa' },
  { kind: 'cart', weight: 3, card: 'tok_visa', isFromCart: true },
  { kind: 'coupon', weight: 2, card: 'tok_visa', couponCodes: ['FREESHIP'] },
  { kind: 'coupon for once', weight: 2, card: 'tok_visa', couponCodes: ['WELCOME10'] },
  { kind: 'coupon and declined', weight: 1, card: 'tok_declined', couponCodes: ['WELCOME10'] },
  { kind: 'declined', weight: 1, card: 'tok_declined' },
  { kind: 'no funds', weight: 1, card: 'tok_insufficient_funds' },
  { kind: 'flaky card', weight: 2, card: 'tok_flaky' },
  { kind: 'silent card', weight: 1, card: 'tok_timeout' },
  { kind: 'cancelled', weight: 3, card: 'tok_visa', isCancelled: true },
  { kind: 'scarce', weight: 2, card: 'tok_visa', isScarce: true },
]

const deck = shoppings.flatMap((each) => Array.from({ length: each.weight }, () => each))

/** Opens the shop to so many people at once. */
export async function startShoppers(
  gateway: Gateway,
  { count, seed, home }: { count: number; seed: number; home: string },
): Promise<Shoppers> {
  // a coupon for once needs a verified address
  const verify = (email: string) => verifyEmail(home, email, (path, body) => gateway('POST', path, { body }))
  const customers = await Promise.all(Array.from({ length: count }, () => newCustomer(gateway, verify)))
  const wishes: Wish[] = []
  const stopping = new AbortController()
  const all = customers.map((customer, index) =>
    shopOn(customer, { wishes, random: makeRandom(seed, `shopper ${index}`), stopping: stopping.signal }),
  )
  return {
    wishes,
    async stop() {
      stopping.abort()
      await Promise.all(all)
    },
    async replay() {
      const own = ({ id, replay }: Customer) =>
        replayAll(
          wishes.filter(({ customerId }) => customerId === id),
          replay,
        )
      return (await Promise.all(customers.map(own))).flat()
    },
  }
}

interface Visit {
  readonly wishes: Wish[]
  readonly random: Random
  readonly stopping: AbortSignal
}

async function shopOn(customer: Customer, { wishes, random, stopping }: Visit): Promise<void> {
  while (!stopping.aborted) {
    const shopping = random.pick(deck)
    const wish = wishFor(customer, shopping, random)
    wishes.push(wish)
    // some wait for the outcome, some look later
    await customer.place(wish, shopping.isCancelled === true ? undefined : random.between(0, 1) * 5)
    if (shopping.isCancelled === true && wish.orderId !== undefined) await callOff(customer, wish, random)
    await delay(random.between(0, 300), undefined, { signal: stopping }).catch(() => {})
  }
}

async function callOff(customer: Customer, wish: Wish, random: Random): Promise<void> {
  await delay(random.between(0, 1_500))
  try {
    const { status } = await customer.insist('POST', `/api/v1/orders/${wish.orderId}/cancel`, { body: {} })
    wish.cancelled = status
  } catch (error) {
    wish.unanswered = `cancel: ${String(error)}`
  }
}

function wishFor(
  customer: Customer,
  { kind, card, couponCodes, isScarce, isFromCart }: Shopping,
  random: Random,
): Wish {
  // Most orders want nothing else, or a longer run would mostly be refused for want of goods.
  const beside = random.between(1, 5) === 1 ? [random.pick(commonSkus)] : []
  const items =
    isScarce === true
      ? [{ sku: limitedSku, quantity: 1 }]
      : [plentifulSku, ...beside].map((sku) => ({ sku, quantity: random.between(1, 2) }))
  return {
    key: randomUUID(),
    customerId: customer.id,
    kind,
    ...(isFromCart === true ? { inCart: items } : {}),
    body: {
      ...(isFromCart === true ? {} : { items }),
      shippingAddress: address,
      paymentMethodId: customer.methodFor(card),
      ...(couponCodes === undefined ? {} : { couponCodes }),
    },
  }
}

/** One after the other, as one customer would. */
export async function replayAll(wishes: readonly Wish[], replay: Customer['replay']): Promise<string[]> {
  const complaints: string[] = []
  for (const wish of wishes) complaints.push(...(await replay(wish)))
  return complaints
}
