import { randomUUID } from 'node:crypto'
import { configExamples } from '@stoa/contracts/config/examples'
import { inventoryExamples } from '@stoa/contracts/inventory/examples'
import { monitoringExamples } from '@stoa/contracts/monitoring/examples'
import { orderExamples } from '@stoa/contracts/order/examples'
import { supportExamples } from '@stoa/contracts/support/examples'
import { plentifulSku } from '@stoa/system/seed/catalogue'
import { eventually } from '@stoa/testing'
import { accountOf, ask, signIn, type Account } from './accounts.ts'
import { ownDoorOf, send } from './send.ts'
import { meanings, orderBody, ownSku, protectedCustomer, settledOrder } from './good-bodies.ts'

/** Makes a thing for an owner, below the things with these ids; returns its id. */
export type Make = (owner: Account, above: readonly string[]) => Promise<string>

/** How to make a thing that no POST to its collection makes. By its path, or for one operation that needs it in a state. */
export const makers: Readonly<Record<string, Make>> = {
  '/api/v1/users/{}': async ({ id }) => id,
  '/api/v1/orders/customer/{}': async ({ id }) => id,
  '/api/v1/orders/{}': orderOf,
  '/api/v1/returns/{}': async (owner) => (await returnOf(owner)).id,
  '/api/v1/inventory/reservations/{}': async () => {
    const body = { orderId: randomUUID(), lines: [{ sku: plentifulSku, quantity: 1 }] }
    await ask('POST', '/api/v1/inventory/reserve', await accountOf('admin'), body)
    return body.orderId
  },
  '/api/v1/inventory/costs/{}': async () => {
    const sku = await ownSku()
    await ask('PUT', `/api/v1/inventory/costs/${sku}`, await accountOf('admin'), inventoryExamples.setUnitCost?.body)
    return sku
  },
  '/api/v1/notifications/{}': async (owner) => {
    const body = { userId: owner.id, kind: 'message', variables: { subject: 'Good day', text: 'to you' } }
    return (await ask('POST', '/api/v1/notifications/send', await accountOf('admin'), body)).id
  },
  '/api/v1/webhook-endpoints/{}/deliveries/{}': async (_, [endpoint = '']) => webhookTo(endpoint),
  'notification.redeliverWebhook': async (_, [endpoint = '']) => {
    const eventId = await webhookTo(endpoint)
    const delivery = `/api/v1/webhook-endpoints/${endpoint}/deliveries/${eventId}`
    await ask('POST', `${delivery}/skip`, await accountOf('admin'), undefined)
    return eventId
  },
  '/api/v1/sessions/{}': otherSessionOf,
  '/api/v1/auth/sessions/{}': otherSessionOf,
  '/api/v1/pricing/taxes/{}': async () => String(meanings['region']),
  '/api/v1/pricing/taxes/{}/{}': async (_, [region]) => {
    const body = { region, taxClass: randomUUID(), rateBasisPoints: 100 }
    return (await ask('POST', '/api/v1/pricing/taxes', await accountOf('admin'), body)).taxClass
  },
  '/api/v1/pricing/currencies/{}': async () => 'LI',
  '/api/v1/pricing/currencies/{}/{}': async (_, [region]) => {
    const body = { region, channel: 'marketplace', currency: 'CHF' }
    return (await ask('POST', '/api/v1/pricing/currencies', await accountOf('admin'), body)).channel
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
  '/api/v1/alerts/silences/{}': async () => {
    const body = monitoringExamples.createSilence?.body
    return (await ask('POST', '/api/v1/alerts/silences', await accountOf('admin'), body)).id
  },
  '/api/routes/{}': async () => 'order',
  '/api/routes/{}/documents/{}': (_, [service = '']) => servedDocument(service),
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
  '/api/v1/disputes/{}': (owner) => disputeOf(owner),
  '/api/v1/articles/{}': () => publishedArticle(),
  '/api/v1/articles/{}/feedback/{}': async ({ id }) => id,
  'inference.listSimilarProducts': () => comparedProduct(),
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

/** A webhook that waits for an endpoint, which is paused so that nothing is sent. */
async function webhookTo(endpoint: string): Promise<string> {
  const admin = await accountOf('admin')
  const path = `/api/v1/webhook-endpoints/${endpoint}`
  await ask('PATCH', path, admin, { status: 'paused', types: ['notification.sent'] }, anyVersion)
  await ask('POST', '/api/v1/notifications/send', admin, {
    userId: admin.id,
    kind: 'message',
    variables: { subject: 'Good day', text: 'to you' },
  })
  return eventually(async () => {
    const { items } = await ask('GET', `${path}/deliveries?limit=1&state=pending`, admin)
    if (items.length === 0) throw new Error('no webhook waits yet')
    return items[0].eventId
  })
}

/** Inference learns of products by events, a moment later. */
async function comparedProduct(): Promise<string> {
  const admin = await accountOf('admin')
  const { items } = await ask('GET', '/api/v1/products?limit=1', admin)
  await eventually(() => ask('GET', `/api/v1/products/${items[0].id}/similar`, admin))
  return items[0].id
}

async function servedDocument(service: string): Promise<string> {
  const { body } = await send(ownDoorOf('registry'), { method: 'GET', path: '/api/routes' })
  const { digest } = body.items.find((each: { service: string }) => each.service === service)
  return digest
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

async function disputeOf(owner: Account): Promise<string> {
  const paymentId = await paymentOf(owner)
  const admin = await accountOf('admin')
  await ask('POST', `/api/v1/payments/${paymentId}/simulate`, admin, { event: 'dispute_opened' })
  return (await ask('GET', `/api/v1/disputes?paymentId=${paymentId}`, admin)).items[0].id
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

async function otherSessionOf(owner: Account): Promise<string> {
  await signIn(owner.email)
  const { items } = await ask('GET', '/api/v1/sessions', owner)
  return items.find(({ isCurrent }: { isCurrent: boolean }) => !isCurrent).id
}
