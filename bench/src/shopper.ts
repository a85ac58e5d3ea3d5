import { randomUUID } from 'node:crypto'

/** Somebody who places orders over the gateway. */
export interface Shopper {
  /** Places one order and waits for its outcome. */
  readonly placeOrder: () => Promise<{ readonly status: string; readonly id: string }>
}

const address = { name: 'Ada Lovelace', line1: 'Analytical Row 1', city: 'Berlin', postalCode: '10115', country: 'DE' }

/** A shopper with an account of its own, signed in, with a payment method. */
export async function makeShopper(gatewayUrl: string): Promise<Shopper> {
  const email = `bench-${randomUUID()}@stoa.example`
  const password = randomUUID()
  await ask(gatewayUrl, '/api/v1/users', { email, password, name: 'Bench' })
  const { accessToken } = await ask<{ accessToken: string }>(gatewayUrl, '/api/v1/users/authenticate', {
    email,
    password,
  })
  const headers = { authorization: `Bearer ${accessToken}` }
  const method = await ask<{ id: string }>(
    gatewayUrl,
    '/api/v1/payment-methods',
    { provider: 'sandbox', token: 'tok_visa' },
    headers,
  )
  const order = { items: [{ sku: 'TEA-GREEN-100', quantity: 1 }], shippingAddress: address, paymentMethodId: method.id }
  return {
    placeOrder: () =>
      ask(gatewayUrl, '/api/v1/orders', order, { ...headers, 'idempotency-key': randomUUID(), prefer: 'wait=10' }),
  }
}

async function ask<T>(
  gatewayUrl: string,
  path: string,
  body: object,
  headers: Readonly<Record<string, string>> = {},
): Promise<T> {
  const response = await fetch(gatewayUrl + path, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
  })
  if (!response.ok) throw new Error(`${path} answered ${response.status}: ${await response.text()}`)
  return (await response.json()) as T
}
