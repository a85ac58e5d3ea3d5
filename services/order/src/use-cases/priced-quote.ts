import type { PricedQuote } from '@stoa/contracts/pricing/rpc_pb.js'
import { fromRpcMoney, sumMoney } from '@stoa/kernel'
import type { OrderItem, OrderSums } from '../domain/order.ts'

/** The lines of a quote with the names that customers see. */
export function itemsOf(quote: PricedQuote, names: ReadonlyMap<string, string>): OrderItem[] {
  return quote.lines.map((line) => ({
    sku: line.sku,
    name: names.get(line.sku) ?? line.sku,
    quantity: line.quantity,
    unitPrice: fromRpcMoney(line.listPrice),
    ...(line.priceList === '' ? {} : { priceList: line.priceList }),
    discount: sumMoney(
      line.discounts.map((discount) => fromRpcMoney(discount.amount)),
      fromRpcMoney(line.listPrice).currency,
    ),
    tax: fromRpcMoney(line.tax),
    taxRateBasisPoints: line.taxRateBasisPoints,
    total: fromRpcMoney(line.total),
  }))
}

/** The sums of a quote. */
export function sumsOf(quote: PricedQuote): OrderSums {
  return {
    subtotal: fromRpcMoney(quote.subtotal),
    discount: fromRpcMoney(quote.discount),
    tax: fromRpcMoney(quote.tax),
    shipping: fromRpcMoney(quote.shipping),
    total: fromRpcMoney(quote.total),
  }
}
