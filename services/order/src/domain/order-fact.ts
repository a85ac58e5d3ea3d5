import type { OrderFact } from '@stoa/contracts/order/events'
import type { Order } from '@stoa/contracts/order/resources'
import { compact, subtractMoney } from '@stoa/kernel'
import type { OrderItem } from './order.ts'

/** What the events of an order say of it: its lines, sums, channel and country, but not who it goes to. */
export function orderFact(order: FactSource): OrderFact {
  const { id: orderId, number, customerId, channel, total, shipping, tax, shippingAddress } = order
  const { country, state } = shippingAddress
  return {
    orderId,
    number,
    customerId,
    total,
    lines: order.items.map(lineFact),
    shipping,
    tax,
    channel,
    ...(country === erasedCountry ? {} : compact({ country, region: regionCode(state) })),
  }
}

type FactSource = Pick<
  Order,
  'id' | 'number' | 'customerId' | 'channel' | 'total' | 'shipping' | 'tax' | 'shippingAddress'
> & {
  readonly items: readonly OrderItem[]
}

/** The country of an address that was erased with its account. */
export const erasedCountry = 'ZZ'

function lineFact({ sku, quantity, total, tax, discount, priceList }: OrderItem) {
  return { sku, quantity, total, net: subtractMoney(total, tax), tax, discount, ...compact({ priceList }) }
}

/** A state or province that is given as a code (NY, NSW). The field is free text, which may name people: anything else stays here. */
function regionCode(state: string | undefined): string | undefined {
  const code = state?.trim().toUpperCase()
  return code !== undefined && /^[A-Z]{2,3}$/.test(code) ? code : undefined
}
