import type { PricedQuote } from '@stoa/contracts/pricing/rpc_pb.js'
import type { Money as WireMoney } from '@stoa/contracts/shared/money/money_pb.js'
import { money, sumMoney, type Money } from '@stoa/kernel'
import type { OrderItem, OrderSums } from '../domain/order.ts'

/** Money as RPC carries it, as the domain reads it; a missing one is a bug of the callee. */
function fromWire(value: WireMoney | undefined): Money {
  if (value === undefined) throw new Error('an amount is missing')
  return money(Number(value.amount), value.currency)
}

/** The lines of a quote with the names that customers see. */
export function itemsOf(quote: PricedQuote, names: ReadonlyMap<string, string>): OrderItem[] {
  return quote.lines.map((line) => ({
    sku: line.sku,
    name: names.get(line.sku) ?? line.sku,
    quantity: line.quantity,
    unitPrice: fromWire(line.listPrice),
    discount: sumMoney(
      line.discounts.map((discount) => fromWire(discount.amount)),
      fromWire(line.listPrice).currency,
    ),
    tax: fromWire(line.tax),
    taxRateBasisPoints: line.taxRateBasisPoints,
    total: fromWire(line.total),
  }))
}

/** The sums of a quote. */
export function sumsOf(quote: PricedQuote): OrderSums {
  return {
    subtotal: fromWire(quote.subtotal),
    discount: fromWire(quote.discount),
    tax: fromWire(quote.tax),
    shipping: fromWire(quote.shipping),
    total: fromWire(quote.total),
  }
}
