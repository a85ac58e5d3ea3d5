import { randomUUID } from 'node:crypto'
import { configExamples } from '@stoa/contracts/config/examples'
import { orderExamples } from '@stoa/contracts/order/examples'
import { supportExamples } from '@stoa/contracts/support/examples'
import { plentifulSku } from '@stoa/system/seed/catalogue'
import { eventually } from '@stoa/testing'
import { accountOf, ask, callerOf, grants, newCustomer, signIn, type Account } from './accounts.ts'
import { goodBody, meanings, orderBody, protectedCustomer, settledOrder, type About } from './good-bodies.ts'
import {
  declaredRoutes,
  isConditional,
  isOperation,
  operations,
  parametersOf,
  pathOf,
  type DeclaredRoute,
} from './declared-routes.ts'
import { doorOf, headersFor, send, type Sent } from './send.ts'
import { uploadOf } from './uploads.ts'
import { takenRequest } from './wrong-requests.ts'

/** A request that is to succeed, made together with all that it needs. */
export interface GoodRequest {
  readonly sent: Sent
  readonly owner: Account
  /** Who sends it: the owner, or where customers may not, an admin. */
  readonly caller: Account
  readonly ids: readonly string[]
}

type Make = (owner: Account, above: readonly string[]) => Promise<string>

/** How to make a thing that no POST to its collection makes. By its path, or for one operation that needs it in a state. */
const makers: Readonly<Record<string, Make>> = {
  '/api/v1/users/{}': async ({ id }) => id,
  '/api/v1/orders/customer/{}': async ({ id }) => id,
  '/api/v1/orders/{}': orderOf,
  '/api/v1/returns/{}': async (owner) => (await returnOf(owner)).id,
  '/api/v1/inventory/reservations/{}': async () => {
    const body = { orderId: randomUUID(), lines: [{ sku: plentifulSku, quantity: 1 }] }
    await ask('POST', '/api/v1/inventory/reserve', await accountOf('admin'), body)
    return body.orderId
  },
  '/api/v1/notifications/{}': async (owner) => {
    const body = { userId: owner.id, kind: 'message', variables: { subject: 'Good day', text: 'to you' } }
    return (await ask('POST', '/api/v1/notifications/send', await accountOf('admin'), body)).id
  },
  '/api/v1/sessions/{}': otherSessionOf,
  '/api/v1/auth/sessions/{}': otherSessionOf,
  '/api/v1/pricing/taxes/{}': async () => String(meanings['region']),
  '/api/v1/pricing/taxes/{}/{}': async (_, [region]) => {
    const body = { region, taxClass: randomUUID(), rateBasisPoints: 100 }
    return (await ask('POST', '/api/v1/pricing/taxes', await accountOf('admin'), body)).taxClass
  },
  '/api/v1/pricing/shipping-charges/{}': async () => String(meanings['region']),
  '/api/v1/pricing/shipping-charges/{}/{}': async (_, [region]) => {
    const body = { region, method: 'express', charge: { amount: 100, currency: 'EUR' } }
    return (await ask('POST', '/api/v1/pricing/shipping-charges', await accountOf('admin'), body)).method
  },
  '/api/v1/invoices/{}': (owner) => invoiceOf(owner),
  '/api/v1/streams/{}': async () => 'payments',
  '/api/v1/pipelines/{}': async () => 'star-schema',
  '/api/v1/reports/{}': async () => {
    const body = { template: 'sales', from: '2026-01-01', to: '2026-02-01' }
    return (await ask('POST', '/api/v1/reports/generate', await accountOf('admin'), body)).id
  },
  '/api/v1/telemetry/traces/{}': () => storedTrace(),
  '/api/services/{}/instances/{}': async () => randomUUID(),
  '/api/v1/flags/{}': () => ownFlag(),
  // from which rules and values can be promoted
  '/api/v1/flags/{}/{}': async () => 'staging',
  '/api/v1/config/{}': () => ownApplication(),
  '/api/v1/config-schemas/{}': () => ownApplication(),
  '/api/v1/config/{}/{}': async () => 'staging',
  'config.rollBackConfiguration': (_, [application = '']) => environmentWithValues(application),
  'config.promoteConfiguration': (_, [application = '']) => environmentWithValues(application),
  // not of the owner, whose session would end
  'user.resetSecondFactor': async () => (await protectedCustomer()).id,
  'order.setOrderStatus': (owner) => orderOf(owner),
  'order.markPicked': (owner) => orderIn(owner, ['picking']),
  'order.requestReturn': (owner) => orderIn(owner, ['delivered', 'completed']),
  'order.receiveReturn': async (owner) => {
    const { id } = await returnOf(owner)
    await ask('POST', `/api/v1/returns/${id}/approve`, await accountOf('admin'), {})
    return id
  },
  'order.checkOutCart': (owner) => filledCartOf(owner),
  'shipping.dispatchShipment': (owner) => shipmentOnItsWay(owner),
  'shipping.simulateShipment': (owner) => shipmentOnItsWay(owner),
  '/api/v1/payments/{}': (owner) => paymentOf(owner),
  '/api/v1/articles/{}': () => publishedArticle(),
  '/api/v1/articles/{}/feedback/{}': async ({ id }) => id,
  'support.rateTicket': (owner) => resolvedTicketOf(owner),
  'payment.voidPayment': (owner) => paymentOf(owner, 'tok_fraud'),
  'payment.reviewPayment': (owner) => paymentOf(owner, 'tok_fraud'),
}

const anyVersion = { 'if-match': '*' }

/** Spans are stored in batches: those of the first requests arrive a moment later. */
async function storedTrace(): Promise<string> {
  return eventually(async () => {
    const { items } = await ask('GET', '/api/v1/telemetry/traces?limit=1', await accountOf('admin'))
    if (items.length === 0) throw new Error('no trace is stored yet')
    return items[0].traceId
  })
}

async function ownFlag(): Promise<string> {
  const body = { ...configExamples.createFlag?.body, key: `flag-${randomUUID()}` }
  return (await ask('POST', '/api/v1/flags', await accountOf('admin'), body)).key
}

async function ownApplication(): Promise<string> {
  const name = `app-${randomUUID().slice(0, 12)}`
  const { body } = configExamples.replaceApplication ?? {}
  await ask('PUT', `/api/v1/config/${name}`, await accountOf('admin'), body, anyVersion)
  return name
}

async function environmentWithValues(application: string): Promise<string> {
  const path = `/api/v1/config/${application}/staging`
  await ask('PUT', path, await accountOf('admin'), configExamples.replaceConfiguration?.body, anyVersion)
  return 'staging'
}

async function orderOf(owner: Account): Promise<string> {
  return (await ask('POST', '/api/v1/orders', owner, await orderBody(owner))).id
}

async function filledCartOf(owner: Account): Promise<string> {
  const { id } = await ask('POST', '/api/v1/carts', owner, orderExamples.createCart?.body)
  await ask('PUT', `/api/v1/carts/${id}/items`, owner, orderExamples.setCartItems?.body)
  return id
}

async function orderIn(owner: Account, statuses: readonly string[]): Promise<string> {
  const id = await orderOf(owner)
  await eventually(async () => {
    const { status } = await ask('GET', `/api/v1/orders/${id}`, owner)
    if (!statuses.includes(status)) throw new Error(`the order is ${status}`)
  })
  return id
}

/** Orders take seconds to arrive; some are on their way before they are asked for. */
const arrived: Promise<string>[] = []

/** Places some orders of the customer that the tests of a file share. */
export async function orderAhead(count: number): Promise<void> {
  const customer = await accountOf('customer')
  for (let made = 0; made < count; made++) arrived.push(orderIn(customer, ['delivered', 'completed']))
}

async function returnOf(owner: Account): Promise<{ id: string }> {
  const isShared = owner === (await accountOf('customer'))
  const id = await ((isShared ? arrived.pop() : undefined) ?? orderIn(owner, ['delivered', 'completed']))
  const body = { items: [{ sku: plentifulSku, quantity: 1 }], reason: 'too much tea' }
  // staff may ask for it when the customer no longer may
  return ask('POST', `/api/v1/orders/${id}/returns`, await accountOf('admin'), body)
}

async function shipmentOnItsWay(owner: Account): Promise<string> {
  const orderId = await orderOf(owner)
  return eventually(async () => {
    const { items } = await ask('GET', `/api/v1/shipments?orderId=${orderId}`, owner)
    if (!['released', 'dispatched'].includes(items[0]?.status)) throw new Error(`the shipment is ${items[0]?.status}`)
    return items[0].id as string
  })
}

async function paymentOf(owner: Account, token?: string): Promise<string> {
  const order = await settledOrder(owner, token)
  const { items } = await ask('GET', `/api/v1/payments?orderId=${order.id}`, owner)
  return items[0].id
}

async function resolvedTicketOf(owner: Account): Promise<string> {
  const { body } = supportExamples.createTicket ?? {}
  const { id } = await ask('POST', '/api/v1/tickets', owner, body)
  await ask('PUT', `/api/v1/tickets/${id}/status`, await accountOf('admin'), { status: 'resolved' })
  return id
}

async function publishedArticle(): Promise<string> {
  const admin = await accountOf('admin')
  const { body, unique } = supportExamples.createArticle ?? {}
  const { id } = await ask('POST', '/api/v1/articles', admin, { ...body, ...unique?.(randomUUID()) })
  await ask('POST', `/api/v1/articles/${id}/publish`, admin, {})
  return id
}

async function invoiceOf(owner: Account): Promise<string> {
  const orderId = await orderOf(owner)
  return eventually(async () => {
    const { items } = await ask('GET', `/api/v1/invoices?orderId=${orderId}`, owner)
    if (items.length === 0) throw new Error('the order has no invoice yet')
    return items[0].id as string
  })
}

/** The things that a path goes through, as paths with empty braces: what is above comes first. */
export function thingsOf(path: string): string[] {
  const parts = path.replaceAll(/\{[^}]+\}/g, '{}').split('{}')
  return parts.slice(0, -1).map((_, index) => `${parts.slice(0, index + 1).join('{}')}{}`)
}

/** The example of the contract that names a thing, if there is one. */
function exampleOf(thing: string): string | undefined {
  return declaredRoutes
    .filter(({ route }) => thingsOf(route.path).at(-1) === thing)
    .map(({ at, service, route }) => {
      const { params } = service.examples[at.slice(service.name.length + 1)] ?? {}
      return params?.[parametersOf(route.path).at(-1) ?? '']
    })
    .find((name) => name !== undefined)
}

/** What makes a thing: by hand, the example of the contract, or the POST to its collection. */
export function makerOf(thing: string): Make | undefined {
  const byHand = makers[thing]
  if (byHand !== undefined) return byHand
  const named = exampleOf(thing)
  if (named !== undefined) return async () => named
  const collection = thing.replace(/\/\{\}$/, '')
  const create = operations.find(
    ({ route }) => route.method === 'POST' && route.path.replaceAll(/\{[^}]+\}/g, '{}') === collection,
  )
  if (create === undefined) return undefined
  return async (owner, above) => {
    const caller = grants('customer', create.route.permission) ? owner : await accountOf('admin')
    if (uploadOf(create) !== undefined) return upload(create, caller, above)
    const body = await goodBody(create, { owner, ids: above })
    const path = pathOf(create.route, paramsOf(create, above))
    const made = await ask('POST', path, caller, body)
    return made.id ?? made.sku
  }
}

async function upload(create: DeclaredRoute, caller: Account, above: readonly string[]): Promise<string> {
  const { headers, body } = takenRequest(create, headersFor('POST', caller.token), meanings)
  const path = pathOf(create.route, paramsOf(create, above))
  const made = await send(doorOf(create), { method: 'POST', path, headers, body })
  if (made.status !== 201) throw new Error(`POST ${path}: ${made.status} ${made.text}`)
  return made.body.id
}

function bodyFor(each: DeclaredRoute, about: About, taken: unknown): unknown {
  if (uploadOf(each) !== undefined) return taken
  return isOperation(each) ? goodBody(each, about) : undefined
}

function paramsOf({ route }: DeclaredRoute, ids: readonly string[]): Record<string, string> {
  return Object.fromEntries(parametersOf(route.path).map((name, index) => [name, ids[index] ?? '']))
}

/** Makes what is at the path of a route for an owner, and says its ids from left to right. */
async function makeThings({ at, route }: DeclaredRoute, owner: Account): Promise<string[]> {
  const things = thingsOf(route.path)
  const ids: string[] = []
  for (const [index, thing] of things.entries()) {
    const make = (index === things.length - 1 ? makers[at] : undefined) ?? makerOf(thing)
    if (make === undefined)
      throw new Error(`add an example of ${thing} to the contract, or say in good-requests.ts how to make it`)
    ids.push(await make(owner, ids))
  }
  return ids
}

/** Whether it may end or change the account itself, which is then one that nothing else needs. */
export function changesAccount({ route }: DeclaredRoute): boolean {
  const isOfAccount = thingsOf(route.path).at(-1) === '/api/v1/users/{}' || route.permission === 'session:manage'
  return route.method !== 'GET' && isOfAccount
}

/** Whether it ends the session that it is sent in. */
export function endsOwnSession({ route }: DeclaredRoute): boolean {
  return route.permission === 'session:manage' && !route.path.includes('{')
}

/** A request that is to succeed: the thing it is about, in the state it needs, and a body. */
export async function goodRequest(each: DeclaredRoute, owner?: Account): Promise<GoodRequest> {
  const { route } = each
  const someone = owner ?? (changesAccount(each) ? await newCustomer() : await accountOf('customer'))
  const caller = await callerOf(each, someone)
  const ids = await makeThings(each, someone)
  const taken = takenRequest(each, headersFor(route.method, caller.token), meanings)
  const path = pathOf(route, paramsOf(each, ids))
  const body = await bodyFor(each, { owner: someone, ids }, taken.body)
  const headers = isConditional(each)
    ? { ...taken.headers, 'if-match': await etagOf(each, path, caller) }
    : taken.headers
  return { sent: { method: route.method, path: path + taken.query, headers, body }, owner: someone, caller, ids }
}

/** The ETag of what is at a path, as it is read now. */
export async function etagOf(each: DeclaredRoute, path: string, caller: Account): Promise<string> {
  const { status, headers } = await send(doorOf(each), {
    method: 'GET',
    path,
    headers: headersFor('GET', caller.token),
  })
  const { etag } = headers
  if (typeof etag !== 'string') throw new Error(`${each.at}: ${path} is read with ${status} and no ETag`)
  return etag
}

async function otherSessionOf(owner: Account): Promise<string> {
  await signIn(owner.email)
  const { items } = await ask('GET', '/api/v1/sessions', owner)
  return items.find(({ isCurrent }: { isCurrent: boolean }) => !isCurrent).id
}
