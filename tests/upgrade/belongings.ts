import { randomUUID } from 'node:crypto'
import { plentifulSku } from '@stoa/system/seed/catalogue'
import { newCustomer, signedIn } from '../chaos/customer.ts'
import type { Gateway } from '../chaos/gateway.ts'
import { plentifulOrder } from '../chaos/shoppers.ts'
import type { PlacedOrder } from '../outages/probes.ts'

/** What people have in the shop, and expect to find in another release of it. */
export interface Belongings {
  /** Notes an order as it was answered. */
  readonly keep: (order: PlacedOrder) => void
  /** Opens an account, and fills a cart that is checked out in another release. */
  readonly fillCart: (gateway: Gateway) => Promise<void>
  /** Looks for all of it. */
  readonly complaints: (gateway: Gateway) => Promise<readonly string[]>
}

interface FilledCart {
  readonly email: string
  readonly id: string
  readonly methodId: string
}

/** Nothing yet. */
export function makeBelongings(): Belongings {
  const orders = new Map<string, PlacedOrder>()
  const carts: FilledCart[] = []
  return {
    keep: (order) => void orders.set(order.id, order),
    async fillCart(gateway) {
      let email = ''
      const { insist, methodFor } = await newCustomer(gateway, async (made) => void (email = made))
      const opened = await insist('POST', '/api/v1/carts', { body: { region: 'AT' } })
      const { id } = opened.body
      const body = { items: [{ sku: plentifulSku, quantity: 2 }] }
      const { status } = await insist('PUT', `/api/v1/carts/${id}/items`, { body })
      if (status !== 200) throw new Error(`no cart was filled: ${status}`)
      carts.push({ email, id, methodId: methodFor('tok_visa') })
    },
    async complaints(gateway) {
      const asStaff = await signedIn(gateway, 'staff@stoa.example')
      const found: string[] = []
      for (const order of orders.values()) {
        const { status, body } = await asStaff('GET', `/api/v1/orders/${order.id}`)
        const isSame = status === 200 && JSON.stringify(body.total) === JSON.stringify(order.total)
        if (!isSame) found.push(`order ${order.id}: ${status} ${JSON.stringify(body?.total ?? body?.code)}`)
      }
      for (const cart of carts.splice(0)) {
        const { status, body } = await checkOut(gateway, cart)
        if (status !== 201 || body.status !== 'confirmed')
          found.push(`cart ${cart.id}: ${status} ${body?.reason ?? body?.code}`)
      }
      return orders.size === 0 ? ['no order was placed'] : found
    },
  }
}

async function checkOut(gateway: Gateway, { email, id, methodId }: FilledCart) {
  const insist = await signedIn(gateway, email)
  const { items: _items, ...body } = plentifulOrder(methodId)
  return insist('POST', `/api/v1/carts/${id}/checkout`, { body, key: randomUUID(), waitSeconds: 10 })
}
