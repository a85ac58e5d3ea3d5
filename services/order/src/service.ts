import { order } from '@stoa/contracts/order/service'
import { defineService } from '@stoa/service'
import { config } from './config.ts'
import type { Deps } from './deps.ts'
import { cancellation } from './sagas/cancellation.ts'
import { fulfilment } from './sagas/fulfilment.ts'
import { returning } from './sagas/return.ts'
import { approveReturn, refuseReturn } from './use-cases/answer-return.ts'
import { cancelOrder } from './use-cases/cancel-order.ts'
import { deleteCart, setCartItems } from './use-cases/change-cart.ts'
import { checkOutCart } from './use-cases/check-out-cart.ts'
import { expireCartsTask } from './use-cases/expire-carts.ts'
import {
  copyCreatedProduct,
  copyUpdatedProduct,
  dropDeletedProduct,
  endReview,
  noteChangedPrice,
  personalData,
} from './use-cases/follow-others.ts'
import {
  completeOrderTask,
  markDelivered,
  markShippedOnDispatch,
  noteFailedShipment,
} from './use-cases/follow-shipping.ts'
import { handOverCart, mergeCart } from './use-cases/merge-cart.ts'
import { createCart } from './use-cases/open-cart.ts'
import {
  beginPickingTask,
  finishPickingTask,
  markPicked,
  releaseShipmentTask,
  setOrderStatus,
} from './use-cases/pick-order.ts'
import { placeOrder } from './use-cases/place-order.ts'
import { getCart } from './use-cases/read-cart.ts'
import { getInvoiceDetails, getReturnedGoods } from './use-cases/read-invoice-details.ts'
import {
  followOrder,
  getOrder,
  getSummary,
  listCustomersWithOrders,
  getTimeline,
  listAllOrders,
  listCustomerOrders,
  listUserOrders,
} from './use-cases/read-orders.ts'
import { getReturn, listOrderReturns, listReturns } from './use-cases/read-returns.ts'
import { receiveReturn } from './use-cases/receive-return.ts'
import { requestReturn } from './use-cases/request-return.ts'
import { observeDifferences, reconcileTask, reconciliationAdmin } from './use-cases/run-reconciliation.ts'

/** Carts, checkout, orders, returns: its table of contents. */
export const orderService = defineService(order, {
  config,
  migrations: new URL('../migrations/', import.meta.url),
  deps: ({ config, ...context }): Deps => ({
    ...context,
    isAutoPick: config.autoPick,
    dayMs: config.carrierDaySeconds * 1_000,
    guestReviewMs: config.guestReviewMinutes * 60_000,
    returnWindowDays: config.returnWindowDays,
    cartEnds: (isGuest, from) => {
      const hours = isGuest ? config.guestCartTtlHours : config.cartTtlHours
      return from.add({ milliseconds: Math.round(hours * 3_600_000) })
    },
    closedCartDays: config.closedCartDays,
    startedAt: context.clock.now(),
    reconciliation: {
      everyMs: config.reconcileEverySeconds * 1_000,
      allEveryMs: config.reconcileAllEveryHours * 3_600_000,
      recentMs: config.reconcileRecentDays * 86_400_000,
      recheckMs: config.reconcileRecheckMs,
    },
  }),
  onStart: async (deps) => observeDifferences(deps),
  admin: reconciliationAdmin,
  bind: (deps) => ({
    operations: {
      placeOrder: placeOrder(deps),
      getOrder,
      listOrders: listAllOrders,
      listCustomerOrders,
      listUserOrders,
      getTimeline,
      followOrder,
      setOrderStatus: setOrderStatus(deps),
      markPicked,
      cancelOrder,
      requestReturn: requestReturn(deps),
      listOrderReturns,
      listReturns,
      getReturn,
      approveReturn: approveReturn(deps),
      refuseReturn: refuseReturn(deps),
      receiveReturn: receiveReturn(deps),
      createCart: createCart(deps),
      getCart: getCart(deps),
      setCartItems: setCartItems(deps),
      deleteCart: deleteCart(deps),
      handOverCart: handOverCart(deps),
      mergeCart: mergeCart(deps),
      checkOutCart: checkOutCart(deps),
    },
    rpc: { getSummary, getInvoiceDetails, getReturnedGoods, listCustomersWithOrders },
    consumes: {
      shippingDispatched: markShippedOnDispatch(deps),
      shippingDelivered: markDelivered(deps),
      shippingFailed: noteFailedShipment(deps),
      paymentReviewed: endReview,
      productCreated: copyCreatedProduct,
      productUpdated: copyUpdatedProduct,
      productDeleted: dropDeletedProduct,
      priceChanged: noteChangedPrice(deps),
    },
    sagas: {
      'order-fulfilment': fulfilment(deps),
      'order-cancellation': cancellation(deps),
      'order-return': returning(deps),
    },
    tasks: {
      'begin-picking': beginPickingTask(deps),
      'finish-picking': finishPickingTask,
      'release-shipment': releaseShipmentTask,
      'complete-order': completeOrderTask(deps),
      'expire-carts': expireCartsTask(deps),
      reconcile: reconcileTask(deps),
    },
    personalData: personalData(deps),
  }),
})
