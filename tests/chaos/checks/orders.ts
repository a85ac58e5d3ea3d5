import type { Row } from '../../databases.ts'
import type { Aftermath, Check } from './check.ts'

/** States that nothing leads out of by itself; days are short here, so that a sold order gets there soon. */
const endStates = ['completed', 'rejected', 'cancelled']

/** The orders of the shoppers, as they stand in order's database. */
async function ordersOf({ system, wishes }: Aftermath): Promise<Row[]> {
  const customers = [...new Set(wishes.map(({ customerId }) => customerId))]
  return system.sql('order', 'select id, customer_id, status, reason from orders where customer_id = any($1)', [
    customers,
  ])
}

export const endOfOrders: Check = {
  fact: 'every order is in an end state',
  complaints: async (aftermath) =>
    (await ordersOf(aftermath)).filter(({ status }) => !endStates.includes(status)).map((row) => JSON.stringify(row)),
}

/** What was promised to shoppers and what became of it. */
export const orderChecks: readonly Check[] = [
  {
    fact: 'every request was answered',
    complaints: async ({ wishes }) =>
      wishes.flatMap(({ key, kind, unanswered }) =>
        unanswered === undefined ? [] : [`${kind} ${key}: ${unanswered}`],
      ),
  },
  {
    fact: 'no order was refused but for a coupon that was used before',
    complaints: async ({ wishes }) =>
      wishes.flatMap(({ key, kind, refused }) => {
        const isUsedCoupon = refused === '422 order.coupon_invalid' && isWithCouponForOnce(kind)
        return refused === undefined || isUsedCoupon ? [] : [`${kind} ${key}: ${refused}`]
      }),
  },
  {
    fact: 'every key has exactly one order, and no order is without a key',
    async complaints(aftermath) {
      const known = new Map((await ordersOf(aftermath)).map((row) => [row['id'] as string, row]))
      const acknowledged = aftermath.wishes.flatMap(({ orderId }) => orderId ?? [])
      const lost = acknowledged.filter((id) => !known.has(id)).map((id) => `${id} was acknowledged and is lost`)
      const keysOf = Map.groupBy(acknowledged, (id) => id)
      const shared = [...keysOf].filter(([, keys]) => keys.length > 1).map(([id]) => `${id} answers several keys`)
      const orphans = [...known.keys()].filter((id) => !keysOf.has(id)).map((id) => `${id} belongs to no key`)
      return [...lost, ...shared, ...orphans]
    },
  },
  {
    fact: 'every cart that was checked out names its order, and no cart is left over after its checkout',
    async complaints({ system, wishes }) {
      const rows = await system.sql('order', 'select id, status, order_id, items from carts')
      const cartOf = new Map(rows.map((row) => [row['order_id'] as string, row]))
      const fromCart = wishes.filter(({ inCart, orderId }) => inCart !== undefined && orderId !== undefined)
      const unnamed = fromCart.filter(
        ({ orderId, path }) => !path?.includes(cartOf.get(orderId ?? '')?.['id'] as string),
      )
      const left = rows.filter(({ status, items }) => status === 'open' && items.length > 0)
      return [
        ...unnamed.map(({ orderId }) => `${orderId} is not named by its cart`),
        ...left.map(({ id }) => `cart ${id} is filled and was not checked out`),
      ]
    },
  },
  {
    fact: 'a cancellation that was answered as done has happened, and one that was accepted has an end',
    async complaints(aftermath) {
      const statusOf = new Map((await ordersOf(aftermath)).map(({ id, status }) => [id, status as string]))
      return aftermath.wishes.flatMap(({ orderId, cancelled }) => {
        const status = statusOf.get(orderId ?? '')
        const isKept = cancelled === 200 ? status === 'cancelled' : cancelled !== 202 || endsOfCancellation.has(status)
        return isKept ? [] : [`${orderId} was answered ${cancelled} and is ${status}`]
      })
    },
  },
  {
    fact: 'a card that is declined buys nothing',
    async complaints(aftermath) {
      const statusOf = new Map((await ordersOf(aftermath)).map(({ id, status }) => [id, status as string]))
      const declined = aftermath.wishes.filter(({ kind }) =>
        ['declined', 'no funds', 'coupon and declined'].includes(kind),
      )
      return declined
        .filter(({ orderId }) => orderId !== undefined && statusOf.get(orderId) !== 'rejected')
        .map(({ orderId }) => `${orderId} is ${statusOf.get(orderId ?? '')}`)
    },
  },
]

// A shipment that had left when its order was cancelled continues.
const endsOfCancellation = new Set<string | undefined>(['cancelled', 'rejected', 'shipped', 'delivered', 'completed'])

function isWithCouponForOnce(kind: string): boolean {
  return kind === 'coupon for once' || kind === 'coupon and declined'
}
