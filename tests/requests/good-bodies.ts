import { randomUUID } from 'node:crypto'
import type { Service } from '@stoa/contract'
import type { AuthService } from '@stoa/contracts/auth/service'
import { inventoryExamples } from '@stoa/contracts/inventory/examples'
import type { InventoryService } from '@stoa/contracts/inventory/service'
import type { NotificationService } from '@stoa/contracts/notification/service'
import { orderExamples } from '@stoa/contracts/order/examples'
import type { OrderService } from '@stoa/contracts/order/service'
import type { PaymentService } from '@stoa/contracts/payment/service'
import type { SearchService } from '@stoa/contracts/search/service'
import type { ShippingService } from '@stoa/contracts/shipping/service'
import type { UserService } from '@stoa/contracts/user/service'
import { plentifulSku } from '@stoa/system/seed/catalogue'
import { eventually } from '@stoa/testing'
import type { Static, TSchema } from 'typebox'
import { passkeyDevice } from '../../services/user/tests/passkey-device.ts'
import { codeOf } from '../second-factor.ts'
import { accountOf, ask, newCustomer, passwordChange, remembered, type Account } from './accounts.ts'
import type { DeclaredOperation } from './declared-routes.ts'
import { doors } from './doors.ts'
import type { Meanings } from './valid-values.ts'

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
  timeZone: 'Europe/Vienna',
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

/** A warehouse of our own, so that no other test's stock is counted differently. */
export const aWarehouse = remembered(() => makeWarehouse())
const otherWarehouse = remembered(() => makeWarehouse())
export const ownSku = remembered(async () => {
  const sku = `OWN-${fresh()}`
  const { body } = inventoryExamples.createProduct ?? {}
  const variants = body?.variants.map((variant) => ({ ...variant, sku }))
  await ask('POST', '/api/v1/products', await accountOf('admin'), { ...body, variants })
  return sku
})

async function makeWarehouse(): Promise<string> {
  const body = { code: `W-${fresh().toUpperCase()}`, name: 'Of the contract tests', country }
  return (await ask('POST', '/api/v1/inventory/warehouses', await accountOf('admin'), body)).id
}

/** A way to pay of an account, for a token of the sandbox. */
export async function paymentMethodOf(owner: Account, token = 'tok_visa'): Promise<string> {
  return (await ask('POST', '/api/v1/payment-methods', owner, { provider: 'sandbox', token })).id
}

/** What an order of an account asks for. */
export async function orderBody(owner: Account, token?: string): Promise<object> {
  return { ...orderExamples.placeOrder?.body, paymentMethodId: await paymentMethodOf(owner, token) }
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
  })
}

/** Fields of the body of an operation, where its example names what only a running system has. */
type LiveFields<S extends Service> = {
  readonly [Name in keyof S['operations']]?: S['operations'][Name] extends {
    readonly body: infer Schema extends TSchema
  }
    ? (about: About) => MaybePromise<Readonly<Partial<Record<keyof Static<Schema>, unknown>>>>
    : never
}
type MaybePromise<Value> = Value | Promise<Value>

const stockMove = async () => ({ sku: await ownSku(), warehouseId: await aWarehouse() })
const withCredentials = ({ owner }: About) => ({ email: owner.email, password: passwordChange.currentPassword })

const withPassword = { password: passwordChange.currentPassword }

interface ShownFactor {
  readonly otpauthUri: string
  readonly recoveryCodes: readonly string[]
}

const shownFactors = new Map<string, ShownFactor>()
const askMfa = (owner: Account, action: string, body: object) =>
  ask('POST', `/api/v1/users/${owner.id}/mfa/${action}`, owner, body)

/** A second factor that waits for its first code; one that an earlier request switched on is switched off. */
async function pendingFactor(owner: Account): Promise<ShownFactor> {
  const { status } = await ask('GET', `/api/v1/users/${owner.id}/mfa`, owner)
  if (status === 'enabled') {
    await askMfa(owner, 'disable', { ...withPassword, otp: shownFactors.get(owner.id)?.recoveryCodes[0] })
  }
  const shown: ShownFactor = await askMfa(owner, 'enable', withPassword)
  shownFactors.set(owner.id, shown)
  return shown
}

/** A customer with a second factor. */
export async function protectedCustomer(): Promise<Account> {
  const customer = await newCustomer()
  const { otpauthUri } = await pendingFactor(customer)
  await askMfa(customer, 'verify', { otp: codeOf(otpauthUri) })
  return customer
}

const ofAuth: LiveFields<AuthService> = {
  refreshTokens: async ({ owner }) => {
    const credentials = { email: owner.email, password: passwordChange.currentPassword }
    const { refreshToken } = await ask('POST', '/api/v1/users/authenticate', undefined, credentials)
    return { refreshToken }
  },
}

/** What a device makes of the options of a new passkey. */
async function newCredential(owner: Account) {
  const { challenge, rp } = await ask('POST', `/api/v1/users/${owner.id}/passkeys/options`, owner, withPassword)
  return passkeyDevice().create({ challenge, rpId: rp.id, origin: doors().gatewayUrl })
}

const ofUser: LiveFields<UserService> = {
  beginPasskey: () => withPassword,
  addPasskey: async ({ owner }) => ({ credential: await newCredential(owner) }),
  authenticate: withCredentials,
  authenticateAtAuth: withCredentials,
  login: withCredentials,
  changePassword: () => passwordChange,
  enableSecondFactor: () => withPassword,
  // the next code is valid for longer than the current one
  verifySecondFactor: async ({ owner }) => ({ otp: codeOf((await pendingFactor(owner)).otpauthUri, 1) }),
  disableSecondFactor: async ({ owner }) => {
    const { otpauthUri, recoveryCodes } = await pendingFactor(owner)
    await askMfa(owner, 'verify', { otp: codeOf(otpauthUri) })
    return { ...withPassword, otp: recoveryCodes[0] }
  },
}

const ofInventory: LiveFields<InventoryService> = {
  reserveStock: () => ({ orderId: randomUUID() }),
  releaseStock: async () => ({ orderId: await heldStock() }),
  confirmStock: async ({ owner }) => ({ orderId: (await settledOrder(owner)).id }),
  adjustStock: stockMove,
  transferStock: async () => {
    const move = await stockMove()
    await ask('POST', '/api/v1/inventory/adjustments', await accountOf('admin'), {
      ...inventoryExamples.adjustStock?.body,
      ...move,
    })
    return { sku: move.sku, fromWarehouseId: move.warehouseId, toWarehouseId: await otherWarehouse() }
  },
}

const ofOrder: LiveFields<OrderService> = {
  placeOrder: ({ owner }) => orderBody(owner),
  mergeCart: async () => {
    const other = await newCustomer()
    const { id } = await ask('POST', '/api/v1/carts', other, orderExamples.createCart?.body)
    await ask('PUT', `/api/v1/carts/${id}/items`, other, orderExamples.setCartItems?.body)
    return { token: (await ask('POST', `/api/v1/carts/${id}/handover`, other)).token }
  },
  checkOutCart: async ({ owner }) => ({ paymentMethodId: await paymentMethodOf(owner) }),
}

const ofPayment: LiveFields<PaymentService> = {
  createPayment: async ({ owner }) => {
    const { id, total } = await settledOrder(owner)
    return { orderId: id, customerId: owner.id, paymentMethodId: await paymentMethodOf(owner), amount: total }
  },
}

const ofShipping: LiveFields<ShippingService> = {
  createShipment: async ({ owner }) => {
    const parcels = [{ warehouseId: await aWarehouse(), lines: [{ sku: await ownSku(), quantity: 1 }] }]
    return { customerId: owner.id, parcels }
  },
}

const ofNotification: LiveFields<NotificationService> = {
  sendNotification: ({ owner }) => ({ userId: owner.id }),
  // no message of another test is muted or held back
  replacePreferences: () => ({ mutedKinds: [], quietHours: { fromHour: 1, untilHour: 1, utcOffsetMinutes: 1 } }),
}

const ofSearch: LiveFields<SearchService> = {
  recordClick: async ({ owner }) => {
    const { id, items } = await ask('GET', '/api/v1/search?q=tea', owner)
    return { searchId: id, productId: items[0].id }
  },
}

const live: Readonly<Record<string, Readonly<Record<string, ((about: About) => unknown) | undefined>>>> = {
  auth: ofAuth,
  user: ofUser,
  inventory: ofInventory,
  order: ofOrder,
  payment: ofPayment,
  shipping: ofShipping,
  notification: ofNotification,
  search: ofSearch,
}

async function heldStock(): Promise<string> {
  const body = { orderId: randomUUID(), lines: [{ sku: plentifulSku, quantity: 1 }] }
  await ask('POST', '/api/v1/inventory/reserve', await accountOf('admin'), body)
  return body.orderId
}

/**
 * A body that the operation takes and carries out, a new one each time; undefined when it takes none. It is the example of the
 * contract with its unique fields anew, and with what only the running system has.
 */
export async function goodBody({ at, service, route }: DeclaredOperation, about: About): Promise<unknown> {
  if (route.body === undefined) return undefined
  const name = at.slice(service.name.length + 1)
  const example = service.examples[name]
  if (example?.body === undefined) throw new Error(`add an example of ${at} to contracts/${service.name}/examples.ts`)
  const fields = await live[service.name]?.[name]?.(about)
  return { ...example.body, ...example.unique?.(fresh()), ...(fields as object | undefined) }
}
