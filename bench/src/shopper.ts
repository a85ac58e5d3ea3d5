import { randomUUID } from 'node:crypto'

/** A shopper who places orders through the gateway. */
export interface Shopper {
  readonly userId: string
  /** The value of its `Authorization` field. */
  readonly authorization: string
  /** Places an order of one piece and waits up to 10 s for its outcome. */
  readonly placeOrder: (sku?: string) => Promise<PlacedOrder>
  readonly readOrder: (id: string) => Promise<PlacedOrder>
}

/** An order as far as the benches look at it. */
export interface PlacedOrder {
  readonly id: string
  readonly status: string
  /** Why it was rejected. */
  readonly reason?: string
  readonly total: { readonly amount: number }
}

const address = { name: 'Ada Lovelace', line1: 'Analytical Row 1', city: 'Berlin', postalCode: '10115', country: 'DE' }

/** A shopper with an account of its own, signed in, with a payment method. */
export async function makeShopper(gatewayUrl: string): Promise<Shopper> {
  const email = `bench-${randomUUID()}@stoa.example`
  const password = randomUUID()
  const { id: userId } = await ask<{ id: string }>(gatewayUrl, '/api/v1/users', { email, password, name: 'Bench' })
  const { accessToken } = await ask<{ accessToken: string }>(gatewayUrl, '/api/v1/users/authenticate', {
    email,
    password,
  })
  const authorization = `Bearer ${accessToken}`
  const headers = { authorization }
  const method = await ask<{ id: string }>(
    gatewayUrl,
    '/api/v1/payment-methods',
    { provider: 'sandbox', token: 'tok_visa' },
    headers,
  )
  return {
    userId,
    authorization,
    placeOrder: (sku = 'TEA-GREEN-100') =>
      ask(
        gatewayUrl,
        '/api/v1/orders',
        { items: [{ sku, quantity: 1 }], shippingAddress: address, paymentMethodId: method.id },
        { ...headers, 'idempotency-key': randomUUID(), prefer: 'wait=10' },
      ),
    readOrder: (id) => ask(gatewayUrl, `/api/v1/orders/${id}`, undefined, headers),
  }
}

/** Posts a body to the gateway, or reads when there is none. @throws when it refuses */
export async function ask<T>(
  gatewayUrl: string,
  path: string,
  body?: object,
  headers: Readonly<Record<string, string>> = {},
): Promise<T> {
  const posted = {
    method: 'POST',
    body: JSON.stringify(body),
    headers: { 'content-type': 'application/json', ...headers },
  }
  const response = await fetch(gatewayUrl + path, body === undefined ? { headers } : posted)
  if (!response.ok) throw new Error(`${path} answered ${response.status}: ${await response.text()}`)
  return (await response.json()) as T
}
