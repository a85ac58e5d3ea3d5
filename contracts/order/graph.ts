import { type Graph, MoneySchema } from '@stoa/contract'
import { SalesChannel } from '../shared/sales-channel.ts'
import { Cart } from './carts.ts'
import { Order, OrderStatus, Return, ReturnStatus, ShippingAddress, TimelineEntry } from './resources.ts'

const product = { service: 'inventory', operation: 'getProductBySku', with: { sku: 'sku' } }
const customer = { service: 'user', operation: 'getUser', with: { id: 'customerId' } }
const ofOrder = { orderId: 'id' }

/** What order contributes to the graph. */
export const orderGraph: Graph = {
  types: {
    Order,
    OrderStatus,
    SalesChannel,
    OrderLine: Order.properties.items.items,
    ShippingAddress,
    Money: MoneySchema,
    Return,
    ReturnStatus,
    TimelineEntry,
    Cart,
    CartLine: Cart.properties.items.items,
  },
  queries: {
    order: { operation: 'getOrder' },
    orders: { operation: 'listOrders' },
    cart: { operation: 'getCart' },
    return: { operation: 'getReturn' },
    returns: { operation: 'listReturns' },
  },
  subscriptions: { orderEvents: { stream: 'followOrder', event: TimelineEntry } },
  relations: {
    Order: {
      customer,
      timeline: { operation: 'getTimeline', with: { id: 'id' } },
      returns: { operation: 'listOrderReturns', with: { id: 'id' } },
      shipments: { service: 'shipping', operation: 'listShipments', with: ofOrder },
      payments: { service: 'payment', operation: 'listPayments', with: ofOrder },
      invoices: { service: 'billing', operation: 'listInvoices', with: ofOrder },
    },
    OrderLine: { product },
    Cart: { customer, order: { operation: 'getOrder', with: { id: 'orderId' } } },
    CartLine: { product },
    Return: { customer, order: { operation: 'getOrder', with: { id: 'orderId' } } },
  },
}
