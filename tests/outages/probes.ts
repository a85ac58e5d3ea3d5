import { randomUUID } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import type { Answer, Gateway } from '../chaos/gateway.ts'
import { plentifulOrder } from '../chaos/shoppers.ts'

/** One request that customers keep making, and the services without which it cannot be answered. */
export interface Probe {
  readonly name: string
  readonly needs: readonly string[]
  readonly ask: () => Promise<Answer>
}

/** What became of one request. */
export interface Seen {
  readonly probe: Probe
  /** performance.now() when it was made. */
  readonly at: number
  /** Undefined when it was answered as it should be. */
  readonly error: string | undefined
}

/** An order as the shop answers it. */
export interface PlacedOrder {
  readonly id: string
  readonly total: unknown
}

const password = 'stoa-demo-only'
const sku = 'TEA-GREEN-100'

/** A customer with an account and a card. */
interface Customer {
  readonly id: string
  readonly email: string
  readonly methodId: string
  token: string
}

/** The requests of some customers, who sign in again when asked to: their tokens last for minutes. Each answered order is passed on. */
export async function makeProbes(
  gateway: Gateway,
  onOrder: (order: PlacedOrder) => void = () => {},
): Promise<{ readonly probes: readonly Probe[]; readonly signInAgain: () => Promise<void> }> {
  const customers = await Promise.all(Array.from({ length: 8 }, () => makeCustomer(gateway)))
  const [ada] = customers as [Customer]
  // Every sign-in opens a session, and an account has a limited number: the tokens of the others outlive them.
  const visitor = await makeCustomer(gateway)
  const operator = { email: 'admin@stoa.example', token: tokenOf(await signIn(gateway, 'admin@stoa.example')) }
  let turn = 0
  const read = (path: string) => () => gateway('GET', path, { as: ada.token })
  const order = async () => {
    const { token, methodId } = customers[turn++ % customers.length] as Customer
    const asked = { as: token, key: randomUUID(), body: plentifulOrder(methodId), waitSeconds: 5 }
    const answer = await gateway('POST', '/api/v1/orders', asked)
    if (answer.status === 201) onOrder(answer.body)
    return answer
  }
  const { id: cartId } = (await gateway('POST', '/api/v1/carts', { as: ada.token, body: { region: 'AT' } })).body
  // each change is priced anew, if pricing is there
  const fillCart = () => {
    const body = { items: [{ sku, quantity: 1 + (turn++ % 9) }] }
    return gateway('PUT', `/api/v1/carts/${cartId}/items`, { as: ada.token, body })
  }
  const basket = { items: [{ sku, quantity: 1 }], region: 'AT' }
  return {
    probes: [
      { name: 'stock', needs: ['inventory'], ask: read(`/api/v1/inventory/availability?sku=${sku}`) },
      { name: 'quote', needs: ['pricing'], ask: () => gateway('POST', '/api/v1/pricing/quote', { body: basket }) },
      { name: 'account', needs: ['user'], ask: read(`/api/v1/users/${ada.id}`) },
      { name: 'sessions', needs: ['auth'], ask: read('/api/v1/sessions') },
      { name: 'sign in', needs: ['user', 'auth'], ask: () => signIn(gateway, visitor.email) },
      { name: 'orders', needs: ['order'], ask: read('/api/v1/orders') },
      { name: 'cart', needs: ['order'], ask: fillCart },
      { name: 'cards', needs: ['payment'], ask: read('/api/v1/payment-methods') },
      { name: 'shipments', needs: ['shipping'], ask: read('/api/v1/shipments') },
      { name: 'invoices', needs: ['billing'], ask: read('/api/v1/invoices') },
      { name: 'messages', needs: ['notification'], ask: read(`/api/v1/users/${ada.id}/notifications`) },
      { name: 'tickets', needs: ['support'], ask: read('/api/v1/tickets') },
      { name: 'search', needs: ['search'], ask: () => gateway('GET', '/api/v1/search?q=sencha') },
      { name: 'recommendations', needs: ['inference'], ask: read(`/api/v1/recommendations?customerId=${ada.id}`) },
      {
        name: 'traces',
        needs: ['monitoring'],
        ask: () => gateway('GET', '/api/v1/telemetry/traces', { as: operator.token }),
      },
      {
        name: 'flags',
        needs: ['config'],
        ask: () => gateway('POST', '/ofrep/v1/evaluate/flags', { body: { context: {} } }),
      },
      { name: 'checkout', needs: ['order', 'pricing', 'inventory', 'payment', 'shipping'], ask: order },
    ],
    async signInAgain() {
      for (const customer of [...customers, operator]) customer.token = tokenOf(await signIn(gateway, customer.email))
    },
  }
}

/** Makes every request again and again, after a pause, until it is stopped, and remembers what became of it. */
export function keepAsking(probes: readonly Probe[], pauseMs = 200) {
  const seen: Seen[] = []
  let isOver = false
  const asking = probes.map(async (probe) => {
    while (!isOver) {
      const at = performance.now()
      const error = await probe.ask().then(errorOf, (thrown: unknown) => messageOf(thrown))
      seen.push({ probe, at, error })
      await delay(pauseMs)
    }
  })
  return {
    /** Those that were made in this time and have been answered since. */
    madeBetween: (from: number, to: number) => seen.filter(({ at }) => at >= from && at < to),
    async stop() {
      isOver = true
      await Promise.all(asking)
    },
  }
}

async function makeCustomer(gateway: Gateway): Promise<Customer> {
  const email = `${randomUUID()}@stoa.example`
  const made = await gateway('POST', '/api/v1/users', { body: { email, password, name: 'Outage' } })
  const token = tokenOf(await signIn(gateway, email))
  const body = { provider: 'sandbox', token: 'tok_visa' }
  const kept = await gateway('POST', '/api/v1/payment-methods', { as: token, body })
  return { id: made.body.id as string, email, methodId: kept.body.id as string, token }
}

function signIn(gateway: Gateway, email: string): Promise<Answer> {
  return gateway('POST', '/api/v1/users/authenticate', { body: { email, password } })
}

function tokenOf({ status, body }: Answer): string {
  if (status === 200) return body.accessToken as string
  throw new Error(`could not sign in: ${status} ${body?.code}`)
}

function errorOf({ status, body }: Answer): string | undefined {
  if (status >= 400) return `${status} ${body?.code}: ${body?.detail}`
  return body?.status === 'rejected' ? `the order was rejected: ${body.reason}` : undefined
}

function messageOf(thrown: unknown): string {
  const { message, cause } = thrown as Error
  return cause instanceof Error ? `${message}: ${cause.message}` : message
}
