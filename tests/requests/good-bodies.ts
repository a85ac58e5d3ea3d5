import { randomUUID } from 'node:crypto'
import { plentifulSku } from '@stoa/system/seed/catalogue'
import { eventually } from '@stoa/testing'
import { accountOf, ask, passwordChange, remembered, type Account } from './accounts.ts'
import type { DeclaredOperation } from './declared-routes.ts'
import { wholeValueOf, type Meanings } from './valid-values.ts'

/** Whom a request is about, and the ids in its path from left to right. */
export interface About {
  readonly owner: Account
  readonly ids: readonly string[]
}

const country = 'AT'

/** What fields of these names mean in any request. */
export const meanings: Meanings = {
  currency: 'EUR',
  country,
  region: country,
  locale: 'en',
  sku: plentifulSku,
  provider: 'sandbox',
  token: 'tok_visa',
  expiresInDays: 1,
  quantity: 1,
  // what would reach the whole system
  isCompromised: false,
  isActive: false,
}

const fresh = () => randomUUID().slice(-12)
const address = { name: 'Cora Contract', line1: 'Lange Gasse 1', city: 'Wien', postalCode: '1080', country }
const euros = (amount: number) => ({ amount, currency: 'EUR' })

/** A warehouse of our own, so that nobody else's stock is counted otherwise. */
export const aWarehouse = remembered(() => makeWarehouse())
const otherWarehouse = remembered(() => makeWarehouse())
const ownSku = remembered(async () => {
  const sku = `OWN-${fresh()}`
  await ask('POST', '/api/v1/products', await accountOf('admin'), await product(sku))
  return sku
})
const ownCategory = remembered(async () => {
  const path = `own-${fresh()}`
  await ask('POST', '/api/v1/categories', await accountOf('admin'), { path, name: 'Own' })
  return path
})

async function makeWarehouse(): Promise<string> {
  const body = { code: `W-${fresh().toUpperCase()}`, name: 'Of the contract tests', country }
  return (await ask('POST', '/api/v1/inventory/warehouses', await accountOf('admin'), body)).id
}

async function product(sku: string): Promise<object> {
  const variants = [{ sku, name: 'One', options: { size: 'one' }, weightGrams: 100 }]
  const category = await ownCategory()
  const declaredRoutes = {
    name: 'Of the contract tests',
    description: '',
    category,
    taxClass: 'standard',
    tags: ['own'],
  }
  return { ...declaredRoutes, status: 'active', attributes: {}, variants }
}

/** A way to pay of an account, for a token of the sandbox. */
export async function paymentMethodOf(owner: Account, token = 'tok_visa'): Promise<string> {
  return (await ask('POST', '/api/v1/payment-methods', owner, { provider: 'sandbox', token })).id
}

/** What an order of an account asks for. */
export async function orderBody(owner: Account, token?: string): Promise<object> {
  const items = [{ sku: plentifulSku, quantity: 1 }]
  return { items, shippingAddress: address, paymentMethodId: await paymentMethodOf(owner, token) }
}

/** An order of an account, once it has come to what its payment makes of it. */
export async function settledOrder(
  owner: Account,
  token?: string,
): Promise<{ readonly id: string; readonly total: object }> {
  const { id } = await ask('POST', '/api/v1/orders', owner, await orderBody(owner, token))
  return eventually(async () => {
    const order = await ask('GET', `/api/v1/orders/${id}`, owner)
    if (order.status === 'pending') throw new Error('the order is pending')
    return order
  }, 20_000)
}

type Body = (about: About, whole: any) => unknown

const stockMove: Body = async () => ({
  sku: await ownSku(),
  warehouseId: await aWarehouse(),
  delta: 5,
  reason: 'found',
})

/** Where the schemas alone do not say what is good. */
const bodies: Readonly<Record<string, Body>> = {
  'user.registerUser': (_, whole) => ({ ...whole, email: `${fresh()}@stoa.example`, password: `${fresh()}-good` }),
  'user.createGuest': () => ({ email: `${fresh()}@stoa.example` }),
  'user.authenticate': ({ owner }) => ({ email: owner.email, password: passwordChange.currentPassword }),
  'user.login': ({ owner }) => ({ email: owner.email, password: passwordChange.currentPassword }),
  'user.setTier': () => ({ tier: 'premium', roles: ['customer'] }),
  'user.changePassword': () => passwordChange,
  'user.authenticateAtAuth': ({ owner }) => ({ email: owner.email, password: passwordChange.currentPassword }),
  'auth.refreshTokens': async ({ owner }) => {
    const credentials = { email: owner.email, password: passwordChange.currentPassword }
    const { refreshToken } = await ask('POST', '/api/v1/users/authenticate', undefined, credentials)
    return { refreshToken }
  },
  'auth.createOAuthClient': () => ({ ...oauthClient, name: fresh(), isConfidential: true }),
  'auth.replaceOAuthClient': () => ({ ...oauthClient, name: fresh() }),
  'auth.createApiKey': () => ({ name: fresh(), scopes: ['order:read'], expiresInDays: 1 }),
  'auth.rotateSigningKeys': () => ({ isCompromised: false }),
  'auth.checkPermissions': () => ({ checks: [{ permission: 'order:read' }] }),
  'inventory.createProduct': () => product(`P-${fresh()}`),
  'inventory.replaceProduct': () => product(`P-${fresh()}`),
  'inventory.patchProduct': () => ({ name: 'Of another name' }),
  'inventory.createCategory': () => ({ path: `own-${fresh()}`, name: 'Own' }),
  'inventory.reserveStock': () => ({ orderId: randomUUID(), lines: [{ sku: plentifulSku, quantity: 1 }], country }),
  'inventory.releaseStock': async () => ({ orderId: await heldStock() }),
  'inventory.confirmStock': async ({ owner }) => ({ orderId: (await settledOrder(owner)).id }),
  'inventory.createWarehouse': (_, whole) => ({ ...whole, code: `W-${fresh().toUpperCase()}` }),
  'inventory.adjustStock': stockMove,
  'inventory.transferStock': async (about) => {
    await ask('POST', '/api/v1/inventory/adjustments', await accountOf('admin'), await stockMove(about, undefined))
    const [fromWarehouseId, toWarehouseId] = [await aWarehouse(), await otherWarehouse()]
    return { sku: await ownSku(), fromWarehouseId, toWarehouseId, quantity: 1 }
  },
  'pricing.quote': () => ({ items: [{ sku: plentifulSku, quantity: 1 }], region: country, currency: 'EUR' }),
  'pricing.createPriceList': () => priceList(),
  'pricing.replacePriceList': () => priceList(),
  'pricing.createPrice': () => ({ sku: `X-${fresh()}`, breaks: [{ fromQuantity: 1, amount: 100 }] }),
  'pricing.createPromotion': () => promotion(),
  'pricing.replacePromotion': () => promotion(),
  'pricing.setTax': (_, whole) => ({ ...whole, taxClass: fresh() }),
  'pricing.setShippingCharge': (_, whole) => ({
    ...whole,
    method: 'express',
    charge: euros(100),
    freeFrom: euros(900),
  }),
  'order.placeOrder': ({ owner }) => orderBody(owner),
  'order.setOrderStatus': () => ({ status: 'picking', reason: 'by hand' }),
  'order.requestReturn': () => ({ items: [{ sku: plentifulSku, quantity: 1 }], reason: 'too much tea' }),
  'order.receiveReturn': () => ({ items: [{ sku: plentifulSku, quantity: 1, inOrder: true }] }),
  'payment.createPayment': async ({ owner }) => {
    const { id, total } = await settledOrder(owner)
    return { orderId: id, customerId: owner.id, paymentMethodId: await paymentMethodOf(owner), amount: total, country }
  },
  'payment.refundPayment': () => ({ amount: euros(1), reason: 'goodwill' }),
  'payment.reviewPayment': () => ({ outcome: 'approved', reason: 'known customer' }),
  'payment.keepPaymentMethod': () => ({ provider: 'sandbox', token: 'tok_visa', label: fresh() }),
  'shipping.createShipment': async ({ owner }) => {
    const parcels = [{ warehouseId: await aWarehouse(), lines: [{ sku: await ownSku(), quantity: 1 }] }]
    return { customerId: owner.id, address, method: 'standard', parcels }
  },
  'shipping.simulateShipment': () => ({ event: 'dispatched' }),
  'shipping.askRates': () => ({ country, weightGrams: 100 }),
  'notification.sendNotification': ({ owner }) => ({
    userId: owner.id,
    kind: 'message',
    variables: { subject: 'Good day', text: fresh() },
  }),
  'notification.replaceTemplate': () => ({ subject: '{{subject}}', body: '{{text}}' }),
  'search.recordClick': async ({ owner }) => {
    const { id, items } = await ask('GET', '/api/v1/search?q=tea', owner)
    return { searchId: id, productId: items[0].id }
  },
  'notification.previewTemplate': () => ({
    variables: { subject: 'Guten Tag', text: 'dir', name: 'Cora', unlockToken: 'x', linkToken: 'x', scopes: 'x' },
  }),
}

const oauthClient = {
  applicationType: 'web',
  grantTypes: ['authorization_code', 'refresh_token'],
  redirectUris: ['https://books.example/signed-in'],
  postLogoutRedirectUris: [],
}

async function heldStock(): Promise<string> {
  const body = { orderId: randomUUID(), lines: [{ sku: plentifulSku, quantity: 1 }] }
  await ask('POST', '/api/v1/inventory/reserve', await accountOf('admin'), body)
  return body.orderId
}

function priceList(): object {
  return { name: `own ${fresh()}`, currency: 'EUR', customerGroup: 'enterprise', taxInclusive: true }
}

/** One that reduces nothing: everybody else's orders cost what they did. */
function promotion(): object {
  const effect = { kind: 'percentage', basisPoints: 1_000 }
  const declaredRoutes = { name: `own ${fresh()}`, effect, couponCode: `OWN-${fresh().toUpperCase()}`, maxUses: 5 }
  return { ...declaredRoutes, isStackable: false, priority: 1_000, isActive: false }
}

/** A body that the operation takes and carries out, a new one each time; undefined when it takes none. */
export async function goodBody({ at, route }: DeclaredOperation, about: About): Promise<unknown> {
  if (route.body === undefined) return undefined
  const whole = wholeValueOf(route.body, { ...meanings, 'id of user': about.owner.id })
  const body = bodies[at]
  return body === undefined ? whole : body(about, whole)
}
