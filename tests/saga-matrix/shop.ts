import { randomUUID } from 'node:crypto'
import { eventually } from '@stoa/testing'
import type { RunningSystem } from './running-system.ts'

/** An answer of the gateway or of one service. */
export interface Reply {
  readonly status: number
  readonly body: any
}

interface Ask {
  readonly as?: string
  readonly body?: unknown
  readonly key?: string
  /** The gateway unless given. */
  readonly at?: string
}

/** A customer with what they pay by. */
export interface Customer {
  readonly id: string
  readonly token: string
  readonly paymentMethodId: string
}

/** The shop as customers and staff use it. */
export interface Shop {
  readonly ask: (method: string, path: string, ask?: Ask) => Promise<Reply>
  readonly staff: string
  readonly admin: string
  readonly newCustomer: (sandboxToken?: string) => Promise<Customer>
  /** Places an order of two lines with a coupon; answers its id at once. */
  readonly place: (customer: Customer, at?: string, key?: string) => Promise<string>
  readonly statusOf: (orderId: string) => Promise<string>
}

const secret = 'stoa-demo-only'
const coupon = 'MATRIX'
const skus = ['TEA-GREEN-100', 'TEA-GREEN-250']
const shippingAddress = { name: 'Ada', line1: 'Lange Gasse 1', city: 'Wien', postalCode: '1080', country: 'AT' }

/** Opens the shop: enough stock for every case, and a coupon whose uses are counted. */
export async function openShop(system: RunningSystem): Promise<Shop> {
  const ask: Shop['ask'] = (method, path, options = {}) => askAt(options.at ?? system.gatewayUrl, method, path, options)
  const signIn = async (email: string) => {
    const { status, body } = await ask('POST', '/api/v1/users/authenticate', { body: { email, password: secret } })
    return required(status, 200, body).accessToken as string
  }
  const [staff, admin] = await Promise.all([signIn('staff@stoa.example'), signIn('admin@stoa.example')])
  await makeCoupon(ask, admin)
  await Promise.all(skus.map((sku) => fillShelf(system, ask, admin, sku)))
  const items = skus.map((sku, index) => ({ sku, quantity: index + 1 }))
  return {
    ask,
    staff,
    admin,
    async newCustomer(sandboxToken = 'tok_visa') {
      const email = `${randomUUID()}@stoa.example`
      const made = await ask('POST', '/api/v1/users', { body: { email, password: secret, name: 'Matrix' } })
      const token = await signIn(email)
      const method = { provider: 'sandbox', token: sandboxToken }
      const kept = await ask('POST', '/api/v1/payment-methods', { as: token, body: method })
      return { id: required(made.status, 201, made.body).id, token, paymentMethodId: kept.body.id }
    },
    async place({ token, paymentMethodId }, at, key = randomUUID()) {
      const body = { items, shippingAddress, paymentMethodId, couponCodes: [coupon] }
      const reply = await ask('POST', '/api/v1/orders', { as: token, key, body, ...(at === undefined ? {} : { at }) })
      return required(reply.status, 201, reply.body).id as string
    },
    async statusOf(orderId) {
      const { status, body } = await ask('GET', `/api/v1/orders/${orderId}`, { as: staff })
      return required(status, 200, body).status as string
    },
  }
}

async function askAt(at: string, method: string, path: string, { as, body, key }: Ask): Promise<Reply> {
  const response = await fetch(at + path, {
    method,
    headers: {
      // Nothing is waited for: while a call is held there is no outcome.
      prefer: 'respond-async',
      ...(as === undefined ? {} : { authorization: `Bearer ${as}` }),
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...(key === undefined ? {} : { 'idempotency-key': key }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    signal: AbortSignal.timeout(40_000),
  })
  const text = await response.text()
  return { status: response.status, body: text === '' ? undefined : JSON.parse(text) }
}

function required(status: number, wanted: number, body: any): any {
  if (status === wanted) return body
  throw new Error(`answered ${status} instead of ${wanted}: ${JSON.stringify(body)}`)
}

async function makeCoupon(ask: Shop['ask'], admin: string): Promise<void> {
  const body = {
    name: 'Saga matrix',
    effect: { kind: 'percentage', basisPoints: 500 },
    couponCode: coupon,
    maxUses: 1_000_000,
    isStackable: true,
    priority: 1,
    isActive: true,
  }
  const { status, body: made } = await ask('POST', '/api/v1/pricing/promotions', { as: admin, key: randomUUID(), body })
  if (status !== 409) required(status, 201, made)
}

async function fillShelf(system: RunningSystem, ask: Shop['ask'], admin: string, sku: string): Promise<void> {
  const { rows } = await system
    .database('inventory')
    .query<{ warehouse_id: string }>('select warehouse_id from stock where sku = $1 order by warehouse_id', [sku])
  const warehouseId = rows[0]?.warehouse_id
  if (warehouseId === undefined) throw new Error(`${sku} stands on no shelf`)
  const body = { sku, warehouseId, delta: 100_000, reason: 'saga matrix' }
  // The prices of what was just seeded are on their way.
  await eventually(async () => {
    const reply = await ask('POST', '/api/v1/inventory/adjustments', { as: admin, key: randomUUID(), body })
    required(reply.status, 201, reply.body)
  })
}
