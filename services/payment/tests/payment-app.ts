import { createHmac } from 'node:crypto'
import { accessTable } from '@stoa/contracts/auth/roles'
import type { LedgerTransaction, Payment, PaymentMethod } from '@stoa/contracts/payment/resources'
import type { PaymentService } from '@stoa/contracts/payment/service'
import { AppError, newId } from '@stoa/kernel'
import { startTestService, type TestRequest, type TestService } from '@stoa/testing'
import { paymentService } from '../src/service.ts'

/** A key of a saga's action, or of the compensation that undoes it. */
interface CallKeys {
  readonly key: string
  readonly compensates?: string
}

interface RpcBody {
  readonly paymentId?: string
  readonly paymentMethodId?: string
  readonly outcome?: string
  readonly usable?: boolean
  readonly refunded?: { readonly amount?: string; readonly currency: string }
  readonly payments?: readonly { readonly ledgerBalance?: { readonly amount?: string } }[]
  /** Of a refusal, Connect's; or why a payment was declined. */
  readonly code?: string
  readonly actionRequired?: boolean
}

interface HttpBody extends Partial<Payment & PaymentMethod> {
  readonly code?: string
  readonly errors?: readonly { readonly pointer: string }[]
  readonly items?: readonly (Partial<Payment> & Partial<PaymentMethod> & Partial<LedgerTransaction>)[]
  readonly nextCursor?: string
}

interface Answered<Body> {
  readonly status: number
  readonly body: Body
}

interface WantedOrder {
  readonly orderId: string
  readonly customerId: string
  readonly paymentMethodId: string
  readonly amount: { readonly amount: string; readonly currency: string }
  readonly country: string
}

/** Payment under test, spoken to as order, as a customer and as those who run the shop do. */
export interface PaymentApp {
  readonly service: TestService<PaymentService>
  readonly call: (method: string, input: object, keys?: CallKeys) => Promise<Answered<RpcBody>>
  readonly ask: (method: string, path: string, request?: TestRequest) => Promise<Answered<HttpBody>>
  /** Keeps a sandbox token for a new customer; what a saga asks for with it. */
  readonly order: (token: string, amount?: number, provider?: string) => Promise<WantedOrder>
  /** Says how order answers for an order from here on. */
  readonly orderIs: (orderId: string, status: string) => void
  /** The payment of an order as staff see it. */
  readonly paymentOf: (orderId: string) => Promise<Payment>
  /** What the sandbox has charged and given back for an order's payment, by its own books. */
  readonly booksOf: (
    orderId: string,
  ) => Promise<readonly { state: string; amount: number; refunded: number; attempts: number }[]>
  /** The types of the events about a payment, oldest first. */
  readonly eventsOf: (paymentId: string) => Promise<readonly string[]>
}

export const staff = { subject: '0198c0de-0000-7000-8000-00000000000a', roles: ['staff'] }
export const manager = { subject: '0198c0de-0000-7000-8000-00000000000b', roles: ['manager'] }

const webhookSecret = `whsec_${Buffer.from('a secret of at least 24 bytes, for tests').toString('base64')}`

export async function startPayment(settings: Readonly<Record<string, string>> = {}): Promise<PaymentApp> {
  const orders = new Map<string, { readonly customerId: string; readonly status: string; readonly amount: number }>()
  const getSummary = async ({ orderId }: { readonly orderId: string }) => {
    const order = orders.get(orderId)
    if (order === undefined) throw new AppError('not_found', 'order.not_found', `there is no order ${orderId}`)
    const { customerId, status } = order
    const total = { amount: BigInt(order.amount), currency: 'EUR' }
    return { orderId, number: 'S-100001', customerId, status, total }
  }
  const service = await startTestService(paymentService, {
    access: accessTable,
    calls: { order: { getSummary } },
    settings: { PROVIDER_TIMEOUT_MS: '800', SANDBOX_WEBHOOK_SECRET: webhookSecret, ...settings },
  })
  const ask = (method: string, path: string, request: TestRequest = {}): Promise<Answered<HttpBody>> =>
    service.request(method, path, request)
  return {
    service,
    ask,
    call: service.call,
    async order(token, amount = 1_999, provider = 'sandbox') {
      const customerId = newId()
      const kept = await ask('POST', '/api/v1/payment-methods', {
        as: { subject: customerId },
        body: { provider, token },
      })
      if (kept.status !== 201)
        throw new Error(`POST /api/v1/payment-methods: ${kept.status} ${JSON.stringify(kept.body)}`)
      const money = { amount: String(amount), currency: 'EUR' }
      const orderId = newId()
      orders.set(orderId, { customerId, status: 'pending', amount })
      return { customerId, paymentMethodId: String(kept.body.id), orderId, amount: money, country: 'DE' }
    },
    orderIs(orderId, status) {
      const order = orders.get(orderId)
      if (order !== undefined) orders.set(orderId, { ...order, status })
    },
    async paymentOf(orderId) {
      const { body } = await ask('GET', `/api/v1/payments?orderId=${orderId}`, { as: staff })
      return body.items?.[0] as Payment
    },
    booksOf: (orderId) => service.database.read.sql`
      select charge.state, charge.amount, charge.refunded, charge.attempts
        from sandbox_charges charge join payments on charge.key in (payments.id::text, payments.id || '/reviewed')
       where order_id = ${orderId} order by charge.at`,
    async eventsOf(paymentId) {
      return (await service.published()).filter(({ subject }) => subject === paymentId).map(({ type }) => type)
    },
  }
}

/** The headers and body of a webhook as the sandbox signs it; of a text exactly as it stands. */
export function signedWebhook(
  data: object | string,
  { id = newId(), at = new Date(), secret = webhookSecret } = {},
): TestRequest {
  const text = typeof data === 'string' ? data : JSON.stringify({ type: 'charge.updated', data })
  const timestamp = String(Math.floor(at.getTime() / 1_000))
  const key = Buffer.from(secret.slice('whsec_'.length), 'base64')
  const signature = createHmac('sha256', key).update(`${id}.${timestamp}.${text}`).digest('base64')
  return {
    text,
    headers: { 'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': `v1,AAAA v1,${signature}` },
  }
}

export function range(count: number): number[] {
  return Array.from({ length: count }, (_, index) => index)
}
