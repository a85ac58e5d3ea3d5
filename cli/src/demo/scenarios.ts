import { randomUUID } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import { deliver } from './deliver.ts'
import { register, registerAndForget } from './shoppers.ts'
import { recordFact } from './tally.ts'
import { basket, place, quote, until, type Visit } from './visit.ts'

/** One kind of visit, and how many of twenty are of it. */
export interface Scenario {
  readonly name: string
  readonly ofTwenty: number
  readonly visit: (visit: Visit) => Promise<void>
}

/** Of the scarce goods one shopper takes so many, as long as there are. */
export const scarceQuantity = 4

/** Everything that shoppers do. */
export const scenarios: readonly Scenario[] = [
  { name: 'buys what was quoted', ofTwenty: 4, visit: buyAsQuoted },
  { name: 'has a coupon', ofTwenty: 2, visit: buyWithCoupon },
  { name: 'wants the last of something', ofTwenty: 3, visit: buyScarce },
  { name: 'sends the same order three times', ofTwenty: 1, visit: buyImpatiently },
  { name: 'has a card that is declined', ofTwenty: 1, visit: payWith('tok_declined') },
  { name: 'has too little money', ofTwenty: 1, visit: payWith('tok_insufficient_funds') },
  { name: 'has a bank that fails twice', ofTwenty: 1, visit: payWith('tok_flaky') },
  { name: 'has a bank that never answers', ofTwenty: 1, visit: payWith('tok_timeout') },
  { name: 'looks like fraud', ofTwenty: 1, visit: buySuspiciously },
  { name: 'thinks better of it', ofTwenty: 1, visit: buyAndCancel },
  { name: 'sends something back', ofTwenty: 2, visit: buyAndReturn },
  { name: 'has forgotten the password', ofTwenty: 1, visit: buyAfterForgetting },
  { name: 'types something wrong', ofTwenty: 1, visit: askWrongly },
]

async function buyAsQuoted(visit: Visit): Promise<void> {
  const shopper = await visit.shopper()
  if (shopper === undefined) return
  const items = basket(visit)
  const quoteId = await quote(visit, shopper, items)
  if (quoteId !== undefined) await place(visit, shopper, { items, quoteId })
}

/** A coupon that anyone may use; one for a first order needs an account with a verified address. */
async function buyWithCoupon(visit: Visit): Promise<void> {
  const shopper = await visit.shopper()
  if (shopper === undefined) return
  await place(visit, shopper, { items: basket(visit), coupons: ['FREESHIP'] })
}

async function buyScarce(visit: Visit): Promise<void> {
  const shopper = await visit.shopper()
  if (shopper === undefined) return
  const { scarceSku: sku } = visit.goods
  const items = sku === undefined ? basket(visit) : [{ sku, quantity: scarceQuantity }]
  await place(visit, shopper, { items })
}

async function buyImpatiently(visit: Visit): Promise<void> {
  const shopper = await visit.shopper()
  if (shopper === undefined) return
  const wanted = { items: basket(visit), key: randomUUID() }
  const orders = await Promise.all([1, 2, 3].map(() => place(visit, shopper, wanted)))
  const made = new Set(orders.flatMap((order) => (order === undefined ? [] : [order.number])))
  recordFact(visit.tally, `${shopper.name} has sent one order three times: ${[...made].join(', ')}`)
}

function payWith(card: string): Scenario['visit'] {
  return async (visit) => {
    const shopper = await visit.shopper()
    if (shopper !== undefined) await place(visit, shopper, { items: basket(visit), card })
  }
}

/** The order is on hold until staff have looked at the payment; every third is not approved. */
async function buySuspiciously(visit: Visit): Promise<void> {
  const { ask, aside, chance, staff, signal } = visit
  const shopper = await visit.shopper()
  if (shopper === undefined) return
  const order = await place(visit, shopper, { items: basket(visit), card: 'tok_fraud' })
  if (order === undefined) return
  const outcome = chance.between(1, 3) === 1 ? 'declined' : 'approved'
  await delay(chance.between(500, 2_000), undefined, { signal }).catch(() => {})
  const payment = await until(
    visit,
    async () => (await aside(await staff(), (api) => api.listPayments({ query: { orderId: order.id } })))?.items[0],
    ({ status }) => status === 'in_review',
  )
  if (payment === undefined) return
  const review = { params: { id: payment.id }, key: randomUUID(), body: { outcome } } as const
  await ask(await staff(), (api) => api.reviewPayment(review))
  recordFact(visit.tally, `staff have ${outcome} the payment of ${order.number}`)
}

async function buyAndCancel(visit: Visit): Promise<void> {
  const shopper = await visit.shopper()
  if (shopper === undefined) return
  const order = await place(visit, shopper, { items: basket(visit) })
  if (order === undefined) return
  const cancellation = { params: { id: order.id }, key: randomUUID(), body: { reason: 'thought better of it' } }
  await visit.ask(shopper.token, (api) => api.cancelOrder(cancellation))
}

async function buyAndReturn(visit: Visit): Promise<void> {
  const { ask, chance, goods, staff, tally } = visit
  const shopper = await visit.shopper()
  if (shopper === undefined) return
  const sku = chance.pick(goods.skus)
  const order = await place(visit, shopper, { items: [{ sku, quantity: 2 }] })
  if (order === undefined || order.status === 'rejected' || !(await deliver(visit, order.id))) return
  const items = [{ sku, quantity: chance.between(1, 2) }]
  const wanted = { params: { id: order.id }, body: { items, reason: 'not what I had in mind' } }
  const asked = await ask(shopper.token, (api) => api.requestReturn(wanted))
  if (asked === undefined) return
  const as = await staff()
  const params = { id: asked.id }
  await ask(as, (api) => api.approveReturn({ params }))
  await ask(as, (api) => api.receiveReturn({ params, body: { items }, prefer: 'wait=10' }))
  recordFact(tally, `${shopper.name} has sent ${items[0]?.quantity} of 2 back of ${order.number}`)
}

async function buyAfterForgetting(visit: Visit): Promise<void> {
  const shopper = await registerAndForget(visit)
  if (shopper !== undefined) await place(visit, shopper, { items: basket(visit) })
}

/** A SKU that is not there, and a card number where a token belongs: both are refused, and then it is done right. */
async function askWrongly(visit: Visit): Promise<void> {
  const shopper = await register(visit)
  if (shopper === undefined) return
  await place(visit, shopper, { items: [{ sku: 'TEA-OF-YESTERDAY', quantity: 1 }] })
  const body = { provider: 'sandbox', token: '4242424242424242' }
  await visit.ask(shopper.token, (api) => api.keepPaymentMethod({ body }))
  await place(visit, shopper, { items: basket(visit) })
}
