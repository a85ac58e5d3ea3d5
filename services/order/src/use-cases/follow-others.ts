import type { Consumer, PersonalData } from '@stoa/contract'
import { compact } from '@stoa/kernel'
import type { OrderService } from '@stoa/contracts/order/service'
import type { Deps } from '../deps.ts'
import { deleteCartsOf, listCarts } from '../store/carts.ts'
import { eraseCustomer, listOrders } from '../store/orders.ts'
import { eraseReturnReasons, listReturns } from '../store/returns.ts'
import { notePriceChange } from '../store/price-changes.ts'
import { deleteProduct, saveProduct } from '../store/variants.ts'

/** The end of a review, or of what the customer had to confirm, wakes the saga that waits for it. */
export const endReview: Consumer<OrderService, 'paymentReviewed'> = {
  apply: async ({ data }, tx) =>
    tx.signal('order-fulfilment', data.orderId, 'payment_review', {
      outcome: data.outcome,
      ...compact({ code: data.code }),
    }),
}

export const copyCreatedProduct: Consumer<OrderService, 'productCreated'> = {
  apply: async ({ data }, tx) => saveProduct(tx, data),
}

export const copyUpdatedProduct: Consumer<OrderService, 'productUpdated'> = {
  apply: async ({ data }, tx) => saveProduct(tx, data),
}

export const dropDeletedProduct: Consumer<OrderService, 'productDeleted'> = {
  apply: async ({ data }, tx) => deleteProduct(tx, data.productId),
}

/** Prices of carts from before the change are outdated. */
export const noteChangedPrice = ({ clock }: Deps): Consumer<OrderService, 'priceChanged'> => ({
  apply: async ({ data }, tx) => notePriceChange(tx, data.sku, clock.now()),
})

export const personalData = ({ clock }: Deps): PersonalData<OrderService> => ({
  export: async (subject, db) => ({
    carts: await listCarts(db, subject),
    orders: await listOrders(db, { customerId: subject, limit: 10_000 }),
    returns: await listReturns(db, { customerId: subject, limit: 10_000 }),
  }),
  async erase(tx, customerId) {
    await deleteCartsOf(tx, customerId)
    await eraseCustomer(tx, customerId, clock.now())
    await eraseReturnReasons(tx, customerId)
  },
})
